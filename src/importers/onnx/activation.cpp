// Activations that are a formula: Celu, Elu, Selu, HardSigmoid, HardSwish, Mish, Gelu, Swish,
// Softplus, Softsign, ThresholdedRelu, Shrink. Each is counted as its definition is written.
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

Value plus(Value x, double addend, Builder& b) { return b.with_scalar("add", x, addend); }
Value times(Value x, double factor, Builder& b) { return b.with_scalar("mul", x, factor); }

/// alpha (exp(x) - 1).
Value exponential_branch(Value x, double alpha, Builder& b) {
  return times(b.with_scalar("sub", b.exp(x), 1), alpha, b);
}

/// x where it is not negative, else alpha (exp(x) - 1).
Result<Values> lower_elu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", 1));
  const Value is_negative = b.with_scalar("less", x, 0);
  return Values{b.select(is_negative, exponential_branch(x, alpha, b), x)};
}

/// max(0, x) + min(0, alpha (exp(x / alpha) - 1)).
Result<Values> lower_celu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", 1));
  const Value negative = exponential_branch(b.with_scalar("div", x, alpha), alpha, b);
  return Values{b.add(b.with_scalar("max", x, 0), b.with_scalar("min", negative, 0))};
}

/// gamma x where it is positive, else gamma (alpha exp(x) - alpha). Its constants had four decimals
/// before opset 6.
Result<Values> lower_selu(const OnnxNode& node, Builder& b) {
  const bool is_old = node.opset() < 6;
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", is_old ? 1.6732 : 1.67326319217681884765625));
  const double gamma = TRY(node.real("gamma", is_old ? 1.0507 : 1.05070102214813232421875));
  const Value negative = b.with_scalar("sub", times(b.exp(x), alpha, b), alpha);
  return Values{times(b.select(b.with_scalar("greater", x, 0), x, negative), gamma, b)};
}

/// max(0, min(1, alpha x + beta)).
Value hard_sigmoid(Value x, double alpha, double beta, Builder& b) {
  const Value line = plus(times(x, alpha, b), beta, b);
  return b.with_scalar("max", b.with_scalar("min", line, 1), 0);
}

Result<Values> lower_hard_sigmoid(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 0.2));
  const double beta = TRY(node.real("beta", 0.5));
  return Values{hard_sigmoid(node.input(0), alpha, beta, b)};
}

Result<Values> lower_hard_swish(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.mul(x, hard_sigmoid(x, 1.0 / 6, 0.5, b))};
}

/// log(exp(x) + 1).
Value softplus(Value x, Builder& b) { return b.log(plus(b.exp(x), 1, b)); }

Result<Values> lower_softplus(const OnnxNode& node, Builder& b) {
  return Values{softplus(node.input(0), b)};
}

Result<Values> lower_mish(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.mul(x, b.emit("tanh", {softplus(x, b)}))};
}

/// 0.5 x (1 + s), where s is erf(x / sqrt(2)), or approximated by
/// tanh(sqrt(2 / pi) (x + 0.044715 x^3)).
Result<Values> lower_gelu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::string_view kind = TRY(node.text("approximate", "none"));
  Value s;
  if (kind == "none") {
    s = b.emit("erf", {b.with_scalar("div", x, std::numbers::sqrt2_v<graph::Exact>)});
  } else if (kind == "tanh") {
    const Value cubic = b.add(x, times(b.with_scalar("pow", x, 3), 0.044715, b));
    s = b.emit("tanh", {times(cubic, std::sqrt(2 / std::numbers::pi), b)});
  } else {
    return fail(Code::attribute_invalid, fmt::format("approximate is \"{}\"", kind));
  }
  return Values{b.mul(times(x, 0.5, b), plus(s, 1, b))};
}

Result<Values> lower_swish(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", 1));
  return Values{b.mul(x, b.emit("sigmoid", {times(x, alpha, b)}))};
}

/// x / (1 + |x|).
Result<Values> lower_softsign(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.div(x, plus(b.emit("abs", {x}), 1, b))};
}

Result<Values> lower_thresholded_relu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value passes = b.with_scalar("greater", x, TRY(node.real("alpha", 1)));
  return Values{b.select(passes, x, b.full(b.type(x), 0))};
}

/// x + bias below -lambd, x - bias above lambd, else 0.
Result<Values> lower_shrink(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double bias = TRY(node.real("bias", 0));
  const double lambd = TRY(node.real("lambd", 0.5));
  const Value is_above = b.with_scalar("greater", x, lambd);
  const Value upper = b.select(is_above, b.with_scalar("sub", x, bias), b.full(b.type(x), 0));
  return Values{b.select(b.with_scalar("less", x, -lambd), plus(x, bias, b), upper)};
}

/// alpha x + beta.
Result<Values> lower_affine(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 1));
  const double beta = TRY(node.real("beta", 0));
  return Values{plus(times(node.input(0), alpha, b), beta, b)};
}

/// alpha log(exp(beta x) + 1).
Result<Values> lower_parametric_softplus(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 1));
  const double beta = TRY(node.real("beta", 1));
  return Values{times(softplus(times(node.input(0), beta, b), b), alpha, b)};
}

/// alpha tanh(beta x).
Result<Values> lower_scaled_tanh(const OnnxNode& node, Builder& b) {
  const double alpha = TRY(node.real("alpha", 1));
  const double beta = TRY(node.real("beta", 1));
  return Values{times(b.emit("tanh", {times(node.input(0), beta, b)}), alpha, b)};
}

constexpr Lowering rows[] = {
    {.op = "Elu", .lower = lower_elu},
    {.op = "Celu", .lower = lower_celu},
    {.op = "Selu", .lower = lower_selu},
    {.op = "HardSigmoid", .lower = lower_hard_sigmoid},
    {.op = "HardSwish", .lower = lower_hard_swish},
    {.op = "Softplus", .lower = lower_softplus},
    {.op = "Mish", .lower = lower_mish},
    {.op = "Gelu", .lower = lower_gelu},
    {.op = "Swish", .lower = lower_swish},
    {.op = "Softsign", .lower = lower_softsign},
    {.op = "ThresholdedRelu", .lower = lower_thresholded_relu},
    {.op = "Shrink", .lower = lower_shrink},
    // Experimental operators of the first operator sets.
    {.op = "Affine", .lower = lower_affine},
    {.op = "ParametricSoftplus", .lower = lower_parametric_softplus},
    {.op = "ScaledTanh", .lower = lower_scaled_tanh},
};

}  // namespace

extern constinit const LoweringFamily activation{rows};

}  // namespace pfsday::onnx
