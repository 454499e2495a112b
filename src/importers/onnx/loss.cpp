// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss: x [N, C, d...] and targets [N, d...], the
// class of each position.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// Errors: Code::shapes_disagree, unless targets have the shape of x without its axis of classes.
Result<void> check_targets(const OnnxNode& node, Builder& b) {
  const Shape& x = b.shape(node.input(0));
  const Shape& targets = b.shape(node.input(1));
  Shape expected = x;
  if (x.size() >= 2) expected.erase(expected.begin() + 1);
  if (x.size() >= 2 && targets == expected) return {};
  return fail(Code::shapes_disagree,
              fmt::format("x is {}, and the targets are {}", to_string(x), to_string(targets)));
}

/// Of x, what each target picks along the axis of classes.
Value pick(Value x, Value targets, Builder& b) {
  if (!x || !targets) return {};
  const Shape shape = b.shape(targets);
  Shape with_axis = shape;
  with_axis.insert(with_axis.begin() + 1, 1);
  const Value picked =
      b.emit("gather_elements", {x, b.reshape(targets, with_axis)}, {{"axis", std::int64_t{1}}});
  return b.reshape(picked, shape);
}

/// The losses and their weights, for each position; no weights: all are 1.
struct Losses {
  Value loss, weight;
  Value is_ignored;  ///< empty where nothing can be
};

/// -log_prob[target] times the weight of the target's class; 0 where the target is to be ignored.
Result<Losses> losses_of(const OnnxNode& node, Value log_prob, Builder& b) {
  TRY(check_targets(node, b));
  Value targets = node.input(1);
  Losses losses;
  if (node.find("ignore_index") != nullptr) {
    const auto ignored = static_cast<graph::Exact>(TRY(node.integer("ignore_index", 0)));
    losses.is_ignored = b.with_scalar("equal", targets, ignored);
    targets = b.select(losses.is_ignored, b.scalar(b.type(targets).element, 0), targets);
  }
  const Value zero = b.scalar(b.type(log_prob).element, 0);
  losses.loss = b.neg(pick(log_prob, targets, b));
  if (node.has_input(2)) {
    losses.weight = b.gather(node.input(2), targets, 0);
    losses.loss = b.mul(losses.loss, losses.weight);
  }
  if (!losses.is_ignored) return losses;
  losses.loss = b.select(losses.is_ignored, zero, losses.loss);
  if (losses.weight) losses.weight = b.select(losses.is_ignored, zero, losses.weight);
  return losses;
}

/// What a mean divides by: the sum of the weights, or how many positions are not ignored.
Value total_weight(const Losses& losses, const Axes& axes, Builder& b) {
  if (losses.weight) return b.reduce_sum(losses.weight, axes);
  const Value is_kept = b.emit("not", {losses.is_ignored});
  return b.reduce_sum(b.cast(is_kept, b.type(losses.loss).element), axes);
}

Result<Value> reduced(const OnnxNode& node, const Losses& losses, Builder& b) {
  const std::string_view reduction = TRY(node.text("reduction", "mean"));
  const Axes axes = axes_from(0, b.type(losses.loss).rank());
  if (reduction == "none") return losses.loss;
  if (reduction == "sum") return b.reduce_sum(losses.loss, axes);
  if (reduction != "mean") {
    return fail(Code::attribute_invalid, fmt::format("reduction is \"{}\"", reduction));
  }
  if (!losses.weight && !losses.is_ignored) return b.reduce_mean(losses.loss, axes);
  return b.div(b.reduce_sum(losses.loss, axes), total_weight(losses, axes, b));
}

Result<Values> lower_negative_log_likelihood(const OnnxNode& node, Builder& b) {
  const Losses losses = TRY(losses_of(node, node.input(0), b));
  return Values{TRY(reduced(node, losses, b))};
}

/// The same of log(softmax(x)), which is the second output; the maximum, through which no gradient
/// goes, is taken out so that exp cannot overflow.
Result<Values> lower_cross_entropy(const OnnxNode& node, Builder& b) {
  TRY(check_targets(node, b));
  const Value x = node.input(0);
  const Axes axes = {1};
  const Value s = b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims)));
  const Value log_prob = b.sub(s, b.log(b.reduce_sum(b.exp(s), axes, keep_dims)));
  const Losses losses = TRY(losses_of(node, log_prob, b));
  return Values{TRY(reduced(node, losses, b)), log_prob};
}

constexpr Lowering rows[] = {
    {.op = "NegativeLogLikelihoodLoss", .inputs = 2, .lower = lower_negative_log_likelihood},
    {.op = "SoftmaxCrossEntropyLoss", .inputs = 2, .lower = lower_cross_entropy},
};

}  // namespace

extern constinit const LoweringFamily loss{rows};

}  // namespace pfsday::onnx
