#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

/// Inference and training in versions that say which by an attribute, by nothing and by an input.
NodeSample make_dropout(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 4));
  const auto outputs = static_cast<std::size_t>(draw.integer(1, 2));
  if (draw.coin()) return draw.finish(draw.integer(1, 11), op, {x}, {{"ratio", 0.5}}, outputs);
  const std::string ratio = draw.held_scalar(ElementType::f32, 0.25 * draw.real(0, 3));
  const std::string trains = draw.held_scalar(ElementType::boolean, draw.coin() ? 1 : 0);
  return draw.finish(13, op, {x, ratio, trains}, {}, outputs);
}

constexpr std::int64_t f64 = 11;

NodeSample make_drawn(std::string_view op, NodeDraw& draw) {
  const Shape shape = draw.shape(0, 3);
  std::vector<std::pair<std::string, AttributeToWrite>> attributes;
  if (draw.coin()) attributes.emplace_back(op.starts_with("RandomUniform") ? "low" : "mean", -0.5);
  if (draw.coin()) attributes.emplace_back(op.starts_with("RandomUniform") ? "high" : "scale", 2.0);
  if (draw.coin()) attributes.emplace_back("dtype", f64);
  if (op.ends_with("Like")) return draw.finish(1, op, {draw.reals(shape)}, attributes);
  attributes.emplace_back("shape", shape);
  return draw.finish(1, op, {}, attributes);
}

NodeSample make_bernoulli(std::string_view op, NodeDraw& draw) {
  const std::string x = draw.reals(draw.shape(0, 3), NodeDraw::Domain::positive);
  if (draw.coin()) return draw.finish(15, op, {x});
  return draw.finish(15, op, {x}, {{"dtype", f64}});
}

NodeSample make_multinomial(std::string_view op, NodeDraw& draw) {
  return draw.finish(7, op, {draw.reals(draw.shape(2, 2))},
                     {{"sample_size", draw.integer(1, 4)}, {"dtype", draw.coin() ? 6L : 7L}});
}

constexpr LoweringSample samples[] = {
    {"Dropout", make_dropout},         {"RandomUniform", make_drawn},
    {"RandomUniformLike", make_drawn}, {"RandomNormal", make_drawn},
    {"RandomNormalLike", make_drawn},  {"Bernoulli", make_bernoulli},
    {"Multinomial", make_multinomial},
};

}  // namespace

extern constinit const LoweringSampleFamily random_sample{samples};

}  // namespace pfsday::onnx
