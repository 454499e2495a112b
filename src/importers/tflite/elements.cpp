// Operators that act on each element.
#include <fmt/format.h>

#include <cmath>

#include "importers/tflite/lowering.h"

namespace pfsday::tflite {
namespace {

/// An operator that is one primitive, of real numbers.
template <const char* primitive>
Result<Values> lower_unary(const Operator& op, Builder& b) {
  return Values{finish(op, b.emit(primitive, {real_input(op, 0, b)}), Activation::none, b)};
}

constexpr char abs_name[] = "abs", ceil_name[] = "ceil", cos_name[] = "cos", exp_name[] = "exp",
               floor_name[] = "floor", log_name[] = "log", neg_name[] = "neg",
               round_name[] = "round", sigmoid_name[] = "sigmoid", sign_name[] = "sign",
               sin_name[] = "sin", sqrt_name[] = "sqrt", tanh_name[] = "tanh";

constexpr char add_name[] = "add", sub_name[] = "sub", mul_name[] = "mul", div_name[] = "div",
               max_name[] = "max", min_name[] = "min", pow_name[] = "pow", modulo_name[] = "modulo";
constexpr char less_name[] = "less", less_equal_name[] = "less_equal", greater_name[] = "greater",
               greater_equal_name[] = "greater_equal", equal_name[] = "equal";
constexpr char and_name[] = "and", or_name[] = "or";

/// With an activation in field 0 of its options, if it has any.
template <const char* primitive>
Result<Values> lower_arithmetic(const Operator& op, Builder& b) {
  note_weight(op, 0, b);
  note_weight(op, 1, b);
  const Value y = b.binary(primitive, real_input(op, 0, b), real_input(op, 1, b));
  return Values{finish(op, y, TRY(op.activation(0)), b)};
}

template <const char* primitive>
Result<Values> lower_binary(const Operator& op, Builder& b) {
  const Value y = b.binary(primitive, real_input(op, 0, b), real_input(op, 1, b));
  return Values{finish(op, y, Activation::none, b)};
}

template <const char* primitive>
Result<Values> lower_comparison(const Operator& op, Builder& b) {
  return Values{b.binary(primitive, real_input(op, 0, b), real_input(op, 1, b))};
}

Result<Values> lower_not_equal(const Operator& op, Builder& b) {
  const Value equal = b.binary("equal", real_input(op, 0, b), real_input(op, 1, b));
  return Values{b.emit("not", {equal})};
}

Result<Values> lower_not(const Operator& op, Builder& b) {
  return Values{b.emit("not", {op.input(0)})};
}

Result<Values> lower_add_n(const Operator& op, Builder& b) {
  Value sum = real_input(op, 0, b);
  for (std::size_t i = 1; i < op.input_count(); ++i) sum = b.add(sum, real_input(op, i, b));
  return Values{finish(op, sum, Activation::none, b)};
}

Result<Values> lower_floor_div(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const Value quotient = b.div(x, real_input(op, 1, b));
  const bool is_real = graph::is_real(b.type(quotient).element);
  return Values{is_real ? b.emit("floor", {quotient}) : quotient};
}

Result<Values> lower_square(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  return Values{finish(op, b.mul(x, x), Activation::none, b)};
}

Result<Values> lower_squared_difference(const Operator& op, Builder& b) {
  const Value difference = b.sub(real_input(op, 0, b), real_input(op, 1, b));
  return Values{finish(op, b.mul(difference, difference), Activation::none, b)};
}

Result<Values> lower_rsqrt(const Operator& op, Builder& b) {
  const Value root = b.sqrt(real_input(op, 0, b));
  return Values{finish(op, b.emit("reciprocal", {root}), Activation::none, b)};
}

/// Bounds of a quantized tensor are compared as integers: the comparison is the saturation.
template <Activation activation>
Result<Values> lower_bounds(const Operator& op, Builder& b) {
  return Values{finish(op, real_input(op, 0, b), activation, b)};
}

Result<Values> lower_relu_0_to_1(const Operator& op, Builder& b) {
  const Value positive = b.with_scalar("max", real_input(op, 0, b), 0);
  return Values{finish(op, b.with_scalar("min", positive, 1), Activation::none, b)};
}

/// x where it is positive, else `slope` x.
Value leak(Value x, Value slope, Builder& b) {
  return b.select(b.with_scalar("greater", x, 0), x, b.mul(x, slope));
}

Result<Values> lower_leaky_relu(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const Value slope = b.scalar(b.type(x).element, TRY(op.real(0)));
  return Values{finish(op, leak(x, slope, b), Activation::none, b)};
}

Result<Values> lower_prelu(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  b.use_as_parameter(op.input(1));
  const Value slope = b.broadcast(real_input(op, 1, b), b.shape(x));
  return Values{finish(op, leak(x, slope, b), Activation::none, b)};
}

Result<Values> lower_elu(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const Value below = b.with_scalar("sub", b.exp(x), 1);
  const Value y = b.select(b.with_scalar("greater", x, 0), x, below);
  return Values{finish(op, y, Activation::none, b)};
}

/// x min(max(x + 3, 0), 6) / 6.
Result<Values> lower_hard_swish(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  const Value gate = b.with_scalar("min", b.with_scalar("max", b.with_scalar("add", x, 3), 0), 6);
  return Values{finish(op, b.with_scalar("mul", b.mul(x, gate), 1.0L / 6), Activation::none, b)};
}

/// x (1 + erf(x / sqrt 2)) / 2, or with tanh for erf: 0.5 x (1 + tanh(sqrt(2 / pi)(x + 0.044715
/// x^3))).
Result<Values> lower_gelu(const Operator& op, Builder& b) {
  const Value x = real_input(op, 0, b);
  Value inner;
  if (TRY(op.flag(0))) {
    const Value cube = b.with_scalar("mul", b.mul(b.mul(x, x), x), 0.044715L);
    inner = b.emit("tanh", {b.with_scalar("mul", b.add(x, cube), std::sqrt(2 / M_PIl))});
  } else {
    inner = b.emit("erf", {b.with_scalar("mul", x, std::sqrt(0.5L))});
  }
  const Value half = b.with_scalar("mul", x, 0.5L);
  return Values{finish(op, b.mul(half, b.with_scalar("add", inner, 1)), Activation::none, b)};
}

Result<Values> lower_select(const Operator& op, Builder& b) {
  return Values{b.select(op.input(0), op.input(1), op.input(2))};
}

Result<Values> lower_quantize(const Operator& op, Builder& b) {
  if (!op.output_tensor(0).quantization) {
    return fail(Code::type_unsupported, "its output has no scale");
  }
  return Values{finish(op, real_input(op, 0, b), Activation::none, b)};
}

/// Half precision is no quantization: it is read as it is.
Result<Values> lower_dequantize(const Operator& op, Builder& b) {
  if (op.is_quantized(0)) b.use_as_parameter(op.input(0));
  return Values{b.cast(real_input(op, 0, b), op.output_tensor(0).type.element)};
}

Result<Values> lower_cast(const Operator& op, Builder& b) {
  return Values{b.cast(op.input(0), op.output_tensor(0).type.element)};
}

constexpr Lowering rows[] = {
    {0, "ADD", 2, lower_arithmetic<add_name>},
    {6, "DEQUANTIZE", 1, lower_dequantize},
    {8, "FLOOR", 1, lower_unary<floor_name>},
    {14, "LOGISTIC", 1, lower_unary<sigmoid_name>},
    {18, "MUL", 2, lower_arithmetic<mul_name>},
    {19, "RELU", 1, lower_bounds<Activation::relu>},
    {20, "RELU_N1_TO_1", 1, lower_bounds<Activation::relu_n1_to_1>},
    {21, "RELU6", 1, lower_bounds<Activation::relu6>},
    {28, "TANH", 1, lower_unary<tanh_name>},
    {41, "SUB", 2, lower_arithmetic<sub_name>},
    {42, "DIV", 2, lower_arithmetic<div_name>},
    {47, "EXP", 1, lower_unary<exp_name>},
    {53, "CAST", 1, lower_cast},
    {54, "PRELU", 2, lower_prelu},
    {55, "MAXIMUM", 2, lower_binary<max_name>},
    {57, "MINIMUM", 2, lower_binary<min_name>},
    {58, "LESS", 2, lower_comparison<less_name>},
    {59, "NEG", 1, lower_unary<neg_name>},
    {61, "GREATER", 2, lower_comparison<greater_name>},
    {62, "GREATER_EQUAL", 2, lower_comparison<greater_equal_name>},
    {63, "LESS_EQUAL", 2, lower_comparison<less_equal_name>},
    {64, "SELECT", 3, lower_select},
    {66, "SIN", 1, lower_unary<sin_name>},
    {71, "EQUAL", 2, lower_comparison<equal_name>},
    {72, "NOT_EQUAL", 2, lower_not_equal},
    {73, "LOG", 1, lower_unary<log_name>},
    {75, "SQRT", 1, lower_unary<sqrt_name>},
    {76, "RSQRT", 1, lower_rsqrt},
    {78, "POW", 2, lower_binary<pow_name>},
    {84, "LOGICAL_OR", 2, lower_comparison<or_name>},
    {86, "LOGICAL_AND", 2, lower_comparison<and_name>},
    {87, "LOGICAL_NOT", 1, lower_not},
    {90, "FLOOR_DIV", 2, lower_floor_div},
    {92, "SQUARE", 1, lower_square},
    {95, "FLOOR_MOD", 2, lower_binary<modulo_name>},
    {98, "LEAKY_RELU", 1, lower_leaky_relu},
    {99, "SQUARED_DIFFERENCE", 2, lower_squared_difference},
    {101, "ABS", 1, lower_unary<abs_name>},
    {104, "CEIL", 1, lower_unary<ceil_name>},
    {106, "ADD_N", 1, lower_add_n},
    {108, "COS", 1, lower_unary<cos_name>},
    {111, "ELU", 1, lower_elu},
    {114, "QUANTIZE", 1, lower_quantize},
    {116, "ROUND", 1, lower_unary<round_name>},
    {117, "HARD_SWISH", 1, lower_hard_swish},
    {123, "SELECT_V2", 3, lower_select},
    {150, "GELU", 1, lower_gelu},
    {152, "RELU_0_TO_1", 1, lower_relu_0_to_1},
    {158, "SIGN", 1, lower_unary<sign_name>},
};

}  // namespace

constinit const std::span<const Lowering> elements = rows;

}  // namespace pfsday::tflite
