#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// The axes as an attribute, as an input, or left out.
NodeSample make_reduce(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"keepdims", draw.integer(0, 1)}};
  std::vector<std::string> inputs = {draw.reals(shape)};
  const Axes axes = draw.some_axes(shape.size());
  switch (draw.integer(0, 2)) {
    case 0:
      if (!axes.empty()) attributes.emplace_back("axes", axes);
      return draw.finish(11, op, inputs, attributes);
    case 1:
      inputs.push_back(draw.held_integers(axes));
      return draw.finish(18, op, inputs, attributes);
    default:
      attributes.emplace_back("noop_with_empty_axes", draw.integer(0, 1));
      return draw.finish(18, op, inputs, attributes);
  }
}

constexpr LoweringSample samples[] = {
    {"ReduceSum", make_reduce}, {"ReduceMean", make_reduce}, {"ReduceMax", make_reduce}};

}  // namespace

extern constinit const LoweringSampleFamily reduction_sample{samples};

}  // namespace pfsday::onnx
