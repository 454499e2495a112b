// The gradient of a loop: a loop over the same trips in the other order.
//
// The forward loop is replaced by one that also stacks what the gradient of a trip needs (its
// residuals). The body of the gradient loop takes the adjoints of the carried values, and gives
// those of the trip before. A gradient of an invariant is a sum over all trips: where it is a
// product, the product runs once, after the loop, over the stacked operands of all trips.
#pragma once

#include <optional>

#include "base/result.h"
#include "count/flow.h"
#include "ops/builder.h"

namespace pfsday::count {

/// What becomes of a stacked output of the gradient loop.
struct LoopAdjoint {
  enum class Kind : std::uint8_t {
    slices,   ///< the adjoint of a scanned input
    sum,      ///< summed over the trips: a part of the adjoint of an invariant
    reduce,   ///< the operand of a sum over `axes` of each trip
    product,  ///< the first of two operands of a product
  };
  std::size_t input = 0;  ///< of the forward loop
  Kind kind = Kind::sum;
  std::size_t stacked = 0;   ///< the stacked output; of a product, its second operand follows
  std::uint32_t origin = 0;  ///< of the reduction or product in the body
  graph::Attributes attributes = {};        ///< of the same
  std::vector<graph::Node> movements = {};  ///< that follow it, first to last
};

struct LoopPlan {
  graph::Body forward;   ///< the body with residuals behind its outputs
  graph::Body gradient;  ///< (carried adjoints, scanned..., invariants...) -> (carried, stacked)
  std::vector<std::size_t> carried = {};         ///< outputs whose adjoints are carried
  std::vector<std::size_t> stacked_seeds = {};   ///< outputs whose adjoints are scanned
  std::vector<std::size_t> residuals = {};       ///< outputs of `forward` that are scanned
  std::vector<std::size_t> scanned_inputs = {};  ///< inputs of the loop that are scanned
  std::vector<std::size_t> invariants = {};      ///< inputs of the loop that stay
  std::vector<LoopAdjoint> adjoints = {};
};

///   inputs      differentiable inputs of the loop
///   outputs     outputs of the loop that a gradient reaches
///   dependent   inputs of the loop that depend on the data
Result<LoopPlan> plan_loop(const graph::NodeView& loop, const Flags& inputs, const Flags& outputs,
                           const Flags& dependent);

/// Appends the gradient loop. `loop` has the forward body of the plan; `dy` has a value for each
/// output of it, empty where no gradient is given. Returns the adjoints of its inputs, several for
/// one input where they meet there.
///   needed   inputs of which the adjoint is wanted. Where nobody wants that of an initial state,
///   the
///            first trip is taken out of the loop: what served only that adjoint is not computed.
std::vector<graph::Values> derive_loop(ops::Builder& b, const graph::Node& loop,
                                       const LoopPlan& plan, std::span<const graph::Value> dy,
                                       const Flags& needed);

}  // namespace pfsday::count
