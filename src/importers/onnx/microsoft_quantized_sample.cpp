#include "importers/onnx/microsoft.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

std::string draw_bytes(NodeDraw& draw, const Shape& shape, ElementType element = ElementType::u8) {
  const bool is_signed = element == ElementType::i8 || element == ElementType::i16;
  return draw.typed_integers(element, shape, is_signed ? -100 : 0, is_signed ? 100 : 200);
}

std::string draw_scale(NodeDraw& draw) {
  return draw.held_scalar(ElementType::f64, draw.real(0.01, 0.1));
}

/// Now and then left out.
std::string draw_zero_point(NodeDraw& draw, ElementType element = ElementType::u8) {
  return draw.coin() ? draw.held_scalar(element, static_cast<double>(draw.integer(0, 5))) : "";
}

/// A quantized tensor with its scale and zero point.
void add_quantized(NodeDraw& draw, const Shape& shape, std::vector<std::string>& inputs) {
  inputs.push_back(draw_bytes(draw, shape));
  inputs.push_back(draw_scale(draw));
  inputs.push_back(draw_zero_point(draw));
}

void add_result(NodeDraw& draw, std::vector<std::string>& inputs) {
  inputs.push_back(draw_scale(draw));
  inputs.push_back(draw_zero_point(draw));
}

NodeSample make_binary(std::string_view op, NodeDraw& draw) {
  const Shape whole = draw.shape(1, 3);
  std::vector<std::string> inputs;
  add_quantized(draw, whole, inputs);
  add_quantized(draw, draw.broadcastable(whole), inputs);
  add_result(draw, inputs);
  return draw.finish_in(microsoft, op, inputs);
}

NodeSample make_unary(std::string_view op, NodeDraw& draw) {
  std::vector<std::string> inputs;
  add_quantized(draw, draw.shape(2, 3), inputs);
  add_result(draw, inputs);
  Attributes attributes;
  if (op == "QLinearLeakyRelu") attributes = {{"alpha", draw.real(0.1, 0.3)}};
  if (op == "QLinearSoftmax")
    attributes = {{"axis", std::int64_t{-1}}, {"opset", std::int64_t{13}}};
  if (op == "QLinearReduceMean") {
    attributes = {{"axes", Axes{-1}}, {"keepdims", draw.integer(0, 1)}};
  }
  return draw.finish_in(microsoft, op, inputs, attributes);
}

NodeSample make_pool(std::string_view op, NodeDraw& draw) {
  std::vector<std::string> inputs;
  add_quantized(draw, draw.integers(4, 2, 4), inputs);
  add_result(draw, inputs);
  Attributes attributes = {{"channels_last", draw.integer(0, 1)}};
  if (op == "QLinearAveragePool") {
    attributes.emplace_back("kernel_shape", Axes{2, 2});
    attributes.emplace_back("pads", Axes{1, 0, 0, 1});
    attributes.emplace_back("count_include_pad", draw.integer(0, 1));
  }
  return draw.finish_in(microsoft, op, inputs, attributes);
}

NodeSample make_concat(std::string_view op, NodeDraw& draw) {
  Shape part = draw.shape(2, 3);
  std::vector<std::string> inputs;
  add_result(draw, inputs);
  for (std::int64_t i = draw.integer(1, 3); i > 0; --i) {
    part[1] = draw.integer(1, 3);
    add_quantized(draw, part, inputs);
  }
  // The last zero point is no optional input: the number of inputs tells the number of parts.
  if (inputs.back().empty()) inputs.back() = draw.held_scalar(ElementType::u8, 0);
  return draw.finish_in(microsoft, op, inputs, {{"axis", std::int64_t{1}}});
}

NodeSample make_where(std::string_view op, NodeDraw& draw) {
  const Shape whole = draw.shape(1, 3);
  std::vector<std::string> inputs = {draw.booleans(draw.broadcastable(whole))};
  add_quantized(draw, whole, inputs);
  add_quantized(draw, whole, inputs);
  inputs.push_back(draw_scale(draw));
  inputs.push_back(draw.held_scalar(ElementType::u8, 1));
  for (std::string& name : inputs) {
    if (name.empty()) name = draw.held_scalar(ElementType::u8, 2);
  }
  return draw.finish_in(microsoft, op, inputs);
}

NodeSample make_conv(std::string_view op, NodeDraw& draw) {
  const bool is_last = draw.coin();
  const Shape x = is_last ? Shape{1, 4, 3, 2} : Shape{1, 2, 4, 3};
  std::vector<std::string> inputs = {draw_bytes(draw, x),
                                     draw_scale(draw),
                                     draw.held_scalar(ElementType::u8, 3),
                                     draw_bytes(draw, {3, 2, 2, 2}),
                                     draw_scale(draw),
                                     draw.held_scalar(ElementType::u8, 1),
                                     draw_scale(draw),
                                     draw.held_scalar(ElementType::u8, 2)};
  if (draw.coin()) inputs.push_back(draw.typed_integers(ElementType::i32, {3}, -50, 50));
  return draw.finish_in(microsoft, op, inputs, {{"channels_last", std::int64_t{is_last}}});
}

