// Operators that act on each element: arithmetic, activations, comparisons, logic, selection.
#include <fmt/format.h>

#include <cmath>

#include "importers/onnx/opaque.h"

namespace pfsday::onnx {
namespace {

/// An operator that is one primitive.
template <const char* primitive>
Result<Values> lower_unary(const OnnxNode& node, Builder& b) {
  return Values{b.emit(primitive, {node.input(0)})};
}

constexpr char abs_name[] = "abs", bit_not_name[] = "bit_not", ceil_name[] = "ceil",
               erf_name[] = "erf", exp_name[] = "exp", floor_name[] = "floor",
               is_nan_name[] = "is_nan", log_name[] = "log", neg_name[] = "neg", not_name[] = "not",
               reciprocal_name[] = "reciprocal", round_name[] = "round", sigmoid_name[] = "sigmoid",
               sign_name[] = "sign", sqrt_name[] = "sqrt", tanh_name[] = "tanh";

constexpr char acos_name[] = "acos", acosh_name[] = "acosh", asin_name[] = "asin",
               asinh_name[] = "asinh", atan_name[] = "atan", atanh_name[] = "atanh",
               cos_name[] = "cos", cosh_name[] = "cosh", sin_name[] = "sin", sinh_name[] = "sinh",
               tan_name[] = "tan";

constexpr char add_name[] = "add", sub_name[] = "sub", mul_name[] = "mul", div_name[] = "div",
               max_name[] = "max", min_name[] = "min", and_name[] = "and", or_name[] = "or",
               less_name[] = "less", greater_name[] = "greater", equal_name[] = "equal",
               less_equal_name[] = "less_equal", greater_equal_name[] = "greater_equal",
               xor_name[] = "xor", bit_and_name[] = "bit_and", bit_or_name[] = "bit_or",
               bit_xor_name[] = "bit_xor";

/// Add, Sub, Mul, Div: an operand that the model holds, of more than one element, is a weight.
template <const char* primitive>
Result<Values> lower_arithmetic(const OnnxNode& node, Builder& b) {
  const Value second = TRY(aligned_operand(node, b));
  note_weight(node.input(0), b);
  note_weight(second, b);
  return Values{b.binary(primitive, node.input(0), second)};
}

/// Comparisons and logic: no operand is a weight.
template <const char* primitive>
Result<Values> lower_comparison(const OnnxNode& node, Builder& b) {
  return Values{b.binary(primitive, node.input(0), TRY(aligned_operand(node, b)))};
}

/// Equal also compares booleans, as numbers.
Result<Values> lower_equal(const OnnxNode& node, Builder& b) {
  Value first = node.input(0);
  Value second = TRY(aligned_operand(node, b));
  if (b.type(first).element == ElementType::boolean) {
    first = b.cast(first, ElementType::u8);
    second = b.cast(second, ElementType::u8);
  }
  if (b.type(first).element == ElementType::text && b.type(second).element == ElementType::text) {
    const auto shape = ops::broadcast_shape(b.shape(first), b.shape(second));
    if (shape) return Values{opaque(node, {first, second}, {ElementType::boolean, *shape}, b)};
  }
  return Values{b.binary(equal_name, first, second)};
}

/// The sign of the result is that of the second operand or, with fmod, that of the first.
Result<Values> lower_mod(const OnnxNode& node, Builder& b) {
  const bool is_fmod = TRY(node.integer("fmod", 0)) != 0;
  return Values{b.binary(is_fmod ? "remainder" : "modulo", node.input(0), node.input(1))};
}

Result<Values> lower_bit_shift(const OnnxNode& node, Builder& b) {
  const std::string_view direction = TRY(node.text("direction", ""));
  if (direction != "LEFT" && direction != "RIGHT") {
    return fail(Code::attribute_invalid, fmt::format("direction is \"{}\"", direction));
  }
  const bool is_left = direction == "LEFT";
  return Values{b.binary(is_left ? "shift_left" : "shift_right", node.input(0), node.input(1))};
}

/// Either infinity, or one of them alone.
Result<Values> lower_is_inf(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const bool positive = TRY(node.integer("detect_positive", 1)) != 0;
  const bool negative = TRY(node.integer("detect_negative", 1)) != 0;
  if (positive && negative) return Values{b.emit("is_inf", {x})};
  if (!positive && !negative) return Values{b.full({ElementType::boolean, b.shape(x)}, 0)};
  return Values{b.with_scalar("equal", x, positive ? HUGE_VALL : -HUGE_VALL)};
}

/// Any number of operands, two at a time from the left.
template <const char* primitive>
Value accumulate(const OnnxNode& node, Builder& b) {
  Value result = node.input(0);
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    result = b.binary(primitive, result, node.input(i));
  }
  return result;
}

template <const char* primitive>
Result<Values> lower_variadic(const OnnxNode& node, Builder& b) {
  return Values{accumulate<primitive>(node, b)};
}

Result<Values> lower_sum(const OnnxNode& node, Builder& b) {
  for (const Value operand : node.inputs()) note_weight(operand, b);
  return Values{accumulate<add_name>(node, b)};
}

Result<Values> lower_mean(const OnnxNode& node, Builder& b) {
  const auto count = static_cast<graph::Exact>(node.input_count());
  return Values{b.with_scalar("div", accumulate<add_name>(node, b), count)};
}

/// The result has the type of the base. A real exponent of an integer base computes in reals.
Result<Values> lower_pow(const OnnxNode& node, Builder& b) {
  const Value base = node.input(0);
  const Value exponent = TRY(aligned_operand(node, b));
  const ElementType element = b.type(base).element;
  const ElementType of_exponent = b.type(exponent).element;
  const bool in_exponent_type = graph::is_integer(element) && graph::is_real(of_exponent);
  const ElementType common = in_exponent_type ? of_exponent : element;
  const Value y = b.binary("pow", b.cast(base, common), b.cast(exponent, common));
  return Values{b.cast(y, element)};
}

Result<Values> lower_relu(const OnnxNode& node, Builder& b) {
  return Values{b.with_scalar("max", node.input(0), 0)};
}

/// x where it is not negative, else `slope` x.
Value leak(Value x, Value slope, Builder& b) {
  const Value is_negative = b.with_scalar("less", x, 0);
  return b.select(is_negative, b.mul(x, slope), x);
}

Result<Values> lower_leaky_relu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double alpha = TRY(node.real("alpha", 0.01));
  return Values{leak(x, b.scalar(b.type(x).element, alpha), b)};
}

