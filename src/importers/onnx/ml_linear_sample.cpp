#include "importers/onnx/ml_outputs.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

std::vector<float> draw_reals(NodeDraw& draw, std::int64_t count) {
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(draw.real(-1, 1)));
  return values;
}

std::string draw_examples(NodeDraw& draw) {
  return draw.reals({draw.integer(1, 3), 3}, {}, NodeDraw::Held::no);
}

NodeSample make_regressor(std::string_view op, NodeDraw& draw) {
  const std::int64_t targets = draw.integer(1, 3);
  Attributes attributes = {{"targets", targets}, {"coefficients", draw_reals(draw, 3 * targets)}};
  if (draw.coin()) attributes.emplace_back("intercepts", draw_reals(draw, targets));
  attributes.emplace_back("post_transform", draw.choose({"NONE", "SOFTMAX", "LOGISTIC"}));
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes);
}

NodeSample make_classifier(std::string_view op, NodeDraw& draw) {
  const std::int64_t rows = draw.coin() ? 1 : 3;
  const Attributes attributes = {
      {"coefficients", draw_reals(draw, 3 * rows)},
      {"intercepts", draw_reals(draw, rows)},
      {"classlabels_ints", rows == 1 ? Axes{0, 4} : Axes{0, 4, 6}},
      {"post_transform", draw.choose({"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"})}};
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes, 2);
}

Attributes draw_kernel(NodeDraw& draw, std::int64_t vectors) {
  return {{"kernel_type", draw.choose({"LINEAR", "RBF", "SIGMOID", "POLY"})},
          {"kernel_params", std::vector<float>{0.1F, 3, 2}},
          {"support_vectors", draw_reals(draw, 3 * vectors)}};
}

NodeSample make_svm_regressor(std::string_view op, NodeDraw& draw) {
  const std::int64_t vectors = draw.integer(0, 3);
  Attributes attributes = draw_kernel(draw, vectors);
  attributes.emplace_back("n_supports", vectors);
  attributes.emplace_back("coefficients", draw_reals(draw, vectors == 0 ? 3 : vectors));
  attributes.emplace_back("rho", draw_reals(draw, 1));
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes);
}

NodeSample make_svm_classifier(std::string_view op, NodeDraw& draw) {
  Attributes attributes = {{"classlabels_ints", Axes{0, 4, 6}}};
  if (draw.coin()) {
    attributes.emplace_back("coefficients", draw_reals(draw, 9));
    attributes.emplace_back("rho", draw_reals(draw, 1));
    return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes, 2);
  }
  const Axes counts = draw.integers(3, 1, 2);
  const std::int64_t vectors = counts[0] + counts[1] + counts[2];
  for (auto& attribute : draw_kernel(draw, vectors)) attributes.push_back(std::move(attribute));
  attributes.emplace_back("vectors_per_class", counts);
  attributes.emplace_back("coefficients", draw_reals(draw, 2 * vectors));
  attributes.emplace_back("rho", draw_reals(draw, 3));
  return draw.finish_in(ml_domain, op, {draw_examples(draw)}, attributes, 2);
}

constexpr LoweringSample samples[] = {
    {"LinearRegressor", make_regressor, ml_domain},
    {"LinearClassifier", make_classifier, ml_domain},
    {"SVMRegressor", make_svm_regressor, ml_domain},
    {"SVMClassifier", make_svm_classifier, ml_domain},
};

}  // namespace

extern constinit const LoweringSampleFamily ml_linear_sample{samples};

}  // namespace pfsday::onnx
