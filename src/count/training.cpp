#include "count/training.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/body.h"

namespace pfsday::count {
namespace {

using graph::Axes;
using graph::Graph;
using graph::Pass;
using graph::Shape;
using graph::Value;
using graph::Values;
using ops::Builder;
using ops::keep_dims;

Value last_axis_to_back(Builder& b, Value y, std::int64_t axis) {
  Axes permutation;
  for (std::int64_t i = 0; i < b.type(y).rank(); ++i) {
    if (i != axis) permutation.push_back(i);
  }
  permutation.push_back(axis);
  return b.transpose(y, permutation);
}

Value mean_of_all(Builder& b, Value v) {
  Axes axes;
  for (std::int64_t i = 0; i < b.type(v).rank(); ++i) axes.push_back(i);
  return b.reduce_mean(v, axes);
}

/// -mean over the rows of log softmax(y) at the label.
Value cross_entropy(Builder& b, Value y) {
  const std::int64_t rank = b.type(y).rank();
  const std::int64_t axis = rank >= 4 ? 1 : rank - 1;
  const Value logits = last_axis_to_back(b, y, axis);
  const Shape shape = b.shape(logits);
  const Axes classes = {rank - 1};
  const Value top = b.stop_gradient(b.reduce_max(logits, classes, keep_dims));
  const Value shifted = b.sub(logits, top);
  const Value sums = b.log(b.reduce_sum(b.exp(shifted), classes, keep_dims));
  const Value logs = b.sub(shifted, sums);
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < shape.size(); ++i) rows *= shape[i];
  const Value flat = b.reshape(logs, {rows * shape.back()});
  const Value labels =
      b.graph().add_input("labels, as positions in the logits", {graph::ElementType::i64, {rows}});
  return b.neg(mean_of_all(b, b.gather(flat, labels, 0)));
}

Value mean_squared(Builder& b, Value y) {
  const Value target = b.graph().add_input("target", b.type(y));
  const Value difference = b.sub(y, target);
  return mean_of_all(b, b.mul(difference, difference));
}

Value first_real_output(const Graph& graph) {
  for (const Value v : graph.outputs()) {
    if (graph::is_real(graph.type(v).element) && !graph.type(v).shape.empty()) return v;
  }
  return {};
}

/// What the optimizer keeps for a parameter: a copy of it, and its moments.
Value state_of(Builder& b, Value parameter) {
  return b.graph().add_input("state of the optimizer", b.type(parameter));
}

// The scalars are common choices; the count does not depend on them.
constexpr graph::Exact learning_rate = 1e-3L, decay = 0.9L, second_decay = 0.999L, epsilon = 1e-8L,
                       weight_decay = 1e-2L, correction = 0.5L;

Values update_with_momentum(Builder& b, Value w, Value g) {
  const Value v = b.add(b.with_scalar("mul", state_of(b, w), decay), g);
  return {b.sub(w, b.with_scalar("mul", v, learning_rate)), v};
}

Values update_with_adam(Builder& b, Value w, Value g) {
  const Value m =
      b.add(b.with_scalar("mul", state_of(b, w), decay), b.with_scalar("mul", g, 1 - decay));
  const Value squared = b.mul(b.with_scalar("mul", g, 1 - second_decay), g);
  const Value v = b.add(b.with_scalar("mul", state_of(b, w), second_decay), squared);
  const Value root = b.with_scalar("div", b.sqrt(v), correction);
  const Value step =
      b.div(b.with_scalar("mul", m, learning_rate), b.with_scalar("add", root, epsilon));
  return {b.sub(w, step), m, v};
}

Values update(Builder& b, Optimizer optimizer, Value w, Value g) {
  switch (optimizer) {
    case Optimizer::none:
      return {};
    case Optimizer::sgd:
      return {b.sub(w, b.with_scalar("mul", g, learning_rate))};
    case Optimizer::momentum:
      return update_with_momentum(b, w, g);
    case Optimizer::adam:
      return update_with_adam(b, w, g);
    case Optimizer::adamw:
      return update_with_adam(b, b.with_scalar("mul", w, 1 - learning_rate * weight_decay), g);
  }
  return {};
}

void append_outputs(Graph& graph, const Values& more) {
  Values outputs(graph.outputs().begin(), graph.outputs().end());
  outputs.insert(outputs.end(), more.begin(), more.end());
  graph.set_outputs(std::move(outputs));
}

}  // namespace

Result<Value> add_loss(Graph& graph, Loss loss) {
  const Value y = first_real_output(graph);
  if (!y || graph.type(y).elements() == graph::Count(0)) {
    return fail(Code::loss_unfit, "no output of the model can have a loss",
                "a loss needs a floating-point output with at least one axis");
  }
  Builder b(graph);
  b.set_pass(Pass::loss);
  b.set_origin(graph.add_origin({"loss", "loss"}));
  const Value value = loss == Loss::cross_entropy ? cross_entropy(b, y) : mean_squared(b, y);
  if (auto fault = b.take_fault()) return fail(*std::move(fault));
  append_outputs(graph, {value});
  return value;
}

void add_accumulation(Graph& graph, std::int64_t micro_batches, std::vector<Gradient>& gradients) {
  if (micro_batches < 2) return;
  Builder b(graph);
  b.set_pass(Pass::weight_gradient);
  b.set_origin(graph.add_origin({"accumulate", "accumulate"}));
  Values sums;
  for (Gradient& gradient : gradients) {
    const auto add_up = [&](Builder& body, const ops::LoopValues& in) -> Result<ops::LoopValues> {
      return ops::LoopValues{.carried = {body.add(in.carried[0], body.capture(gradient.adjoint))},
                             .scanned = {}};
    };
    const auto sum = ops::build_loop(b, micro_batches - 1, {{gradient.adjoint}, {}}, add_up);
    assert(sum);  // sums of equal types
    gradient.adjoint = sum->carried[0];
    sums.push_back(gradient.adjoint);
  }
  append_outputs(graph, sums);
}

void add_optimizer(Graph& graph, Optimizer optimizer, const std::vector<Gradient>& gradients) {
  if (optimizer == Optimizer::none) return;
  Builder b(graph);
  b.set_pass(Pass::optimizer);
  b.set_origin(graph.add_origin({"optimizer", "optimizer"}));
  Values updated;
  for (const Gradient& gradient : gradients) {
    const Values values = update(b, optimizer, state_of(b, gradient.of), gradient.adjoint);
    updated.insert(updated.end(), values.begin(), values.end());
  }
  append_outputs(graph, updated);
}

}  // namespace pfsday::count
