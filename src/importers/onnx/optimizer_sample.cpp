#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Domain = NodeDraw::Domain;

constexpr std::string_view training = "ai.onnx.preview.training";

/// R, T, and then for each of one or two tensors: it, its gradient and what is remembered of it.
/// Sums of squares are positive, and so is what is added to their roots.
NodeSample make_update(std::string_view op, NodeDraw& draw) {
  const auto count = static_cast<std::size_t>(draw.integer(1, 2));
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < count; ++i) shapes.push_back(draw.shape(0, 3));
  std::vector<std::string> inputs = {draw.reals({}, Domain::positive),
                                     draw.whole_numbers({}, 0, 3)};
  std::vector<Domain> kinds = {Domain::any, Domain::any};
  if (op != "Adagrad") kinds.push_back(Domain::any);
  if (op != "Momentum") kinds.push_back(Domain::positive);
  for (const Domain kind : kinds) {
    for (const Shape& shape : shapes) inputs.push_back(draw.reals(shape, kind, NodeDraw::Held::no));
  }
  Attributes attributes;
  if (draw.coin()) attributes.emplace_back("norm_coefficient", draw.real(0.1, 0.9));
  if (op != "Momentum") attributes.emplace_back("epsilon", draw.real(0.1, 0.9));
  if (op == "Momentum") attributes.emplace_back("mode", draw.choose({"standard", "nesterov"}));
  if (op == "Adagrad") attributes.emplace_back("decay_factor", draw.real(0.1, 0.9));
  if (op != "Adagrad") {
    attributes.emplace_back("alpha", draw.real(0.1, 0.9));
    attributes.emplace_back("beta", draw.real(0.1, 0.9));
  }
  if (op == "Adam" && draw.coin()) {
    attributes.emplace_back("norm_coefficient_post", draw.real(0.1, 0.9));
  }
  return draw.finish_in(training, op, inputs, attributes, count * (kinds.size() - 1));
}

constexpr LoweringSample samples[] = {
    {"Adagrad", make_update, training},
    {"Adam", make_update, training},
    {"Momentum", make_update, training},
};

}  // namespace

extern constinit const LoweringSampleFamily optimizer_sample{samples};

}  // namespace pfsday::onnx
