#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

TensorToWrite draw_tensor(NodeDraw& draw, const Shape& shape) {
  TensorToWrite tensor{.type = {draw.coin() ? ElementType::f64 : ElementType::i32, shape}};
  const auto count = static_cast<std::size_t>(tensor.type.elements().value());
  const Axes values = draw.integers(count, -9, 9);
  tensor.values.assign(values.begin(), values.end());
  return tensor;
}

NodeSample make_constant(std::string_view op, NodeDraw& draw) {
  switch (draw.integer(0, 4)) {
    case 0:
      return draw.finish(13, op, {}, {{"value_float", draw.real(-1, 1)}});
    case 1:
      return draw.finish(13, op, {}, {{"value_int", draw.integer(-9, 9)}});
    case 2:
      return draw.finish(13, op, {}, {{"value_floats", std::vector<float>{1.5F, 2.5F}}});
    case 3:
      return draw.finish(13, op, {}, {{"value_ints", draw.integers(3, -9, 9)}});
    default:
      return draw.finish(13, op, {}, {{"value", draw_tensor(draw, draw.shape(0, 3))}});
  }
}

NodeSample make_constant_of_shape(std::string_view op, NodeDraw& draw) {
  const std::string shape = draw.held_integers(draw.shape(0, 3));
  if (draw.coin()) return draw.finish(9, op, {shape});
  return draw.finish(9, op, {shape}, {{"value", draw_tensor(draw, {1})}});
}

NodeSample make_shape(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 4));
  if (draw.coin()) return draw.finish(13, op, {x});
  return draw.finish(15, op, {x}, {{"start", draw.integer(-5, 5)}, {"end", draw.integer(-5, 5)}});
}

NodeSample make_size(std::string_view op, NodeDraw& draw) {
  return draw.finish(13, op, {draw.reals(draw.shape(0, 4))});
}

constexpr LoweringSample samples[] = {{"Constant", make_constant},
                                      {"ConstantOfShape", make_constant_of_shape},
                                      {"Shape", make_shape},
                                      {"Size", make_size}};

}  // namespace

extern constinit const LoweringSampleFamily constants_sample{samples};

}  // namespace pfsday::onnx
