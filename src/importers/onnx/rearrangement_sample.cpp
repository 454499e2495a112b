#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_tile(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::string x = draw.reals(shape);
  if (draw.coin()) {
    return draw.finish(6, op, {x, draw.held_integers(draw.integers(shape.size(), 1, 3))});
  }
  const auto axis = static_cast<double>(draw.integer(0, std::ssize(shape) - 1));
  return draw.finish(
      1, op, {x, draw.held_scalar(ElementType::f32, 2), draw.held_scalar(ElementType::f32, axis)});
}

NodeSample make_depth_to_space(std::string_view op, NodeDraw& draw) {
  const std::int64_t block = draw.integer(1, 2);
  const Shape shape = {draw.integer(1, 2), block * block * draw.integer(1, 2), draw.integer(1, 3),
                       draw.integer(1, 3)};
  const std::string x = draw.reals(shape);
  if (draw.coin()) return draw.finish(1, op, {x}, {{"blocksize", block}});
  return draw.finish(13, op, {x}, {{"blocksize", block}, {"mode", draw.choose({"DCR", "CRD"})}});
}

NodeSample make_space_to_depth(std::string_view op, NodeDraw& draw) {
  const std::int64_t block = draw.integer(1, 3);
  const Shape shape = {draw.integer(1, 2), draw.integer(1, 3), block * draw.integer(1, 2),
                       block * draw.integer(1, 2)};
  return draw.finish(13, op, {draw.reals(shape)}, {{"blocksize", block}});
}

NodeSample make_trilu(std::string_view op, NodeDraw& draw) {
  std::vector<std::string> inputs = {draw.reals(draw.shape(2, 4))};
  if (draw.coin()) {
    inputs.push_back(draw.held_scalar(ElementType::i64, static_cast<double>(draw.integer(-4, 4))));
  }
  return draw.finish(14, op, inputs, {{"upper", draw.integer(0, 1)}});
}

NodeSample make_center_crop_pad(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::string x = draw.reals(shape);
  if (draw.coin()) {
    return draw.finish(18, op, {x, draw.held_integers(draw.integers(shape.size(), 1, 7))});
  }
  const Axes axes = draw.some_axes(shape.size());
  const std::string sizes = draw.held_integers(draw.integers(axes.size(), 1, 7));
  return draw.finish(18, op, {x, sizes}, {{"axes", axes}});
}

NodeSample make_cumulative_sum(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(1, 3);
  const std::int64_t axis = draw.integer(-std::ssize(shape), std::ssize(shape) - 1);
  const std::string x = draw.reals(shape);
  const std::string along = draw.held_scalar(ElementType::i64, static_cast<double>(axis));
  return draw.finish(14, op, {x, along},
                     {{"exclusive", draw.integer(0, 1)}, {"reverse", draw.integer(0, 1)}});
}

constexpr LoweringSample samples[] = {
    {"Tile", make_tile},
    {"DepthToSpace", make_depth_to_space},
    {"SpaceToDepth", make_space_to_depth},
    {"Trilu", make_trilu},
    {"CenterCropPad", make_center_crop_pad},
    {"CumSum", make_cumulative_sum},
};

}  // namespace

extern constinit const LoweringSampleFamily rearrangement_sample{samples};

}  // namespace pfsday::onnx
