#include "importers/tflite/lowering.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/quantize.h"

namespace pfsday::tflite {

Result<std::int64_t> Operator::integer(int field, std::int32_t fallback) const {
  return std::int64_t{TRY(view_->options.number<std::int32_t>(field, fallback))};
}

Result<bool> Operator::flag(int field) const {
  return TRY(view_->options.number<std::uint8_t>(field, 0)) != 0;
}

Result<double> Operator::real(int field) const {
  return double{TRY(view_->options.number<float>(field, 0))};
}

Result<Axes> Operator::integers(int field) const {
  const auto list = TRY(view_->options.numbers<std::int32_t>(field));
  return Axes(list.begin(), list.end());
}

Result<Activation> Operator::activation(int field) const {
  const auto number = TRY(view_->options.number<std::int8_t>(field, 0));
  if (number >= 0 && number <= static_cast<int>(Activation::tanh)) {
    return static_cast<Activation>(number);
  }
  return fail(Code::type_unsupported, fmt::format("the fused activation {} is not known", number));
}

const Lowering* find_lowering(std::int32_t builtin) {
  for (const auto family : {products, elements, movements, reductions, recurrences}) {
    const auto found = std::ranges::find(family, builtin, &Lowering::builtin);
    if (found != family.end()) return &*found;
  }
  return nullptr;
}

Result<Axes> known_integers(const Operator& op, std::size_t input, Builder& b) {
  const Literal* known = op.has_input(input) ? b.known(op.input(input)) : nullptr;
  if (known != nullptr) return known->integers();
  return fail(Code::value_unknown,
              fmt::format("input {} is known only when the model runs", input));
}

Result<std::int64_t> checked_axis(std::int64_t axis, std::int64_t rank) {
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  return fail(Code::attribute_invalid, fmt::format("axis {} of a tensor of {} axes", axis, rank));
}

namespace {

/// One number, or one for each index of the axis, aligned with a tensor of that rank.
Value along_axis(std::vector<graph::Exact> numbers, ElementType element, std::int64_t axis,
                 std::int64_t rank, Builder& b) {
  const auto count = static_cast<std::int64_t>(numbers.size());
  if (count == 1) return b.scalar(element, numbers[0]);
  if (axis < 0 || axis >= rank) {
    return b.fault(
        Code::attribute_invalid,
        fmt::format("{} scales or zero points along an axis that a tensor of rank {} has "
                    "not",
                    count, rank));
  }
  Shape aligned(static_cast<std::size_t>(rank), 1);
  aligned[static_cast<std::size_t>(axis)] = count;
  const TensorType type{element, aligned};
  if (!graph::can_be_literal(type)) return b.full(type, numbers[0]);
  return b.constant(Literal::of(type, std::move(numbers)));
}

Value scales_of(const Quantization& q, std::int64_t axis, std::int64_t rank, Builder& b) {
  return along_axis({q.scales.begin(), q.scales.end()}, ElementType::f32, axis, rank, b);
}

Value zero_points_of(const Quantization& q, ElementType element, std::int64_t rank, Builder& b) {
  return along_axis({q.zero_points.begin(), q.zero_points.end()}, element, q.axis, rank, b);
}

/// The integers less their zero points.
Value centered(const TensorView& tensor, Value x, ElementType element, Builder& b) {
  const Value wide = b.cast(x, element);
  if (!tensor.quantization->has_zero_point()) return wide;
  return b.sub(wide, zero_points_of(*tensor.quantization, element, b.type(x).rank(), b));
}

Value activate(Value y, Activation activation, Builder& b) {
  const auto within = [&](graph::Exact low, graph::Exact high) {
    return b.with_scalar("min", b.with_scalar("max", y, low), high);
  };
  switch (activation) {
    case Activation::relu:
      return b.with_scalar("max", y, 0);
    case Activation::relu_n1_to_1:
      return within(-1, 1);
    case Activation::relu6:
      return within(0, 6);
    case Activation::tanh:
      return b.emit("tanh", {y});
    case Activation::sign_bit:
    case Activation::none:
      break;
  }
  return y;
}

/// In the saturation there is room for bounds, not for a function.
Value activate_quantized(Value y, Activation activation, Builder& b) {
  return activation == Activation::tanh ? activate(y, activation, b) : y;
}

}  // namespace

Value real_input(const Operator& op, std::size_t input, Builder& b) {
  const Value x = op.input(input);
  if (!op.is_quantized(input)) return x;
  const TensorView& tensor = op.input_tensor(input);
  const Quantization& q = *tensor.quantization;
  return b.mul(centered(tensor, x, ElementType::f32, b), scales_of(q, q.axis, b.type(x).rank(), b));
}

Value finish(const Operator& op, Value y, Activation activation, Builder& b, std::size_t output) {
  const TensorView& tensor = op.output_tensor(output);
  if (!tensor.quantization) return activate(y, activation, b);
  const Quantization& q = *tensor.quantization;
  const std::int64_t rank = b.type(y).rank();
  const Value scaled = b.div(activate_quantized(y, activation, b), scales_of(q, q.axis, rank, b));
  const Value zero_point =
      q.has_zero_point() ? zero_points_of(q, tensor.type.element, rank, b) : Value{};
  return pfsday::onnx::quantize(scaled, zero_point, tensor.type.element, true, b);
}

void note_weight(const Operator& op, std::size_t input, Builder& b) {
  pfsday::onnx::note_weight(op.input(input), b);
}

Factors factors_of(const Operator& op, std::size_t x, std::size_t w, Builder& b) {
  b.use_as_parameter(op.input(w));
  if (!op.is_quantized(x)) {
    // Weights alone may be quantized: what is multiplied with them is real.
    const ElementType element = b.type(op.input(x)).element;
    return {.x = op.input(x), .w = b.cast(op.input(w), element)};
  }
  const auto integers = [&](std::size_t input) {
    if (!op.is_quantized(input)) return b.cast(op.input(input), ElementType::i32);
    return centered(op.input_tensor(input), op.input(input), ElementType::i32, b);
  };
  return {.x = integers(x), .w = integers(w), .is_integer = true};
}

namespace {

/// The products of the scales of x and w, along the last axis.
Value scales_of_products(const Operator& op, const Factors& factors, std::size_t x, std::size_t w,
                         std::int64_t rank, Builder& b) {
  std::vector<graph::Exact> scales = {1};
  if (op.is_quantized(w)) {
    const auto& list = op.input_tensor(w).quantization->scales;
    scales.assign(list.begin(), list.end());
  }
  const float scale_x = factors.is_integer ? op.input_tensor(x).quantization->scales[0] : 1;
  for (graph::Exact& scale : scales) scale *= scale_x;
  return along_axis(std::move(scales), ElementType::f32, rank - 1, rank, b);
}

}  // namespace

Value finish_products(const Operator& op, Value sums, const Factors& factors, std::size_t x,
                      std::size_t w, std::size_t bias, Activation activation, Builder& b) {
  if (!sums) return sums;  // the Builder has a fault
  const std::int64_t rank = b.type(sums).rank();
  const bool has_bias = op.has_input(bias);
  if (has_bias) b.use_as_parameter(op.input(bias));
  if (has_bias && factors.is_integer) {
    const ElementType wide = b.type(op.input(bias)).element;
    sums = b.add(b.cast(sums, wide), op.input(bias));
  }
  if (factors.is_integer || op.is_quantized(w)) {
    sums = b.mul(b.cast(sums, ElementType::f32), scales_of_products(op, factors, x, w, rank, b));
  }
  if (has_bias && !factors.is_integer) sums = b.add(sums, op.input(bias));
  if (!op.output_tensor(0).quantization) return activate(sums, activation, b);
  // The scale of the output is part of the one multiply.
  const TensorView& out = op.output_tensor(0);
  const Value zero_point = out.quantization->has_zero_point()
                               ? zero_points_of(*out.quantization, out.type.element, rank, b)
                               : Value{};
  return pfsday::onnx::quantize(activate_quantized(sums, activation, b), zero_point,
                                out.type.element, true, b);
}

}  // namespace pfsday::tflite
