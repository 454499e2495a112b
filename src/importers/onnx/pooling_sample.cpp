#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// The degree of a norm; a real number before opset 2.
void add_degree(std::int64_t opset, NodeDraw& draw, Attributes& attributes) {
  const std::int64_t p = draw.integer(1, 3);
  if (opset < 2) {
    attributes.emplace_back("p", static_cast<double>(p));
  } else {
    attributes.emplace_back("p", p);
  }
}

/// What each operator has beside its window, and since when.
void add_version(std::string_view op, std::int64_t opset, NodeDraw& draw, Attributes& attributes) {
  const std::size_t rank = std::get<Axes>(attributes[0].second).size();
  const std::int64_t ceil_since = op == "LpPool" ? 18 : 10;
  const std::int64_t dilations_since = op == "MaxPool" ? 10 : op == "LpPool" ? 18 : 19;
  if (opset >= ceil_since) attributes.emplace_back("ceil_mode", draw.integer(0, 1));
  if (opset >= dilations_since) attributes.emplace_back("dilations", draw.integers(rank, 1, 2));
  if (op == "LpPool") add_degree(opset, draw, attributes);
  if (op == "AveragePool" && opset >= 7) {
    attributes.emplace_back("count_include_pad", draw.integer(0, 1));
  }
}

/// One or two spatial axes; strides, dilations, pads or auto_pad, ceil_mode; the
/// places of maxima.
NodeSample make_pool(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.integer(1, 22);
  const auto rank = static_cast<std::size_t>(draw.integer(1, 2));
  Shape x = draw.integers(2, 1, 2);
  const Axes spatial = draw.integers(rank, 5, 6);
  x.insert(x.end(), spatial.begin(), spatial.end());
  Attributes attributes = {{"kernel_shape", draw.integers(rank, 2, 3)},
                           {"strides", draw.integers(rank, 1, 3)}};
  if (draw.coin()) {
    attributes.emplace_back("pads", draw.integers(2 * rank, 0, 1));
  } else {
    attributes.emplace_back("auto_pad",
                            draw.choose({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}));
  }
  add_version(op, opset, draw, attributes);
  if (op == "MaxPool" && opset >= 8 && draw.coin()) {
    attributes.emplace_back("storage_order", draw.integer(0, 1));
    return draw.finish(opset, op, {draw.reals(x)}, attributes, 2);
  }
  return draw.finish(opset, op, {draw.reals(x)}, attributes);
}

NodeSample make_global(std::string_view op, NodeDraw& draw) {
  const std::int64_t opset = draw.integer(1, 22);
  Attributes attributes;
  if (op == "GlobalLpPool") add_degree(opset, draw, attributes);
  return draw.finish(opset, op, {draw.reals(draw.shape(3, 5))}, attributes);
}

constexpr LoweringSample samples[] = {{"MaxPool", make_pool},
                                      {"AveragePool", make_pool},
                                      {"LpPool", make_pool},
                                      {"GlobalLpPool", make_global},
                                      {"GlobalAveragePool", make_global},
                                      {"GlobalMaxPool", make_global}};

}  // namespace

extern constinit const LoweringSampleFamily pooling_sample{samples};

}  // namespace pfsday::onnx
