// Where gradients can flow: forward from the values of which a gradient is wanted, backward from
// the outputs of which one is given. Loops are a fixed point over their trips.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

/// One entry for each value of a graph, or for each of its inputs or outputs.
using Flags = std::vector<bool>;

/// Values that depend on a root through differentiable primitives.
///   is_root   one entry for each value
Flags find_differentiable(const graph::Graph& graph, Flags is_root);

/// Of those, the values that a gradient reaches.
///   is_seeded   one entry for each output: a gradient of it is given
Flags find_receiving(const graph::Graph& graph, const Flags& is_differentiable,
                     const Flags& is_seeded);

/// The same of the body of a loop, at the fixed point over its trips.
struct BodyFlow {
  Flags is_differentiable;  ///< of each value of the body
  Flags is_receiving;       ///< of each value of the body
  Flags is_seeded;          ///< of each output of the body
};

///   inputs    differentiable inputs of the loop
///   outputs   outputs of the loop that a gradient reaches
BodyFlow flow_of_body(const graph::NodeView& loop, const Flags& inputs, const Flags& outputs);

/// Which inputs of the body depend on the data: one entry for each input of the loop, and again.
Flags find_dependent_body_inputs(const graph::NodeView& loop, Flags inputs);

}  // namespace pfsday::count
