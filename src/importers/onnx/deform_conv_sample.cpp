#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

NodeSample make_deform_conv(std::string_view op, NodeDraw& draw) {
  const std::int64_t groups = draw.integer(1, 2);
  const std::int64_t offset_groups = draw.integer(1, 2);
  const std::int64_t channels = 2;
  const std::int64_t filters = groups * draw.integer(1, 2);
  const std::string x = draw.reals({1, channels, 3, 3});
  const std::string w = draw.reals({filters, channels / groups, 2, 2});
  const Axes pads = draw.integers(4, 0, 1);
  const std::int64_t height = (3 + pads[0] + pads[2] - 2) + 1;
  const std::int64_t width = (3 + pads[1] + pads[3] - 2) / 2 + 1;
  std::vector<std::string> inputs = {x, w, draw.reals({1, offset_groups * 8, height, width})};
  inputs.push_back(draw.coin() ? draw.reals({filters}) : "");
  if (draw.coin()) inputs.push_back(draw.reals({1, offset_groups * 4, height, width}));
  return draw.finish(19, op, inputs,
                     {{"group", groups},
                      {"offset_group", offset_groups},
                      {"strides", Axes{1, 2}},
                      {"pads", pads}});
}

NodeSample make_col2im(std::string_view op, NodeDraw& draw) {
  const Axes pads = draw.integers(4, 0, 1);
  const Axes strides = draw.integers(2, 1, 2);
  const std::int64_t rows = (4 + pads[0] + pads[2] - 2) / strides[0] + 1;
  const std::int64_t columns = (5 + pads[1] + pads[3] - 3) / strides[1] + 1;
  const std::string x = draw.reals({draw.integer(1, 2), 6 * draw.integer(1, 2), rows * columns});
  const std::string image = draw.held_integers({4, 5});
  return draw.finish(18, op, {x, image, draw.held_integers({2, 3})},
                     {{"pads", pads}, {"strides", strides}});
}

constexpr LoweringSample samples[] = {{"DeformConv", make_deform_conv}, {"Col2Im", make_col2im}};

}  // namespace

extern constinit const LoweringSampleFamily deform_conv_sample{samples};

}  // namespace pfsday::onnx
