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

/// Up, down or empty; of reals or integers.
NodeSample make_range(std::string_view op, NodeDraw& draw) {
  const ElementType element = draw.coin() ? ElementType::f64 : ElementType::i64;
  const auto held = [&](std::int64_t value) {
    return draw.held_scalar(element, static_cast<double>(value));
  };
  const std::string start = held(draw.integer(-5, 5));
  const std::string limit = held(draw.integer(-5, 5));
  return draw.finish(11, op, {start, limit, held(draw.coin() ? 2 : -1)});
}

NodeSample make_eye_like(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(2, 2));
  const std::int64_t k = draw.integer(-5, 5);
  if (draw.coin()) return draw.finish(9, op, {x}, {{"k", k}});
  return draw.finish(9, op, {x}, {{"k", k}, {"dtype", std::int64_t{6}}});
}

constexpr LoweringSample samples[] = {
    {"Constant", make_constant}, {"ConstantOfShape", make_constant_of_shape},
    {"Shape", make_shape},       {"Size", make_size},
    {"Range", make_range},       {"EyeLike", make_eye_like}};

}  // namespace

extern constinit const LoweringSampleFamily constants_sample{samples};

}  // namespace pfsday::onnx