/// Inputs a, b, scale of a, scale of b for all or for each column, zero points, bias.
NodeSample make_integer_to_float(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  std::vector<std::string> inputs = {
      draw_bytes(draw, {sizes[0], sizes[1]}),
      draw_bytes(draw, {sizes[1], sizes[2]}),
      draw_scale(draw),
      draw.coin() ? draw_scale(draw)
                  : draw.reals({sizes[2]}, NodeDraw::Domain::positive, NodeDraw::Held::yes),
      draw_zero_point(draw),
      draw_zero_point(draw)};
  if (draw.coin()) inputs.push_back(draw.reals({sizes[2]}));
  return draw.finish_in(microsoft, op, inputs);
}

NodeSample make_dynamic_matmul(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  std::vector<std::string> inputs = {draw.reals({sizes[0], sizes[1]}),
                                     draw_bytes(draw, {sizes[1], sizes[2]}), draw_scale(draw),
                                     draw_zero_point(draw)};
  if (draw.coin()) inputs.push_back(draw.reals({sizes[2]}));
  return draw.finish_in(microsoft, op, inputs);
}

NodeSample make_integer16(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  const std::string first = draw_bytes(draw, {sizes[0], sizes[1]}, ElementType::i16);
  return draw.finish_in(microsoft, op,
                        {first, draw_bytes(draw, {sizes[1], sizes[2]}, ElementType::i16)});
}

NodeSample make_mul_integer(std::string_view op, NodeDraw& draw) {
  const Shape whole = draw.shape(1, 3);
  std::vector<std::string> inputs = {draw_bytes(draw, whole), draw_zero_point(draw),
                                     draw_bytes(draw, draw.broadcastable(whole)),
                                     draw_zero_point(draw)};
  return draw.finish_in(microsoft, op, inputs);
}

/// With a real result, or a quantized one.
NodeSample make_gemm(std::string_view op, NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  const std::int64_t turns_a = draw.integer(0, 1);
  const std::int64_t turns_b = draw.integer(0, 1);
  Shape first = {sizes[0], sizes[1]};
  Shape second = {sizes[1], sizes[2]};
  if (turns_a != 0) std::swap(first[0], first[1]);
  if (turns_b != 0) std::swap(second[0], second[1]);
  std::vector<std::string> inputs = {draw_bytes(draw, first),
                                     draw_scale(draw),
                                     draw.held_scalar(ElementType::u8, 3),
                                     draw_bytes(draw, second, ElementType::i8),
                                     draw_scale(draw),
                                     draw.held_scalar(ElementType::i8, 2)};
  inputs.push_back(draw.coin() ? draw.typed_integers(ElementType::i32, {sizes[2]}, -50, 50) : "");
  if (draw.coin()) {
    inputs.push_back(draw_scale(draw));
    inputs.push_back(draw.held_scalar(ElementType::u8, 4));
  }
  Attributes attributes = {{"transA", turns_a}, {"transB", turns_b}};
  if (draw.coin()) attributes.emplace_back("alpha", 0.5);
  return draw.finish_in(microsoft, op, inputs, attributes);
}

NodeSample make_quantize(std::string_view op, NodeDraw& draw) {
  return draw.finish_in(
      microsoft, op,
      {draw.reals(draw.shape(1, 3)), draw_scale(draw), draw.held_scalar(ElementType::u8, 100)});
}

NodeSample make_dequantize(std::string_view op, NodeDraw& draw) {
  std::vector<std::string> inputs;
  add_quantized(draw, draw.shape(1, 3), inputs);
  return draw.finish_in(microsoft, op, inputs);
}

constexpr LoweringSample samples[] = {
    {"QLinearAdd", make_binary, microsoft},
    {"QLinearMul", make_binary, microsoft},
    {"QLinearSigmoid", make_unary, microsoft},
    {"QLinearLeakyRelu", make_unary, microsoft},
    {"QLinearSoftmax", make_unary, microsoft},
    {"QLinearReduceMean", make_unary, microsoft},
    {"QLinearAveragePool", make_pool, microsoft},
    {"QLinearGlobalAveragePool", make_pool, microsoft},
    {"QLinearConcat", make_concat, microsoft},
    {"QLinearWhere", make_where, microsoft},
    {"QLinearConv", make_conv, microsoft},
    {"MatMulIntegerToFloat", make_integer_to_float, microsoft},
    {"DynamicQuantizeMatMul", make_dynamic_matmul, microsoft},
    {"MatMulInteger16", make_integer16, microsoft},
    {"MulInteger", make_mul_integer, microsoft},
    {"QGemm", make_gemm, microsoft},
    {"QuantizeLinear", make_quantize, microsoft},
    {"DequantizeLinear", make_dequantize, microsoft},
};

}  // namespace

extern constinit const LoweringSampleFamily microsoft_quantized_sample{samples};

}  // namespace pfsday::onnx
