#include "count/differentiate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
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
  if (has_parameter && std::ranges::find(is_differentiable, true) == is_differentiable.end()) {
    return {Code::no_trainable_parameter,
            "no parameter is trainable",
            "let --trainable and --freeze leave one",
            {}};
  }
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
  for (const Joint::Root& root : joint.roots) {
    const bool is_input = step.graph.info(root.of).source == graph::Source::input;
    b.set_pass(is_input ? graph::Pass::data_gradient : graph::Pass::weight_gradient);
    Value sum = root.parts[0];
    for (std::size_t i = 1; i < root.parts.size(); ++i) sum = b.add(sum, root.parts[i]);
    if (!is_input) step.gradients.push_back({root.of, sum});
    outputs.push_back(sum);
  }
  step.graph.set_outputs(std::move(outputs));
  return step;
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_glob(pattern, name); });
}

bool is_trainable(const graph::ValueInfo& info, const StepOptions& options) {
  const bool is_chosen = options.trainable.empty() || matches_any(options.trainable, info.name);
  return info.is_parameter && graph::is_real(info.type.element) && is_chosen &&
         !matches_any(options.frozen, info.name);
}

ReverseRequest request_for(const Graph& forward, const StepOptions& options) {
  ReverseRequest request{.is_root = Flags(forward.value_count(), false),
                         .is_seeded = Flags(forward.outputs().size(), options.loss == Loss::none),
                         .is_dependent = graph::find_input_dependents(forward)};
  if (options.loss != Loss::none) request.is_seeded.back() = true;
  for (const Value v : forward.tensors()) {
    request.is_root[v.index] = is_trainable(forward.info(v), options);
  }
  for (const Value v : forward.inputs()) {
    const bool is_real = graph::is_real(forward.type(v).element);
    request.is_root[v.index] = options.input_gradient && is_real;
  }
  return request;
}

}  // namespace

Result<TrainingStep> differentiate(Graph graph, const StepOptions& options) {
  Graph forward = choose_branches(std::move(graph));
  if (options.loss != Loss::none) TRY(add_loss(forward, options.loss));
  const ReverseRequest request = request_for(forward, options);
  const Flags is_differentiable = find_differentiable(forward, request.is_root);
  const bool has_path =
      std::ranges::any_of(forward.outputs(), [&](Value v) { return is_differentiable[v.index]; });
  if (!has_path) return fail(explain_missing_path(forward, is_differentiable));
  return with_gradients_as_outputs(TRY(differentiate_jointly(std::move(forward), request)));
}

}  // namespace pfsday::count
