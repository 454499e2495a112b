#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Domain = NodeDraw::Domain;
using Held = NodeDraw::Held;
using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

/// At least two elements along each axis but the first two: where all are equal, the root of the
/// variance has no derivative.
Shape spacious(NodeDraw& draw, std::size_t min_rank) {
  Shape shape = draw.integers(2, 1, 4);
  const auto more = static_cast<std::size_t>(draw.integer(1, 2)) + min_rank - 3;
  for (const std::int64_t size : draw.integers(more, 2, 3)) shape.push_back(size);
  return shape;
}

NodeSample make_instance_norm(std::string_view op, NodeDraw& draw) {
  const Shape x = spacious(draw, 3);
  const std::string data = draw.reals(x, Domain::any, Held::no);
  const std::string scale = draw.reals({x[1]});
  return draw.finish(draw.integer(1, 22), op, {data, scale, draw.reals({x[1]})},
                     {{"epsilon", draw.real(0.1, 0.2)}});
}

/// Statistics in f64, with some of the outputs, with or without a bias.
NodeSample make_layer_norm(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 4);
  const std::int64_t axis = draw.integer(0, std::ssize(x) - 1);
  const Shape normalized(x.begin() + axis, x.end());
  std::vector<std::string> inputs = {draw.reals(x, Domain::any, Held::no)};
  inputs.push_back(draw.reals(normalized));
  const bool has_bias = op == "LayerNormalization";
  if (has_bias && draw.coin()) inputs.push_back(draw.reals(draw.broadcastable(normalized)));
  const Attributes attributes = {{"axis", draw.perhaps_negative(axis, x.size())},
                                 {"epsilon", draw.real(0.1, 0.2)},
                                 {"stash_type", std::int64_t{11}}};
  const auto outputs = static_cast<std::size_t>(has_bias ? draw.integer(1, 3) : 1);
  return draw.finish(23, op, inputs, attributes, outputs);
}

/// Scale and bias for groups, or since opset 21 for channels.
NodeSample make_group_norm(std::string_view op, NodeDraw& draw) {
  Shape x = spacious(draw, 3);
  const std::int64_t groups = x[1];
  x[1] *= draw.integer(1, 2);
  Attributes attributes = {{"num_groups", groups}, {"epsilon", draw.real(0.1, 0.2)}};
  const bool of_channels = draw.coin();
  if (of_channels) attributes.emplace_back("stash_type", std::int64_t{11});
  const Shape factors = {of_channels ? x[1] : groups};
  const std::string data = draw.reals(x, Domain::any, Held::no);
  const std::string scale = draw.reals(factors);
  return draw.finish(of_channels ? 21 : 18, op, {data, scale, draw.reals(factors)}, attributes);
}

NodeSample make_mvn(std::string_view op, NodeDraw& draw) {
  const Shape x = spacious(draw, 4);
  if (draw.coin()) {
    return draw.finish(
        draw.integer(1, 8), op, {draw.reals(x, Domain::any, Held::no)},
        {{"across_channels", draw.integer(0, 1)}, {"normalize_variance", draw.integer(0, 1)}});
  }
  Axes axes = {2, 3};
  if (draw.coin()) axes.push_back(-static_cast<std::int64_t>(x.size()));
  return draw.finish(draw.integer(9, 13), op, {draw.reals(x, Domain::any, Held::no)},
                     {{"axes", axes}});
}

NodeSample make_lp_norm(std::string_view op, NodeDraw& draw) {
  const Shape x = draw.shape(1, 4);
  const std::int64_t axis = draw.integer(0, std::ssize(x) - 1);
  return draw.finish(draw.integer(1, 22), op, {draw.reals(x, Domain::any, Held::no)},
                     {{"axis", draw.perhaps_negative(axis, x.size())}, {"p", draw.integer(1, 2)}});
}

constexpr LoweringSample samples[] = {
    {"InstanceNormalization", make_instance_norm}, {"LayerNormalization", make_layer_norm},
    {"RMSNormalization", make_layer_norm},         {"GroupNormalization", make_group_norm},
    {"MeanVarianceNormalization", make_mvn},       {"LpNormalization", make_lp_norm},
};

}  // namespace

extern constinit const LoweringSampleFamily standardization_sample{samples};

}  // namespace pfsday::onnx
