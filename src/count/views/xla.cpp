// HloCostAnalysis of XLA, xla/service/hlo_cost_analysis.cc at commit
// 001918b7024cf5f020051a9d25d2dd57a5896aaa, of a module before fusion.
#include "count/view.h"

namespace pfsday::count {
namespace {

using graph::Node;
using graph::NodeView;
using ops::Work;
using units::Count;

/// GetConvolutionFlops counts the positions inside the input only; HandleReduceWindow all of them.
/// There is no attention operator: its products run over all pairs.
constexpr ops::Rules of_convolutions{.padding = ops::Rules::Padding::real,
                                     .attention = ops::Rules::Attention::full};
constexpr ops::Rules of_others{.attention = ops::Rules::Attention::full};

Count output_elements(const NodeView& node) { return node.output_type(0).elements(); }

Count taps_of(const NodeView& window) { return graph::element_count(window.axes("size")); }

/// n times the logarithm of n to base 2, rounded up.
Count sort_steps(Count n) {
  Count steps = 0;
  for (Count reach = 1; reach < n; reach *= 2) steps += n;
  return steps;
}

/// HandleElementwiseOp: one for each element of the output; functions such as exp are kept apart.
/// HandleReduce: inputs - outputs. HandleDot: 2 m n k. HandleScatter: one for each update.
/// HandleRng: a random number is as a function.
Seen see_work(const Work& work) {
  return {.figure = work.operations() + work.div + work.compare, .apart = work.special};
}

Seen see(const ViewedOperator& op, const Node& node) {
  const NodeView view(op.graph, node);
  const std::string_view kind = node.kind->name;
  // HandleElementwiseUnary (negate), HandleConvert: one for each, though they move bits only.
  if (kind == "neg" || kind == "cast") return {.figure = output_elements(view)};
  // HandleSelectAndScatter: window - 1 selects and one scatter for each element of the source.
  if (kind == "window_max_gradient") {
    return {.figure = view.input_type(1).elements() * taps_of(view)};
  }
  // HandleSort: n log n of all elements, rounded up.
  if (kind == "top_k") return {.figure = sort_steps(view.input_type(0).elements())};
  // The gradient of a sum over windows is itself one: window - 1 for each element.
  if (kind == "window_sum_gradient") {
    return {.figure = output_elements(view) * (taps_of(view) - Count(1))};
  }
  return see_work(work_of(op, node, kind.starts_with("convolution") ? of_convolutions : of_others));
}

Seen look(const ViewedOperator& op, const ops::Rules&) {
  // HandleClamp: one for each element; ours are a maximum and a minimum.
  if (op.origin.op == "Clip" && op.pass == graph::Pass::forward) {
    return {.figure = op.graph.type(op.nodes.back()->output(0)).elements()};
  }
  Seen seen;
  for (const Node* node : op.nodes) seen += see(op, *node);
  return seen;
}

}  // namespace

extern constinit const View xla{
    .name = "xla",
    .unit = "FLOP",
    .apart = "transcendentals",
    .doc =
        "HloCostAnalysis of XLA, before fusion: one for each element of an elementwise operator, "
        "casts, comparisons and sign changes included; functions such as exp apart; taps of a "
        "convolution inside the input only; one trip of a loop",
    .is_tool = true,
    .loops_once = true,
    .look = look,
};

}  // namespace pfsday::count
