#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

std::string draw_scales(NodeDraw& draw, std::size_t count) {
  return draw.reals_within({static_cast<std::int64_t>(count)}, 1.01, 2.2, NodeDraw::Held::yes);
}

/// Attributes since operator set 11, and those of 18.
Attributes draw_attributes(NodeDraw& draw, std::int64_t opset, bool& crops) {
  const std::string coordinates =
      draw.choose({"half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric",
                   "tf_crop_and_resize", opset < 13 ? "tf_half_pixel_for_nn" : "half_pixel"});
  crops = coordinates == "tf_crop_and_resize";
  Attributes attributes = {
      {"mode", draw.choose({"nearest", "linear", "cubic"})},
      {"coordinate_transformation_mode", coordinates},
      {"nearest_mode", draw.choose({"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"})},
      {"exclude_outside", draw.integer(0, crops ? 0 : 1)},
      {"extrapolation_value", 0.5}};
  if (opset < 18) return attributes;
  attributes.emplace_back("antialias", draw.integer(0, 1));
  attributes.emplace_back("keep_aspect_ratio_policy",
                          draw.choose({"stretch", "not_larger", "not_smaller"}));
  return attributes;
}

NodeSample make_resize(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.coin() ? 10 : draw.coin() ? 11 : 19;
  const Shape shape = draw.shape(1, 3);
  const std::string x = draw.reals(shape, {}, NodeDraw::Held::no);
  if (opset < 11) {
    const std::string scales = draw_scales(draw, shape.size());
    return draw.finish(opset, op, {x, scales}, {{"mode", draw.choose({"nearest", "linear"})}});
  }
  bool crops = false;
  Attributes attributes = draw_attributes(draw, opset, crops);
  Axes axes = draw.permutation(shape.size());
  if (opset >= 18) {
    axes.resize(static_cast<std::size_t>(draw.integer(1, std::ssize(shape))));
    attributes.emplace_back("axes", axes);
  }
  const Shape bounds = {2 * std::ssize(axes)};
  const std::string roi = crops ? draw.reals_within(bounds, -0.2, 1.3, NodeDraw::Held::yes) : "";
  if (draw.coin()) {
    const std::string scales = draw_scales(draw, axes.size());
    return draw.finish(opset, op, {x, roi, scales}, attributes);
  }
  const std::string sizes = draw.held_integers(draw.integers(axes.size(), 3, 6));
  return draw.finish(opset, op, {x, roi, "", sizes}, attributes);
}

NodeSample make_upsample(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals({1, 2, 3, 2}, {}, NodeDraw::Held::no);
  const std::string mode = draw.choose({"nearest", "linear"});
  switch (draw.integer(0, 2)) {
    case 0:
      return draw.finish(1, op, {x}, {{"mode", mode}, {"width_scale", 1.5}, {"height_scale", 2.0}});
    case 1:
      return draw.finish(7, op, {x},
                         {{"mode", mode}, {"scales", std::vector<float>{1, 1, 2, 1.7F}}});
    default:
      return draw.finish(9, op, {x, draw_scales(draw, 4)}, {{"mode", mode}});
  }
}

constexpr LoweringSample samples[] = {{"Resize", make_resize}, {"Upsample", make_upsample}};

}  // namespace

extern constinit const LoweringSampleFamily resize_sample{samples};

}  // namespace pfsday::onnx
