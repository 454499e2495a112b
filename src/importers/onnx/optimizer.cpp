// One update of trained tensors, as files that hold a training step write it: Adagrad, Adam,
// Momentum of ai.onnx.preview.training. Each takes the rate R, the number T of updates before this
// one, and then, all for each tensor: the tensors X, their gradients G, and what is remembered of
// those.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

constexpr std::string_view training = "ai.onnx.preview.training";

/// The operands of one tensor.
struct Trained {
  Value x, gradient, first, second;  ///< `second` is that of Adam alone
};

/// Errors: Code::input_missing if the inputs are not R, T and `kinds` lists of equal length.
Result<std::vector<Trained>> trained_tensors(const OnnxNode& node, std::size_t kinds) {
  const std::size_t operands = node.input_count() - 2;
  const bool all_given = std::ranges::all_of(node.inputs(), [](Value v) { return bool(v); });
  if (operands == 0 || operands % kinds != 0 || !all_given) {
    return fail(Code::input_missing,
                fmt::format("{} inputs are no {} for each tensor beside R and T",
                            node.input_count(), kinds));
  }
  const std::size_t count = operands / kinds;
  std::vector<Trained> tensors;
  for (std::size_t i = 0; i < count; ++i) {
    const auto operand = [&](std::size_t kind) { return node.input(2 + kind * count + i); };
    tensors.push_back({operand(0), operand(1), operand(2), kinds > 3 ? operand(3) : Value{}});
  }
  return tensors;
}

/// What each tensor becomes, then what is remembered of it: outputs of one kind stand together.
Values by_kind(const std::vector<Values>& updated) {
  Values outputs;
  for (std::size_t kind = 0; kind < updated[0].size(); ++kind) {
    for (const Values& tensor : updated) outputs.push_back(tensor[kind]);
  }
  return outputs;
}

Value times(Value x, double factor, Builder& b) { return b.with_scalar("mul", x, factor); }

/// G + norm_coefficient X; nothing is added where the coefficient is zero.
Result<Value> regularized(const OnnxNode& node, const Trained& t, Builder& b) {
  const double coefficient = TRY(node.real("norm_coefficient", 0));
  if (coefficient == 0) return t.gradient;
  return b.add(times(t.x, coefficient, b), t.gradient);
}

/// X - G' R / (1 + T decay_factor) / (sqrt(H') + epsilon), where H' = H + G' G'.
Result<Values> lower_adagrad(const OnnxNode& node, Builder& b) {
  const Value rate = node.input(0);
  const double decay = TRY(node.real("decay_factor", 0));
  const double epsilon = TRY(node.real("epsilon", 0));
  const Value t = b.cast(node.input(1), b.type(rate).element);
  const Value r = b.div(rate, b.with_scalar("add", times(t, decay, b), 1));
  std::vector<Values> updated;
  for (const Trained& tensor : TRY(trained_tensors(node, 3))) {
    const Value g = TRY(regularized(node, tensor, b));
    const Value h = b.add(tensor.first, b.mul(g, g));
    const Value adaptive = b.with_scalar("add", b.sqrt(h), epsilon);
    updated.push_back({b.sub(tensor.x, b.div(b.mul(r, g), adaptive)), h});
  }
  return by_kind(updated);
}

/// 1 - base ^ T.
Value bias_correction(double base, Value t, ElementType element, Builder& b) {
  const Value power = b.binary("pow", b.scalar(element, base), b.cast(t, element));
  return b.sub(b.scalar(element, 1), power);
}

/// R sqrt(1 - beta^T) / (1 - alpha^T), or R itself in the first update, where T is 0.
Value corrected_rate(Value rate, Value t, double alpha, double beta, Builder& b) {
  const ElementType element = b.type(rate).element;
  const Value is_later = b.with_scalar("greater", t, 0);
  // No division by zero, not even in what is not selected: its derivative would not be a number.
  const Value power = b.select(is_later, t, b.scalar(b.type(t).element, 1));
  const Value root = b.sqrt(bias_correction(beta, power, element, b));
  const Value corrected = b.div(b.mul(rate, root), bias_correction(alpha, power, element, b));
  return b.select(is_later, corrected, rate);
}

/// X - R' V' / (sqrt(H') + epsilon), where V' and H' are running means of G' and G' G'.
Result<Values> lower_adam(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 0.9));
  const double beta = TRY(node.real("beta", 0.999));
  const double epsilon = TRY(node.real("epsilon", 0));
  const double shrink = TRY(node.real("norm_coefficient_post", 0));
  const Value rate = corrected_rate(node.input(0), node.input(1), alpha, beta, b);
  std::vector<Values> updated;
  for (const Trained& tensor : TRY(trained_tensors(node, 4))) {
    const Value g = TRY(regularized(node, tensor, b));
    const Value v = b.add(times(tensor.first, alpha, b), times(g, 1 - alpha, b));
    const Value h = b.add(times(tensor.second, beta, b), times(b.mul(g, g), 1 - beta, b));
    const Value root = b.with_scalar("add", b.sqrt(h), epsilon);
    Value x = b.sub(tensor.x, b.div(b.mul(rate, v), root));
    if (shrink != 0) x = times(x, 1 - shrink, b);
    updated.push_back({x, v, h});
  }
  return by_kind(updated);
}

/// beta, or 1 in the first update.
Value adjusted_beta(const OnnxNode& node, double beta, Builder& b) {
  const ElementType element = b.type(node.input(0)).element;
  const Value is_later = b.with_scalar("greater", node.input(1), 0);
  return b.select(is_later, b.scalar(element, beta), b.scalar(element, 1));
}

/// X - R V', or with Nesterov's X - R (G' + alpha V'), where V' = alpha V + beta G'.
Result<Values> lower_momentum(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 0));
  const std::string_view mode = TRY(node.text("mode", "standard"));
  if (mode != "standard" && mode != "nesterov") {
    return fail(Code::attribute_invalid, fmt::format("mode is \"{}\"", mode));
  }
  const Value beta = adjusted_beta(node, TRY(node.real("beta", 1)), b);
  std::vector<Values> updated;
  for (const Trained& tensor : TRY(trained_tensors(node, 3))) {
    const Value g = TRY(regularized(node, tensor, b));
    const Value v = b.add(times(tensor.first, alpha, b), b.mul(beta, g));
    const Value step = mode == "nesterov" ? b.add(g, times(v, alpha, b)) : v;
    updated.push_back({b.sub(tensor.x, b.mul(node.input(0), step)), v});
  }
  return by_kind(updated);
}

constexpr Lowering rows[] = {
    {.op = "Adagrad", .inputs = 2, .lower = lower_adagrad, .domain = training},
    {.op = "Adam", .inputs = 2, .lower = lower_adam, .domain = training},
    {.op = "Momentum", .inputs = 2, .lower = lower_momentum, .domain = training},
};

}  // namespace

extern constinit const LoweringFamily optimizer{rows};

}  // namespace pfsday::onnx
