// QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.
#include <fmt/format.h>

#include "importers/onnx/quantize.h"

namespace pfsday::onnx {
namespace {

/// How the scale and the zero point lie along x.
struct Granularity {
  std::int64_t axis = 1, block_size = 0;
};

/// Before opset 13 there is one scale for the whole tensor; blocks came with opset 21.
Result<Granularity> granularity_of(const OnnxNode& node) {
  Granularity granularity;
  granularity.axis = TRY(node.integer("axis", 1));
  granularity.block_size = TRY(node.integer("block_size", 0));
  if (granularity.block_size >= 0) return granularity;
  return fail(Code::attribute_invalid, fmt::format("block_size is {}", granularity.block_size));
}

Result<Value> aligned(const OnnxNode& node, std::size_t input, Builder& b) {
  const Granularity g = TRY(granularity_of(node));
  const Value x = node.input(0);
  return align_to_quantized(node.input(input), b.shape(x), g.axis, g.block_size, b);
}

/// The type that an attribute names by number, or the fallback.
Result<ElementType> type_attribute(const OnnxNode& node, std::string_view name,
                                   ElementType fallback) {
  const std::int64_t number = TRY(node.integer(name, 0));
  return number == 0 ? fallback : element_type_of(number);
}

bool is_quantized_type(ElementType element) {
  return graph::is_quantized(element) || (graph::is_real(element) && graph::bits_of(element) <= 8);
}

/// The type of the zero point; without one, that of `output_dtype`, or u8.
Result<ElementType> target_of(const OnnxNode& node, Builder& b) {
  const ElementType stated = TRY(type_attribute(node, "output_dtype", ElementType::u8));
  const ElementType to = node.has_input(2) ? b.type(node.input(2)).element : stated;
  if (is_quantized_type(to)) return to;
  return fail(Code::type_unsupported, fmt::format("quantization to {}", to_string(to)));
}

/// Division is done in `precision` (opset 23), or the scale's type, or f32 where that is no float.
Result<ElementType> division_type(const OnnxNode& node, Builder& b) {
  const ElementType of_scale = b.type(node.input(1)).element;
  const ElementType fallback = graph::is_real(of_scale) ? of_scale : ElementType::f32;
  return type_attribute(node, "precision", fallback);
}

/// saturate(round(x / scale) + zero point).
Result<Values> lower_quantize(const OnnxNode& node, Builder& b) {
  const ElementType to = TRY(target_of(node, b));
  const ElementType element = TRY(division_type(node, b));
  const Value scale = TRY(aligned(node, 1, b));
  const Value zero_point = TRY(aligned(node, 2, b));
  const bool saturates = graph::is_integer(to) || TRY(node.integer("saturate", 1)) != 0;
  const Value scaled = b.div(b.cast(node.input(0), element), b.cast(scale, element));
  return Values{quantize(scaled, zero_point, to, saturates, b)};
}

/// (x - zero point) * scale. A quantized tensor that the model holds is a parameter.
Result<Values> lower_dequantize(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value scale = TRY(aligned(node, 1, b));
  const Value zero_point = TRY(aligned(node, 2, b));
  const ElementType element = b.type(scale).element;
  b.use_as_parameter(x);
  const Value centered = subtract_zero_point(dequantized(x, element, b), zero_point, element, b);
  return Values{b.cast(b.mul(centered, scale), TRY(type_attribute(node, "output_dtype", element)))};
}

/// The scale spans the values of x and zero with the 256 integers of u8; the zero point is where
/// zero falls.
Result<Values> lower_dynamic_quantize(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const ElementType element = b.type(x).element;
  const Axes all = axes_from(0, b.type(x).rank());
  const Value top = b.with_scalar("max", b.reduce_max(x, all), 0);
  const Value bottom = b.with_scalar("min", b.neg(b.reduce_max(b.neg(x), all)), 0);
  const Value scale = b.with_scalar("div", b.sub(top, bottom), 255);
  const Value zero = b.sub(b.scalar(element, 0), b.div(bottom, scale));
  const Value clipped = b.with_scalar("min", b.with_scalar("max", zero, 0), 255);
  const Value zero_point = b.cast(b.emit("quantize_round", {clipped}), ElementType::u8);
  const Value y = quantize(b.div(x, scale), zero_point, ElementType::u8, true, b);
  return Values{y, scale, zero_point};
}

constexpr Lowering rows[] = {
    {.op = "QuantizeLinear", .inputs = 2, .lower = lower_quantize},
    {.op = "DequantizeLinear", .inputs = 2, .lower = lower_dequantize},
    {.op = "DynamicQuantizeLinear", .lower = lower_dynamic_quantize},
};

}  // namespace

extern constinit const LoweringFamily quantization{rows};

}  // namespace pfsday::onnx
