#include "count/proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "count/differentiate.h"
#include "graph/text.h"

namespace pfsday::count {
namespace {

using graph::Exact;
using graph::Graph;
using graph::Value;
using ops::Rules;
using ops::Sample;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;
using Tensor = ops::Tensor<Exact>;

bool is_real(const Graph& graph, Value v) { return graph::is_real(graph.type(v).element); }

/// The same graph, value by value, with its floating-point inputs as parameters.
Graph with_trainable_inputs(const Graph& graph) {
  return ops::copy_graph(graph, [](Graph& copy, const graph::ValueInfo& root) {
    if (root.literal && root.name.empty()) {
      copy.add_constant(*root.literal);
    } else if (graph::is_real(root.type.element)) {
      copy.mark_parameter(copy.add_tensor(root.name, root.type));
    } else {
      copy.add_input(root.name, root.type);
    }
  });
}

/// Weights without a pattern: no two alike, of both signs.
std::vector<Exact> make_weights(std::size_t size, Exact phase) {
  std::vector<Exact> weights(size);
  for (std::size_t i = 0; i < size; ++i) {
    weights[i] = std::sin(phase + 1.7L * static_cast<Exact>(i));
  }
  return weights;
}

/// A training step, its inputs, and the forward graph it was made of.
struct Step {
  Graph forward;
  TrainingStep training;
  std::map<Value, Tensor> given;
  std::vector<Tensor> seeds;  ///< one for each floating-point output
};

Result<Step> make_step(const Sample& sample) {
  Step step;
  step.forward = with_trainable_inputs(sample.graph);
  step.training = TRY(differentiate(step.forward));
  step.given = sample.given;
  for (const Value v : step.training.graph.inputs()) {
    if (step.given.contains(v)) continue;
    const graph::TensorType& type = step.training.graph.type(v);
    const auto size = static_cast<std::size_t>(type.elements().value());
    step.seeds.push_back({type, make_weights(size, 1)});
    step.given[v] = step.seeds.back();
  }
  const auto real_outputs = std::ranges::count_if(
      step.forward.outputs(), [&](Value v) { return is_real(step.forward, v); });
  if (static_cast<std::size_t>(real_outputs) != step.seeds.size()) {
    return fail(Code::no_trainable_parameter, "an output of the sample has no gradient");
  }
  return step;
}

Result<Exact> evaluate_loss(const Step& step, const std::map<Value, Tensor>& given,
                            const Rules& rules) {
  const auto outputs = TRY(ops::evaluate_graph<Exact>(step.forward, given, rules));
  Exact loss = 0;
  std::size_t next = 0;
  for (const Tensor& output : outputs) {
    if (!graph::is_real(output.type.element)) continue;
    const Tensor& seed = step.seeds[next++];
    for (std::size_t i = 0; i < seed.data.size(); ++i) loss += seed.data[i] * output.data[i];
  }
  return loss;
}

/// The adjoint of each trainable tensor that the gradient graph computes.
Result<std::map<Value, Tensor>> evaluate_adjoints(const Step& step, const Rules& rules) {
  const auto outputs = TRY(ops::evaluate_graph<Exact>(step.training.graph, step.given, rules));
  std::map<Value, Tensor> adjoints;
  std::size_t next = step.forward.outputs().size();
  for (const Gradient& gradient : step.training.gradients) adjoints[gradient.of] = outputs[next++];
  return adjoints;
}

/// Of the loss, along a direction of one tensor.
Result<Exact> difference_quotient(const Step& step, Value v, const std::vector<Exact>& direction,
                                  const Rules& rules) {
  constexpr Exact h = 1e-5L;
  Exact losses[2];
  for (const bool is_above : {false, true}) {
    std::map<Value, Tensor> given = step.given;
    std::vector<Exact>& x = given.at(v).data;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += (is_above ? h : -h) * direction[i];
    losses[is_above ? 1 : 0] = TRY(evaluate_loss(step, given, rules));
  }
  return (losses[1] - losses[0]) / (2 * h);
}

/// Compares along two directions of one tensor; an adjoint that nobody builds is zero.
Result<std::optional<std::string>> find_difference(const Step& step, Value v, const Tensor* adjoint,
                                                   const Rules& rules) {
  for (const Exact phase : {0.3L, 2.1L}) {
    const auto direction = make_weights(step.given.at(v).data.size(), phase);
    const Exact expected = TRY(difference_quotient(step, v, direction, rules));
    Exact actual = 0;
    Exact scale = 1;
    for (std::size_t i = 0; adjoint != nullptr && i < direction.size(); ++i) {
      actual += adjoint->data[i] * direction[i];
      scale += std::fabs(adjoint->data[i]);
    }
    if (std::fabs(actual - expected) <= 1e-7L * scale) continue;
    return std::optional(fmt::format("adjoint of %{} along a direction: {} instead of {}", v.index,
                                     static_cast<double>(actual), static_cast<double>(expected)));
  }
  return std::optional<std::string>();
}

Result<std::optional<std::string>> find_difference(const Sample& sample, const Rules& rules) {
  const Step step = TRY(make_step(sample));
  const auto adjoints = TRY(evaluate_adjoints(step, rules));
  for (const Value v : step.forward.tensors()) {
    const auto found = adjoints.find(v);
    const Tensor* adjoint = found != adjoints.end() ? &found->second : nullptr;
    if (auto difference = TRY(find_difference(step, v, adjoint, rules))) {
      return std::optional(*difference + "\n" + graph::to_string(step.training.graph));
    }
  }
  return std::optional<std::string>();
}

bool has_real_output(const Graph& graph) {
  return std::ranges::any_of(graph.outputs(), [&](Value v) { return is_real(graph, v); });
}

}  // namespace

AssertionResult gradient_holds(const Sample& sample, const Rules& rules) {
  if (!has_real_output(sample.graph)) return AssertionSuccess();
  const auto difference = find_difference(sample, rules);
  if (!difference) {
    return AssertionFailure() << to_string(difference.error()) << "\n"
                              << graph::to_string(sample.graph);
  }
  if (*difference) return AssertionFailure() << **difference;
  return AssertionSuccess();
}

AssertionResult gradient_work_holds(const Sample& sample, const Rules& rules) {
  if (!has_real_output(sample.graph)) return AssertionSuccess();
  auto step = make_step(sample);
  if (!step) return AssertionFailure() << to_string(step.error());
  const Sample whole{std::move(step->training.graph), std::move(step->given)};
  const AssertionResult types = ops::types_hold(whole);
  return types ? ops::work_holds(whole, rules) : types;
}

}  // namespace pfsday::count
