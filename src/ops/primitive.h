// What a primitive is: one place for everything that is known of it.
//
// A family of primitives is one file in defs/, which defines a constant with the file's own name:
//
//   constexpr Primitive defs[] = {
//       {.kind = {.name = "dot", .inputs = 2, .doc = dot_doc}, .infer = infer_dot,
//        .work = work_of_dot, .derive = derive_dot, .evaluate = {evaluate_dot<Exact>,
//        evaluate_dot<Tally>}},
//   };
//   extern constinit const PrimitiveFamily product{"Products", defs};
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "graph/graph.h"
#include "ops/tally.h"
#include "ops/work.h"

namespace pfsday::ops {

using graph::Attributes;
using graph::Axes;
using graph::ElementType;
using graph::Graph;
using graph::Kind;
using graph::Literal;
using graph::NodeView;
using graph::Shape;
using graph::TensorType;
using graph::TensorTypes;
using graph::to_string;
using graph::Value;
using graph::Values;

/// The conventions on which counts differ; every work rule and every evaluation takes them.
struct Rules {
  /// Taps of a convolution or pooling window that lie in the padding.
  enum class Padding : std::uint8_t {
    window,  ///< every tap of the window is an operation
    real,    ///< only taps whose input index exists
  };
  Padding padding = Padding::window;
  /// Pairs of a query and a key of the primitive attention; its gradient follows.
  enum class Attention : std::uint8_t {
    as_written,  ///< those that the attribute `causal` leaves
    full,        ///< every query sees every key
    causal,      ///< every attention is causal
  };
  Attention attention = Attention::as_written;
  /// The add of the first product of a sum into the zeroed accumulator.
  enum class FirstAdd : std::uint8_t {
    counted,  ///< k products are k adds
    spared,   ///< k products are k - 1 adds
  };
  FirstAdd first_add = FirstAdd::counted;
};

/// The work of n multiply-adds that form this many sums, none of them empty.
Work sums_of_products(Count n, Count sums, const Rules& rules);

class Gradients;
template <class Scalar>
class Evaluation;

struct Evaluators {
  void (*exact)(const NodeView& node, Evaluation<Exact>& run) = nullptr;
  void (*tally)(const NodeView& node, Evaluation<Tally>& run) = nullptr;
};

enum class Cost : std::uint8_t {
  work,       ///< counted by its work rule
  movement,   ///< moves or renames elements: no arithmetic
  uncounted,  ///< nobody knows what it does
};

struct Primitive {
  Kind kind = {};  ///< first, so that a Kind leads to its Primitive
  Cost cost = Cost::work;
  /// Types and attributes of the inputs to the types of the outputs. The number of inputs has been
  /// checked and all input types are known.
  Result<TensorTypes> (*infer)(const NodeView& node) = nullptr;
  /// Exact counts from the types; null where cost is not `work`. An upper bound if `is_bound`.
  Work (*work)(const NodeView& node, const Rules& rules) = nullptr;
  /// Appends the nodes of the adjoints, each only where out.needs(i). Null: no gradient flows
  /// through (integer or boolean results, steps).
  void (*derive)(const NodeView& node, std::span<const Value> dy, Gradients& out) = nullptr;
  /// Control flow: differentiation goes into the bodies.
  bool derives_bodies = false;
  /// Plain loops: constant folding and the proof of the other rules.
  Evaluators evaluate = {};
  /// What is done depends on the data (sorting, suppression): never more than the work rule says.
  bool is_bound = false;
};

/// True if a gradient may flow from the outputs to the inputs.
inline bool passes_gradient(const Primitive& primitive) {
  return primitive.derive != nullptr || primitive.derives_bodies;
}

struct PrimitiveFamily {
  std::string_view title;  ///< heading in docs/ops.md
  std::span<const Primitive> primitives;
};

/// All families, in the order of the list in CMake.
std::span<const PrimitiveFamily* const> families();

/// Null if there is no primitive of that name.
const Primitive* find_primitive(std::string_view name);

/// The primitive whose first member is `kind`.
inline const Primitive& primitive_of(const Kind& kind) {
  static_assert(std::is_standard_layout_v<Primitive>);
  return reinterpret_cast<const Primitive&>(kind);
}

}  // namespace pfsday::ops
