#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// Numbers, positive where they must be, or booleans where an operator takes them.
std::string operand_of(std::string_view op, const Shape& shape, NodeDraw& draw) {
  const bool may_be_boolean = op == "ReduceMax" || op == "ReduceMin";
  if (may_be_boolean && draw.integer(0, 3) == 0) return draw.booleans(shape);
  const bool is_positive = op == "ReduceLogSum";
  return draw.reals(shape, is_positive ? NodeDraw::Domain::positive : NodeDraw::Domain::any);
}

/// The axes as an attribute, as an input, or left out.
NodeSample make_reduce(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 4);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {
      {"keepdims", draw.integer(0, 1)}};
  std::vector<std::string> inputs = {operand_of(op, shape, draw)};
  const Axes axes = draw.some_axes(shape.size());
  switch (draw.integer(0, 2)) {
    case 0:
      if (!axes.empty()) attributes.emplace_back("axes", axes);
      return draw.finish(draw.integer(1, 12), op, inputs, attributes);
    case 1:
      inputs.push_back(draw.held_integers(axes));
      return draw.finish(18, op, inputs, attributes);
    default:
      attributes.emplace_back("noop_with_empty_axes", draw.integer(0, 1));
      return draw.finish(18, op, inputs, attributes);
  }
}

constexpr LoweringSample samples[] = {
    {"ReduceSum", make_reduce},    {"ReduceProd", make_reduce},
    {"ReduceMean", make_reduce},   {"ReduceMax", make_reduce},
    {"ReduceMin", make_reduce},    {"ReduceL1", make_reduce},
    {"ReduceL2", make_reduce},     {"ReduceSumSquare", make_reduce},
    {"ReduceLogSum", make_reduce}, {"ReduceLogSumExp", make_reduce},
};

}  // namespace

extern constinit const LoweringSampleFamily reduction_sample{samples};

}  // namespace pfsday::onnx
