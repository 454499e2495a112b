#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// One or two spatial axes; groups, strides, dilations, pads or auto_pad, perhaps a bias.
NodeSample make_conv(std::string_view op, NodeDraw& draw) {
  const auto rank = static_cast<std::size_t>(draw.integer(1, 2));
  const std::int64_t groups = draw.integer(1, 2);
  const std::int64_t group_channels = draw.integer(1, 2);
  const std::int64_t filters = groups * draw.integer(1, 2);
  Shape x = {draw.integer(1, 2), groups * group_channels};
  Shape w = {filters, group_channels};
  const Axes spatial = draw.integers(rank, 3, 5);
  const Axes kernel = draw.integers(rank, 1, 2);
  x.insert(x.end(), spatial.begin(), spatial.end());
  w.insert(w.end(), kernel.begin(), kernel.end());

  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"group", groups},
      {"strides", draw.integers(rank, 1, 3)},
      {"dilations", draw.integers(rank, 1, 2)}};
  if (draw.coin()) attributes.emplace_back("kernel_shape", kernel);
  if (draw.coin()) {
    attributes.emplace_back("pads", draw.integers(2 * rank, 0, 2));
  } else {
    attributes.emplace_back("auto_pad",
                            draw.choose({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}));
  }
  std::vector<std::string> inputs = {draw.reals(x), draw.reals(w)};
  if (draw.coin()) inputs.push_back(draw.reals({filters}));
  return draw.finish(11, op, inputs, attributes);
}

/// One or two spatial axes; what the output size follows from, stated in one of its ways.
NodeSample make_conv_transpose(std::string_view op, NodeDraw& draw) {
  const auto rank = static_cast<std::size_t>(draw.integer(1, 2));
  const std::int64_t groups = draw.integer(1, 2);
  const std::int64_t filters = draw.integer(1, 2);
  Shape x = {draw.integer(1, 2), groups * draw.integer(1, 2)};
  Shape w = {x[1], filters};
  const Axes spatial = draw.integers(rank, 2, 4);
  const Axes kernel = draw.integers(rank, 2, 3);
  x.insert(x.end(), spatial.begin(), spatial.end());
  w.insert(w.end(), kernel.begin(), kernel.end());

  const Axes strides = draw.integers(rank, 1, 3);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"group", groups}, {"strides", strides}, {"dilations", draw.integers(rank, 1, 2)}};
  if (draw.coin()) attributes.emplace_back("output_padding", draw.integers(rank, 0, 2));
  const std::string padding = draw.choose({"pads", "auto_pad", "output_shape"});
  if (padding == "pads") {
    attributes.emplace_back("pads", draw.integers(2 * rank, 0, 1));
  } else {
    attributes.emplace_back("auto_pad",
                            draw.choose({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}));
  }
  if (padding == "output_shape") {
    attributes.emplace_back("output_shape", draw.integers(rank, 2, 9));
  }
  std::vector<std::string> inputs = {draw.reals(x), draw.reals(w)};
  if (draw.coin()) inputs.push_back(draw.reals({groups * filters}));
  return draw.finish(11, op, inputs, attributes);
}

constexpr LoweringSample samples[] = {{"Conv", make_conv}, {"ConvTranspose", make_conv_transpose}};

}  // namespace

extern constinit const LoweringSampleFamily convolution_sample{samples};

}  // namespace pfsday::onnx
