#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Domain = NodeDraw::Domain;

/// Targets, some of them to be ignored; the first is not, so that a mean is one of something.
std::string draw_targets(const Shape& shape, std::int64_t ignored, NodeDraw& draw) {
  const auto count = static_cast<std::size_t>(graph::element_count(shape).value());
  Axes targets = draw.integers(count, 0, 1);
  for (std::int64_t& target : targets) {
    if (target == 0) target = ignored;
  }
  targets[0] = 1;
  return draw.integers_of(shape, targets);
}

/// With and without weights, and a class that is ignored, which may lie outside of the classes.
NodeSample make_loss(std::string_view op, NodeDraw& draw) {
  const std::int64_t classes = draw.integer(2, 4);
  const Shape targets = draw.shape(1, 3);
  Shape x = targets;
  x.insert(x.begin() + 1, classes);
  Attributes attributes;
  if (draw.coin()) attributes.emplace_back("reduction", draw.choose({"none", "sum", "mean"}));
  std::vector<std::string> inputs = {draw.reals(x, Domain::any, NodeDraw::Held::no)};
  if (draw.coin()) {
    const std::int64_t ignored = draw.coin() ? 0 : -9;
    attributes.emplace_back("ignore_index", ignored);
    inputs.push_back(draw_targets(targets, ignored, draw));
  } else {
    inputs.push_back(draw.whole_numbers(targets, 0, classes - 1));
  }
  if (draw.coin()) inputs.push_back(draw.reals({classes}, Domain::positive));
  const bool has_log_prob = op == "SoftmaxCrossEntropyLoss" && draw.coin();
  return draw.finish(draw.integer(12, 22), op, inputs, attributes, has_log_prob ? 2 : 1);
}

constexpr LoweringSample samples[] = {
    {"NegativeLogLikelihoodLoss", make_loss},
    {"SoftmaxCrossEntropyLoss", make_loss},
};

}  // namespace

extern constinit const LoweringSampleFamily loss_sample{samples};

}  // namespace pfsday::onnx
