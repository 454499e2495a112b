// ConvInteger, MatMulInteger, QLinearConv, QLinearMatMul: products of quantized operands, which
// count like those of floats. Integers accumulate in i32, floats of 8 bits in f32.
#include <fmt/format.h>

#include "importers/onnx/convolution.h"
#include "importers/onnx/quantize.h"

namespace pfsday::onnx {
namespace {

/// An operand with its scale and zero point, each of which may be empty.
struct Operand {
  Value value, scale, zero_point;
};

ElementType accumulator_of(Value operand, Builder& b) {
  return graph::is_integer(b.type(operand).element) ? ElementType::i32 : ElementType::f32;
}

Value centered(const Operand& operand, Builder& b) {
  const ElementType element = accumulator_of(operand.value, b);
  return subtract_zero_point(operand.value, operand.zero_point, element, b);
}

/// One for the whole filter, or one for each of its output channels.
Value along_filters(Value v, std::int64_t rank, Builder& b) {
  if (!v || b.type(v).elements() == Count(1)) return v ? b.reshape(v, {}) : v;
  Shape aligned(static_cast<std::size_t>(rank), 1);
  aligned[0] = static_cast<std::int64_t>(b.type(v).elements().value());
  return b.reshape(v, aligned);
}

Value one_for_all(Value v, Builder& b) { return v ? b.reshape(v, {}) : v; }

/// Inputs x, w and their zero points.
Result<Value> integer_convolution(const OnnxNode& node, Operand x, Operand w, Builder& b) {
  x.zero_point = one_for_all(x.zero_point, b);
  w.zero_point = along_filters(w.zero_point, b.type(w.value).rank(), b);
  b.use_as_parameter(w.value);
  return convolve(node, centered(x, b), centered(w, b), b);
}

Result<Values> lower_conv_integer(const OnnxNode& node, Builder& b) {
  const Operand x{node.input(0), {}, node.input(2)};
  const Operand w{node.input(1), {}, node.input(3)};
  return Values{TRY(integer_convolution(node, x, w, b))};
}

/// saturate(round(accumulated * (scale of a * scale of b / scale of y)) + zero point of y).
Value requantize(Value accumulated, Value scale_a, Value scale_b, const Operand& y, Builder& b) {
  const ElementType element = b.type(y.scale).element;
  const Value scale = b.div(b.mul(scale_a, scale_b), y.scale);
  const Value scaled = b.mul(b.cast(accumulated, element), scale);
  return quantize(scaled, y.zero_point, b.type(y.zero_point).element, true, b);
}

Result<Values> lower_qlinear_conv(const OnnxNode& node, Builder& b) {
  const Operand x{node.input(0), one_for_all(node.input(1), b), node.input(2)};
  const Operand w{node.input(3), node.input(4), node.input(5)};
  const Operand y{{}, one_for_all(node.input(6), b), one_for_all(node.input(7), b)};
  Value sum = TRY(integer_convolution(node, x, w, b));
  const std::int64_t rank = b.type(sum).rank();
  if (const Value bias = node.input(8)) {
    b.use_as_parameter(bias);
    sum = b.add(sum, along_channels(bias, rank, b));
  }
  const bool is_single = b.type(w.scale).elements() == Count(1);
  const Value scale = is_single ? one_for_all(w.scale, b) : along_channels(w.scale, rank, b);
  return Values{requantize(sum, x.scale, scale, y, b)};
}

/// One for the whole matrix; for each row of the first operand, or each column of the second, if it
/// is a vector; else it lies along the operand as it is.
Value along_rows(Value v, Builder& b) {
  if (!v || b.shape(v).size() != 1) return v;
  const std::int64_t rows = b.shape(v)[0];
  return b.reshape(v, rows == 1 ? Shape{} : Shape{rows, 1});
}
Value along_columns(Value v, Builder& b) {
  const bool is_single = v && b.shape(v).size() == 1 && b.shape(v)[0] == 1;
  return is_single ? b.reshape(v, {}) : v;
}

Value integer_product(Operand first, Operand second, Builder& b) {
  first.zero_point = along_rows(first.zero_point, b);
  second.zero_point = along_columns(second.zero_point, b);
  b.use_as_parameter(first.value);
  b.use_as_parameter(second.value);
  return b.matmul(centered(first, b), centered(second, b));
}

Result<Values> lower_matmul_integer(const OnnxNode& node, Builder& b) {
  return Values{
      integer_product({node.input(0), {}, node.input(2)}, {node.input(1), {}, node.input(3)}, b)};
}

Result<Values> lower_qlinear_matmul(const OnnxNode& node, Builder& b) {
  const Operand first{node.input(0), along_rows(node.input(1), b), node.input(2)};
  const Operand second{node.input(3), along_columns(node.input(4), b), node.input(5)};
  const Operand y{{}, along_rows(node.input(6), b), along_rows(node.input(7), b)};
  const Value product = integer_product(first, second, b);
  return Values{requantize(product, first.scale, second.scale, y, b)};
}

constexpr Lowering rows[] = {
    {.op = "ConvInteger", .inputs = 2, .lower = lower_conv_integer},
    {.op = "MatMulInteger", .inputs = 2, .lower = lower_matmul_integer},
    {.op = "QLinearConv", .inputs = 8, .lower = lower_qlinear_conv},
    {.op = "QLinearMatMul", .inputs = 8, .lower = lower_qlinear_matmul},
};

}  // namespace

extern constinit const LoweringFamily quantized_product{rows};

}  // namespace pfsday::onnx
