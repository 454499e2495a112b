#include "count/differentiate.h"

#include <fmt/format.h>

#include <algorithm>

#include "count/branches.h"
#include "count/reverse.h"
#include "graph/liveness.h"
#include "ops/builder.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Value;

std::string describe(const Graph& graph, const Node& node) {
  const graph::Origin& origin = graph.origins()[node.origin];
  if (origin.op.empty()) return std::string(node.kind->name);
  return fmt::format("{} ({})", origin.name, origin.op);
}

/// Why no output depends on a parameter.
Error explain_missing_path(const Graph& graph, const Flags& is_differentiable) {
  const auto tensors = graph.tensors();
  const bool has_parameter =
      std::ranges::any_of(tensors, [&](Value v) { return graph.info(v).is_parameter; });
  if (!has_parameter) {
    return {Code::no_trainable_parameter,
            "the model has no floating-point parameter",
            "count the forward pass alone, without --train",
            {}};
  }
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  for (std::size_t i = graph.nodes().size(); i-- > 0;) {
    const Node& node = graph.nodes()[i];
    const bool is_reached =
        std::ranges::any_of(node.inputs, [&](Value v) { return is_differentiable[v.index]; });
    if (!is_live[i] || !is_reached) continue;
    return {Code::no_trainable_parameter,
            "no gradient passes this node to a trainable parameter",
            "count the forward pass alone, without --train",
            {.node = describe(graph, node)}};
  }
  return {Code::no_trainable_parameter,
          "no output of the model depends on a parameter",
          "count the forward pass alone, without --train",
          {}};
}

TrainingStep with_gradients_as_outputs(Joint joint) {
  TrainingStep step{.graph = std::move(joint.graph), .gradients = {}};
  ops::Builder b(step.graph);
  graph::Values outputs(step.graph.outputs().begin(), step.graph.outputs().end());
  b.set_pass(graph::Pass::weight_gradient);
  for (const Joint::Root& root : joint.roots) {
    Value sum = root.parts[0];
    for (std::size_t i = 1; i < root.parts.size(); ++i) sum = b.add(sum, root.parts[i]);
    step.gradients.push_back({root.of, sum});
    outputs.push_back(sum);
  }
  step.graph.set_outputs(std::move(outputs));
  return step;
}

}  // namespace

Result<TrainingStep> differentiate(Graph graph) {
  Graph forward = choose_branches(std::move(graph));
  ReverseRequest request{.is_root = Flags(forward.value_count(), false),
                         .is_seeded = Flags(forward.outputs().size(), true),
                         .is_dependent = graph::find_input_dependents(forward)};
  for (const Value v : forward.tensors()) request.is_root[v.index] = forward.info(v).is_parameter;
  const Flags is_differentiable = find_differentiable(forward, request.is_root);
  const bool has_path =
      std::ranges::any_of(forward.outputs(), [&](Value v) { return is_differentiable[v.index]; });
  if (!has_path) return fail(explain_missing_path(forward, is_differentiable));
  return with_gradients_as_outputs(TRY(differentiate_jointly(std::move(forward), request)));
}

}  // namespace pfsday::count