/// Before opset 7 the slope has one entry for each channel; later it is broadcast from the right.
Result<Values> lower_prelu(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Value slope = node.input(1);
  b.use_as_parameter(slope);
  const std::size_t rank = b.shape(x).size();
  if (node.opset() < 7 && rank > 2 && b.shape(slope).size() == 1) {
    Shape per_channel(rank - 1, 1);
    per_channel[0] = b.shape(slope)[0];
    slope = b.reshape(slope, per_channel);
  }
  return Values{leak(x, b.broadcast(slope, b.shape(x)), b)};
}

/// Before opset 11 the limits are attributes; one that is left out does not limit.
Result<Values> lower_clip_attributes(const OnnxNode& node, Builder& b) {
  Value y = node.input(0);
  if (node.find("min") != nullptr) y = b.with_scalar("max", y, TRY(node.real("min", 0)));
  if (node.find("max") != nullptr) y = b.with_scalar("min", y, TRY(node.real("max", 0)));
  return Values{y};
}

Result<Values> lower_clip(const OnnxNode& node, Builder& b) {
  Value y = node.input(0);
  if (node.has_input(1)) y = b.max(y, node.input(1));
  if (node.has_input(2)) y = b.min(y, node.input(2));
  return Values{y};
}

Result<Values> lower_where(const OnnxNode& node, Builder& b) {
  return Values{b.select(node.input(0), node.input(1), node.input(2))};
}

