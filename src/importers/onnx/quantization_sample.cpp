#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Domain = NodeDraw::Domain;

/// How a tensor is quantized: as a whole, along an axis, or in blocks.
struct Scheme {
  Shape x, scale;
  Attributes attributes = {};
  ElementType element;
  std::int64_t low, high;  ///< of its zero points
};

Scheme draw_scheme(NodeDraw& draw) {
  Scheme s{.x = draw.shape(1, 3), .scale = {}, .element = ElementType::u8, .low = 0, .high = 9};
  if (draw.coin()) {
    s.element = ElementType::i8;
    s.low = -s.high;
  }
  const std::int64_t axis = draw.integer(0, std::ssize(s.x) - 1);
  const auto at = static_cast<std::size_t>(axis);
  const std::int64_t kind = draw.integer(0, 2);
  if (kind == 0) return s;
  s.attributes.emplace_back("axis", draw.perhaps_negative(axis, s.x.size()));
  s.scale = {s.x[at]};
  if (kind == 1) return s;
  const std::int64_t block = draw.integer(1, s.x[at]);
  s.attributes.emplace_back("block_size", block);
  s.scale = s.x;
  s.scale[at] = (s.x[at] + block - 1) / block;
  return s;
}

/// The operand, its scale and perhaps its zero point.
NodeSample finish(std::string_view op, NodeDraw& draw, Scheme& s, std::string operand) {
  std::vector<std::string> inputs = {std::move(operand), draw.reals(s.scale, Domain::positive)};
  if (draw.coin()) inputs.push_back(draw.typed_integers(s.element, s.scale, s.low, s.high));
  return draw.finish(21, op, inputs, s.attributes);
}

NodeSample make_quantize(std::string_view op, NodeDraw& draw) {
  Scheme s = draw_scheme(draw);
  if (draw.coin()) s.attributes.emplace_back("output_dtype", std::int64_t{s.low < 0 ? 3 : 2});
  return finish(op, draw, s, draw.reals(s.x));
}

NodeSample make_dequantize(std::string_view op, NodeDraw& draw) {
  Scheme s = draw_scheme(draw);
  return finish(op, draw, s, draw.typed_integers(s.element, s.x, s.low, s.high));
}

NodeSample make_dynamic(std::string_view op, NodeDraw& draw) {
  return draw.finish(11, op, {draw.reals(draw.shape(1, 3))}, {}, 3);
}

constexpr LoweringSample samples[] = {
    {"QuantizeLinear", make_quantize},
    {"DequantizeLinear", make_dequantize},
    {"DynamicQuantizeLinear", make_dynamic},
};

}  // namespace

extern constinit const LoweringSampleFamily quantization_sample{samples};

}  // namespace pfsday::onnx
