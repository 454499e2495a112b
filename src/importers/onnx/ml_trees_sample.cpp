#include "importers/onnx/ml_outputs.h"
#include "importers/onnx/sample.h"

namespace pfsday::onnx {
namespace {

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

std::string draw_mode(NodeDraw& draw) {
  return draw.choose(
      {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"});
}

/// Two trees: 0 with the leaves 1 and 2; 0 with the leaf 2 and node 1, that with the leaves 3, 4.
Attributes draw_trees(NodeDraw& draw, const std::string& prefix) {
  const std::vector<std::string> modes = {draw_mode(draw), "LEAF", "LEAF", draw_mode(draw),
                                          draw_mode(draw), "LEAF", "LEAF", "LEAF"};
  return {{"nodes_treeids", Axes{0, 0, 0, 7, 7, 7, 7, 7}},
          {"nodes_nodeids", Axes{0, 1, 2, 0, 1, 2, 3, 4}},
          {"nodes_featureids", draw.integers(8, 0, 2)},
          {"nodes_modes", modes},
          {"nodes_values", std::vector<float>{0.3F, 0, 0, -0.2F, 0.1F, 0, 0, 0}},
          {"nodes_truenodeids", Axes{1, 0, 0, 1, 3, 0, 0, 0}},
          {"nodes_falsenodeids", Axes{2, 0, 0, 2, 4, 0, 0, 0}},
          {"nodes_missing_value_tracks_true", draw.integers(8, 0, 1)},
          {prefix + "_treeids", Axes{0, 0, 0, 7, 7, 7}},
          {prefix + "_nodeids", Axes{1, 1, 2, 2, 3, 4}},
          {prefix + "_weights", std::vector<float>{0.1F, 0.9F, 0.4F, 0.5F, 0.3F, 0.6F}}};
}

std::string draw_transform(NodeDraw& draw) {
  return draw.choose({"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"});
}

NodeSample make_regressor(std::string_view op, NodeDraw& draw) {
  Attributes attributes = draw_trees(draw, "target");
  attributes.emplace_back("target_ids", draw.integers(6, 0, 1));
  attributes.emplace_back("n_targets", std::int64_t{2});
  attributes.emplace_back("aggregate_function", draw.choose({"SUM", "AVERAGE", "MIN", "MAX"}));
  attributes.emplace_back("post_transform", draw_transform(draw));
  if (draw.coin()) attributes.emplace_back("base_values", std::vector<float>{0.5F, 0.25F});
  const std::string x = draw.reals({draw.integer(1, 3), 3}, {}, NodeDraw::Held::no);
  return draw.finish_in(ml_domain, op, {x}, attributes);
}

NodeSample make_classifier(std::string_view op, NodeDraw& draw) {
  Attributes attributes = draw_trees(draw, "class");
  const bool one_sided = draw.coin();
  attributes.emplace_back("class_ids", one_sided ? Axes(6, 1) : Axes{0, 1, 2, 0, 1, 2});
  attributes.emplace_back("classlabels_int64s", one_sided ? Axes{3, 5} : Axes{3, 5, 9});
  attributes.emplace_back("post_transform", draw_transform(draw));
  const std::string x = draw.reals({draw.integer(1, 3), 3}, {}, NodeDraw::Held::no);
  return draw.finish_in(ml_domain, op, {x}, attributes, 2);
}

NodeSample make_ensemble(std::string_view op, NodeDraw& draw) {
  const auto tensor = [](ElementType element, std::vector<graph::Exact> values) {
    return TensorToWrite{{element, {std::ssize(values)}}, std::move(values)};
  };
  std::vector<graph::Exact> modes;
  for (int i = 0; i < 3; ++i) modes.push_back(static_cast<graph::Exact>(draw.integer(0, 5)));
  const Attributes attributes = {
      {"tree_roots", Axes{0, 1}},
      {"nodes_modes", tensor(ElementType::u8, modes)},
      {"nodes_splits", tensor(ElementType::f64, {0.3L, -0.2L, 0.1L})},
      {"nodes_featureids", draw.integers(3, 0, 2)},
      {"nodes_truenodeids", Axes{0, 2, 3}},
      {"nodes_trueleafs", Axes{1, 0, 1}},
      {"nodes_falsenodeids", Axes{1, 2, 4}},
      {"nodes_falseleafs", Axes{1, 1, 1}},
      {"leaf_targetids", draw.integers(5, 0, 1)},
      {"leaf_weights", tensor(ElementType::f64, {0.1L, 0.9L, 0.4L, 0.5L, 0.3L})},
      {"n_targets", std::int64_t{2}},
      {"aggregate_function", draw.integer(0, 3)},
      {"post_transform", draw.integer(0, 3)}};
  const std::string x = draw.reals({draw.integer(1, 3), 3}, {}, NodeDraw::Held::no);
  return draw.finish_in(ml_domain, op, {x}, attributes);
}

constexpr LoweringSample samples[] = {
    {"TreeEnsembleRegressor", make_regressor, ml_domain},
    {"TreeEnsembleClassifier", make_classifier, ml_domain},
    {"TreeEnsemble", make_ensemble, ml_domain},
};

}  // namespace

extern constinit const LoweringSampleFamily ml_trees_sample{samples};

}  // namespace pfsday::onnx