constexpr Lowering rows[] = {
    {.op = "Abs", .lower = lower_unary<abs_name>},
    {.op = "Ceil", .lower = lower_unary<ceil_name>},
    {.op = "Erf", .lower = lower_unary<erf_name>},
    {.op = "Exp", .lower = lower_unary<exp_name>},
    {.op = "Floor", .lower = lower_unary<floor_name>},
    {.op = "Log", .lower = lower_unary<log_name>},
    {.op = "Neg", .lower = lower_unary<neg_name>},
    {.op = "Not", .lower = lower_unary<not_name>},
    {.op = "Reciprocal", .lower = lower_unary<reciprocal_name>},
    {.op = "Sigmoid", .lower = lower_unary<sigmoid_name>},
    {.op = "Sqrt", .lower = lower_unary<sqrt_name>},
    {.op = "Tanh", .lower = lower_unary<tanh_name>},
    {.op = "Round", .lower = lower_unary<round_name>},
    {.op = "Sign", .lower = lower_unary<sign_name>},
    {.op = "Acos", .lower = lower_unary<acos_name>},
    {.op = "Acosh", .lower = lower_unary<acosh_name>},
    {.op = "Asin", .lower = lower_unary<asin_name>},
    {.op = "Asinh", .lower = lower_unary<asinh_name>},
    {.op = "Atan", .lower = lower_unary<atan_name>},
    {.op = "Atanh", .lower = lower_unary<atanh_name>},
    {.op = "Cos", .lower = lower_unary<cos_name>},
    {.op = "Cosh", .lower = lower_unary<cosh_name>},
    {.op = "Sin", .lower = lower_unary<sin_name>},
    {.op = "Sinh", .lower = lower_unary<sinh_name>},
    {.op = "Tan", .lower = lower_unary<tan_name>},
    {.op = "IsNaN", .lower = lower_unary<is_nan_name>},
    {.op = "IsInf", .lower = lower_is_inf},
    {.op = "Mod", .inputs = 2, .lower = lower_mod},
    {.op = "BitShift", .inputs = 2, .lower = lower_bit_shift},
    {.op = "BitwiseAnd", .inputs = 2, .lower = lower_comparison<bit_and_name>},
    {.op = "BitwiseOr", .inputs = 2, .lower = lower_comparison<bit_or_name>},
    {.op = "BitwiseXor", .inputs = 2, .lower = lower_comparison<bit_xor_name>},
    {.op = "BitwiseNot", .lower = lower_unary<bit_not_name>},
    {.op = "Add", .inputs = 2, .lower = lower_arithmetic<add_name>},
    {.op = "Sub", .inputs = 2, .lower = lower_arithmetic<sub_name>},
    {.op = "Mul", .inputs = 2, .lower = lower_arithmetic<mul_name>},
    {.op = "Div", .inputs = 2, .lower = lower_arithmetic<div_name>},
    {.op = "Pow", .inputs = 2, .lower = lower_pow},
    {.op = "Max", .lower = lower_variadic<max_name>},
    {.op = "Min", .lower = lower_variadic<min_name>},
    {.op = "Sum", .lower = lower_sum},
    {.op = "Mean", .lower = lower_mean},
    {.op = "And", .inputs = 2, .lower = lower_comparison<and_name>},
    {.op = "Or", .inputs = 2, .lower = lower_comparison<or_name>},
    {.op = "Xor", .inputs = 2, .lower = lower_comparison<xor_name>},
    {.op = "Equal", .inputs = 2, .lower = lower_equal},
    {.op = "Greater", .inputs = 2, .lower = lower_comparison<greater_name>},
    {.op = "GreaterOrEqual", .inputs = 2, .lower = lower_comparison<greater_equal_name>},
    {.op = "Less", .inputs = 2, .lower = lower_comparison<less_name>},
    {.op = "LessOrEqual", .inputs = 2, .lower = lower_comparison<less_equal_name>},
    {.op = "Where", .inputs = 3, .lower = lower_where},
    {.op = "Relu", .lower = lower_relu},
    {.op = "LeakyRelu", .lower = lower_leaky_relu},
    {.op = "PRelu", .inputs = 2, .lower = lower_prelu},
    {.op = "Clip", .lower = lower_clip_attributes},
    {.op = "Clip", .lower = lower_clip, .since = 11},
};

}  // namespace

extern constinit const LoweringFamily elementwise{rows};

}  // namespace pfsday::onnx
