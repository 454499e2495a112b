#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// One or two spatial axes; strides, dilations, pads or auto_pad, ceil_mode.
NodeSample make_pool(std::string_view op, NodeDraw& draw) {
  const auto rank = static_cast<std::size_t>(draw.integer(1, 2));
  const Axes kernel = draw.integers(rank, 2, 3);
  Shape x = draw.integers(2, 1, 2);
  const Axes spatial = draw.integers(rank, 5, 6);
  x.insert(x.end(), spatial.begin(), spatial.end());
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"kernel_shape", kernel},
      {"strides", draw.integers(rank, 1, 3)},
      {"dilations", draw.integers(rank, 1, 2)},
      {"ceil_mode", draw.integer(0, 1)}};
  if (draw.coin()) {
    attributes.emplace_back("pads", draw.integers(2 * rank, 0, 1));
  } else {
    attributes.emplace_back("auto_pad",
                            draw.choose({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}));
  }
  if (op == "AveragePool") attributes.emplace_back("count_include_pad", draw.integer(0, 1));
  return draw.finish(19, op, {draw.reals(x)}, attributes);
}

NodeSample make_global(std::string_view op, NodeDraw& draw) {
  return draw.finish(1, op, {draw.reals(draw.shape(3, 5))});
}

constexpr LoweringSample samples[] = {{"MaxPool", make_pool},
                                      {"AveragePool", make_pool},
                                      {"GlobalAveragePool", make_global},
                                      {"GlobalMaxPool", make_global}};

}  // namespace

extern constinit const LoweringSampleFamily pooling_sample{samples};

}  // namespace pfsday::onnx
