#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_grid_sample(std::string_view op, NodeDraw& draw) {
  const std::int64_t axes = draw.integer(1, 3);
  Shape x = {draw.integer(1, 2), draw.integer(1, 2)};
  Shape grid = {x[0]};
  for (std::int64_t i = 0; i < axes; ++i) {
    x.push_back(draw.integer(2, axes == 3 ? 2 : 3));
    grid.push_back(draw.integer(1, axes == 3 ? 1 : 2));
  }
  grid.push_back(axes);
  const std::string image = draw.reals(x, {}, NodeDraw::Held::no);
  const std::string mode =
      axes == 3 ? draw.choose({"linear", "nearest"}) : draw.choose({"linear", "nearest", "cubic"});
  return draw.finish(20, op, {image, draw.reals(grid)},
                     {{"mode", mode},
                      {"padding_mode", draw.choose({"zeros", "border", "reflection"})},
                      {"align_corners", draw.integer(0, 1)}});
}

NodeSample make_affine_grid(std::string_view op, NodeDraw& draw) {
  const std::int64_t axes = draw.integer(2, 3);
  const std::int64_t batch = draw.integer(1, 2);
  Axes size = {batch, 3};
  for (std::int64_t i = 0; i < axes; ++i) size.push_back(draw.integer(1, 3));
  const std::string theta = draw.reals({batch, axes, axes + 1});
  return draw.finish(20, op, {theta, draw.held_integers(size)},
                     {{"align_corners", draw.integer(0, 1)}});
}

NodeSample make_roi_align(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.coin() ? 10 : 16;
  const std::int64_t regions = draw.integer(1, 2);
  const std::string x = draw.reals({2, draw.integer(1, 2), 3, 2}, {}, NodeDraw::Held::no);
  const std::string boxes = draw.reals({regions, 4});
  const std::string batch = draw.whole_numbers({regions}, 0, 1);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"output_height", draw.integer(1, 2)},
      {"output_width", draw.integer(1, 2)},
      {"sampling_ratio", draw.integer(0, 2)},
      {"spatial_scale", draw.coin() ? 1.0 : 1.3},
      {"mode", draw.choose({"avg", "max"})}};
  if (opset == 16) {
    attributes.emplace_back("coordinate_transformation_mode",
                            draw.choose({"half_pixel", "output_half_pixel"}));
  }
  return draw.finish(opset, op, {x, boxes, batch}, attributes);
}

NodeSample make_max_roi_pool(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals({1, draw.integer(1, 2), 4, 2}, {}, NodeDraw::Held::no);
  // The first number, the image, becomes 0.
  const std::string regions = draw.reals_within({2, 5}, 0, 0.9);
  return draw.finish(
      1, op, {x, regions},
      {{"pooled_shape", draw.integers(2, 1, 2)}, {"spatial_scale", draw.coin() ? 1.0 : 4.2}});
}

constexpr LoweringSample samples[] = {
    {"GridSample", make_grid_sample},
    {"AffineGrid", make_affine_grid},
    {"RoiAlign", make_roi_align},
    {"MaxRoiPool", make_max_roi_pool},
};

}  // namespace

extern constinit const LoweringSampleFamily sampling_sample{samples};

}  // namespace pfsday::onnx
