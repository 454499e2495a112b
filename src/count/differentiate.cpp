#include "count/differentiate.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/liveness.h"
#include "ops/gradients.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Pass;
using graph::Value;

bool can_carry_gradient(const graph::TensorType& type) {
  return graph::is_real(type.element) || !type.known();
}

/// One entry for each value: true where it depends on a parameter through differentiable
/// primitives.
std::vector<bool> find_differentiable(const Graph& graph) {
  std::vector<bool> is_differentiable(graph.value_count(), false);
  for (const Value v : graph.tensors()) {
    is_differentiable[v.index] = graph.info(v).is_parameter;
  }
  for (const Node& node : graph.nodes()) {
    const bool passes =
        ops::primitive_of(*node.kind).derive != nullptr &&
        std::ranges::any_of(node.inputs, [&](Value v) { return is_differentiable[v.index]; });
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      const Value v = node.output(k);
      is_differentiable[v.index] = passes && can_carry_gradient(graph.type(v));
    }
  }
  return is_differentiable;
}

std::string describe(const Graph& graph, const Node& node) {
  const graph::Origin& origin = graph.origins()[node.origin];
  if (origin.op.empty()) return std::string(node.kind->name);
  return fmt::format("{} ({})", origin.name, origin.op);
}

/// Why no output depends on a parameter.
Error explain_missing_path(const Graph& graph, const std::vector<bool>& is_differentiable) {
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

class Differentiation {
 public:
  Differentiation(Graph forward, std::vector<bool> is_differentiable)
      : graph_(std::move(forward)),
        builder_(graph_),
        forward_nodes_(graph_.nodes().size()),
        is_differentiable_(std::move(is_differentiable)),
        depends_on_input_(graph::find_input_dependents(graph_)),
        adjoints_(graph_.value_count()) {}

  Result<TrainingStep> run() && {
    seed_outputs();
    for (std::size_t i = forward_nodes_; i-- > 0;) derive_node(i);
    TrainingStep step = collect();
    if (auto fault = builder_.take_fault()) return fail(*std::move(fault));
    return step;
  }

 private:
  void seed_outputs() {
    const graph::Values outputs(graph_.outputs().begin(), graph_.outputs().end());
    for (const Value v : outputs) {
      if (!is_differentiable_[v.index]) continue;
      const Value seed = graph_.add_input("gradient of an output", graph_.type(v));
      adjoints_[v.index].push_back(seed);
    }
  }

  Pass pass_of_adjoint(Value v) const {
    return depends_on_input_[v.index] ? Pass::data_gradient : Pass::weight_gradient;
  }

  /// The sum of all gradients that have reached v; empty if none has.
  Value sum_of_adjoints(Value v) {
    const graph::Values parts = adjoints_[v.index];
    if (parts.empty()) return {};
    builder_.set_pass(pass_of_adjoint(v));
    Value sum = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) sum = builder_.add(sum, parts[i]);
    return sum;
  }

  void derive_node(std::size_t index) {
    const Node node = graph_.nodes()[index];
    builder_.set_origin(node.origin);
    std::vector<Value> dy;
    bool has_gradient = false;
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      const Value output = node.output(k);
      if (!is_differentiable_[output.index]) {
        dy.emplace_back();
        continue;
      }
      dy.push_back(sum_of_adjoints(output));
      has_gradient = has_gradient || dy.back();
    }
    if (!has_gradient) return;
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      if (!dy[k]) dy[k] = builder_.full(graph_.type(node.output(k)), 0);
    }
    add_adjoints_of_inputs(node, dy);
  }

  void add_adjoints_of_inputs(const Node& node, std::span<const Value> dy) {
    std::vector<bool> needed;
    for (const Value v : node.inputs) needed.push_back(is_differentiable_[v.index]);
    ops::Gradients gradients(builder_, needed);
    const std::size_t first = graph_.nodes().size();
    builder_.set_pass(Pass::weight_gradient);
    ops::primitive_of(*node.kind).derive(graph::NodeView(graph_, node), dy, gradients);
    graph::Values data_adjoints;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const Value adjoint = gradients.adjoint(i);
      if (!adjoint) continue;
      const Value input = node.inputs[i];
      adjoints_[input.index].push_back(adjoint);
      if (depends_on_input_[input.index]) data_adjoints.push_back(adjoint);
    }
    tag_data_gradient(first, data_adjoints);
  }

  /// Of the nodes from `first` on, those that serve the adjoint of a value that depends on an
  /// input.
  void tag_data_gradient(std::size_t first, graph::Values pending) {
    while (!pending.empty()) {
      const Value v = pending.back();
      pending.pop_back();
      const graph::ValueInfo& info = graph_.info(v);
      if (info.source != graph::Source::node || info.node < first) continue;
      const Node& node = graph_.nodes()[info.node];
      if (node.pass == Pass::data_gradient) continue;
      graph_.set_pass(info.node, Pass::data_gradient);
      pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
    }
  }

  TrainingStep collect() {
    std::vector<Gradient> gradients;
    graph::Values outputs(graph_.outputs().begin(), graph_.outputs().end());
    const std::vector<Value> tensors(graph_.tensors().begin(), graph_.tensors().end());
    builder_.set_origin(0);
    for (const Value v : tensors) {
      if (!graph_.info(v).is_parameter) continue;
      const Value adjoint = sum_of_adjoints(v);
      if (!adjoint) continue;
      gradients.push_back({v, adjoint});
      outputs.push_back(adjoint);
    }
    graph_.set_outputs(std::move(outputs));
    return {std::move(graph_), std::move(gradients)};
  }

  Graph graph_;
  ops::Builder builder_;
  std::size_t forward_nodes_;
  std::vector<bool> is_differentiable_;
  std::vector<bool> depends_on_input_;
  /// Of each forward value: the gradients that reach it.
  std::vector<graph::Values> adjoints_;
};

}  // namespace

Result<TrainingStep> differentiate(Graph forward) {
  std::vector<bool> is_differentiable = find_differentiable(forward);
  const bool has_path =
      std::ranges::any_of(forward.outputs(), [&](Value v) { return is_differentiable[v.index]; });
  if (!has_path) return fail(explain_missing_path(forward, is_differentiable));
  return Differentiation(std::move(forward), std::move(is_differentiable)).run();
}

}  // namespace pfsday::count
