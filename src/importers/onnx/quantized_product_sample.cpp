#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Domain = NodeDraw::Domain;

/// An operand of small integers, with what it is scaled by.
struct Operand {
  std::string value, scale, zero_point;
};

Operand draw_operand(NodeDraw& draw, const Shape& shape, const Shape& scale) {
  const ElementType element = draw.coin() ? ElementType::u8 : ElementType::i8;
  Operand operand;
  operand.value = draw.typed_integers(element, shape, 0, 9);
  operand.scale = draw.reals(scale, Domain::positive);
  operand.zero_point = draw.typed_integers(element, scale, 0, draw.integer(0, 1) * 9);
  return operand;
}

/// Shapes of x and w, two groups or one.
struct Filters {
  Shape x, w;
  std::int64_t groups;
};

Filters draw_filters(NodeDraw& draw) {
  const std::int64_t groups = draw.integer(1, 2);
  const std::int64_t channels = draw.integer(1, 2);
  return {{1, groups * channels, 4, 3}, {2 * groups, channels, 2, 2}, groups};
}

NodeSample make_conv_integer(std::string_view op, NodeDraw& draw) {
  const Filters f = draw_filters(draw);
  const Operand x = draw_operand(draw, f.x, {});
  const Operand w = draw_operand(draw, f.w, draw.coin() ? Shape{} : Shape{f.w[0]});
  std::vector<std::string> inputs = {x.value, w.value};
  if (draw.coin()) inputs.insert(inputs.end(), {draw.coin() ? "" : x.zero_point, w.zero_point});
  return draw.finish(10, op, inputs, {{"group", f.groups}, {"pads", Axes{1, 0, 0, 1}}});
}

NodeSample make_qlinear_conv(std::string_view op, NodeDraw& draw) {
  const Filters f = draw_filters(draw);
  const Operand x = draw_operand(draw, f.x, {});
  const Operand w = draw_operand(draw, f.w, draw.coin() ? Shape{} : Shape{f.w[0]});
  const Operand y = draw_operand(draw, {}, {});
  std::vector<std::string> inputs = {x.value, x.scale,      x.zero_point, w.value,
                                     w.scale, w.zero_point, y.scale,      y.zero_point};
  if (draw.coin()) inputs.push_back(draw.typed_integers(ElementType::i32, {f.w[0]}, -99, 99));
  return draw.finish(10, op, inputs, {{"group", f.groups}, {"pads", Axes{1, 0, 0, 1}}});
}

/// Two matrices or stacks of them.
struct Matrices {
  Operand a, b;
};

Matrices draw_matrices(NodeDraw& draw) {
  const Shape sizes = draw.integers(3, 1, 4);
  Shape a = draw.shape(0, 1);
  Shape b = draw.coin() ? a : Shape{};
  a.insert(a.end(), {sizes[0], sizes[1]});
  b.insert(b.end(), {sizes[1], sizes[2]});
  Matrices m;
  m.a = draw_operand(draw, a, draw.coin() ? Shape{} : Shape{sizes[0]});
  m.b = draw_operand(draw, b, draw.coin() ? Shape{} : Shape{sizes[2]});
  return m;
}

NodeSample make_matmul_integer(std::string_view op, NodeDraw& draw) {
  const Matrices m = draw_matrices(draw);
  std::vector<std::string> inputs = {m.a.value, m.b.value};
  if (draw.coin()) inputs.insert(inputs.end(), {m.a.zero_point, m.b.zero_point});
  return draw.finish(10, op, inputs);
}

NodeSample make_qlinear_matmul(std::string_view op, NodeDraw& draw) {
  const Matrices m = draw_matrices(draw);
  const Operand y = draw_operand(draw, {}, {});
  return draw.finish(21, op,
                     {m.a.value, m.a.scale, m.a.zero_point, m.b.value, m.b.scale, m.b.zero_point,
                      y.scale, y.zero_point});
}

constexpr LoweringSample samples[] = {
    {"ConvInteger", make_conv_integer},
    {"MatMulInteger", make_matmul_integer},
    {"QLinearConv", make_qlinear_conv},
    {"QLinearMatMul", make_qlinear_matmul},
};

}  // namespace

extern constinit const LoweringSampleFamily quantized_product_sample{samples};

}  // namespace pfsday::onnx
