// TreeEnsembleRegressor, TreeEnsembleClassifier, TreeEnsemble of ai.onnx.ml.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/ml_outputs.h"
#include "importers/onnx/tree_ensemble.h"

namespace pfsday::onnx {
namespace {

/// x as [examples, features] of a float type: thresholds are compared in it.
Result<Value> examples_of(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Shape shape = b.shape(x);
  if (shape.size() == 1) shape.insert(shape.begin(), 1);
  if (shape.size() != 2) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {} instead of [examples, features]", to_string(shape)));
  }
  const ElementType element = b.type(x).element;
  if (element == ElementType::text) return fail(Code::type_unsupported, "trees of texts");
  return b.cast(b.reshape(x, shape), graph::is_real(element) ? element : ElementType::f32);
}

/// Adds `base_values`, where there are any: one for each target.
Result<Value> add_base_values(const OnnxNode& node, Value scores, Builder& b) {
  const std::size_t count = ml_count(node, "base_values");
  if (count == 0) return scores;
  const Shape shape = {static_cast<std::int64_t>(count)};
  return b.add(scores, TRY(ml_reals(node, "base_values", shape, b.type(scores).element, b)));
}

/// Sums, means, minima or maxima of the leaves.
Result<Value> aggregate(Value x, TreeEnsemble ensemble, std::string_view how, Builder& b) {
  const auto trees = static_cast<graph::Exact>(ensemble.roots.size());
  const bool is_mean = how == "AVERAGE";
  const std::string_view kind = how == "MIN" ? "min" : how == "MAX" ? "max" : "sum";
  if (!is_mean && kind == "sum" && how != "SUM") {
    return fail(Code::attribute_invalid, fmt::format("aggregate_function is \"{}\"", how));
  }
  const Value y = TRY(run_trees(x, std::move(ensemble), kind, b));
  return is_mean ? b.with_scalar("div", y, trees) : y;
}

Result<Values> lower_regressor(const OnnxNode& node, Builder& b) {
  TreeEnsemble ensemble = TRY(read_tree_lists(node, "target"));
  ensemble.targets = TRY(node.integer("n_targets", 1));
  const std::string_view how = TRY(node.text("aggregate_function", "SUM"));
  const Value x = TRY(examples_of(node, b));
  Value y = TRY(aggregate(x, std::move(ensemble), how, b));
  y = TRY(add_base_values(node, y, b));
  return Values{b.cast(TRY(post_transform(node, y, b)), ElementType::f32)};
}

/// Weights for one of two classes alone say how likely that one is.
bool is_one_sided(const TreeEnsemble& ensemble, std::size_t labels) {
  const auto& weights = ensemble.weights;
  return labels == 2 && !weights.empty() &&
         std::ranges::all_of(
             weights, [&](const TreeWeight& weight) { return weight.target == weights[0].target; });
}

Result<Values> lower_classifier(const OnnxNode& node, Builder& b) {
  TreeEnsemble ensemble = TRY(read_tree_lists(node, "class"));
  const std::size_t labels = label_count(node);
  ensemble.targets = static_cast<std::int64_t>(labels);
  const bool one_sided = is_one_sided(ensemble, labels);
  const bool is_probability = std::ranges::all_of(
      ensemble.weights, [](const TreeWeight& weight) { return weight.weight >= 0; });
  if (one_sided) {
    ensemble.targets = 1;
    for (TreeWeight& weight : ensemble.weights) weight.target = 0;
  }
  const Value x = TRY(examples_of(node, b));
  Value scores = TRY(aggregate(x, std::move(ensemble), "SUM", b));
  scores = TRY(add_base_values(node, scores, b));
  if (one_sided) scores = both_classes(scores, is_probability, b);
  const Value best = TRY(best_labels(node, scores, b));
  return Values{best, b.cast(TRY(post_transform(node, scores, b)), ElementType::f32)};
}

/// Aggregates and transforms by number: 0 mean, 1 sum, 2 min, 3 max; only the first transform is
/// none.
Result<Values> lower_ensemble(const OnnxNode& node, Builder& b) {
  TreeEnsemble ensemble = TRY(read_tree_ensemble(node));
  ensemble.targets = TRY(node.integer("n_targets", 1));
  constexpr std::string_view aggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  const std::int64_t how = TRY(node.integer("aggregate_function", 1));
  if (how < 0 || how > 3) {
    return fail(Code::attribute_invalid, fmt::format("aggregate_function is {}", how));
  }
  const Value x = TRY(examples_of(node, b));
  const Value y = TRY(aggregate(x, std::move(ensemble), aggregates[how], b));
  return Values{TRY(post_transform(node, y, b))};
}

constexpr Lowering rows[] = {
    {.op = "TreeEnsembleRegressor", .lower = lower_regressor, .domain = ml_domain},
    {.op = "TreeEnsembleClassifier", .lower = lower_classifier, .domain = ml_domain},
    {.op = "TreeEnsemble", .lower = lower_ensemble, .domain = ml_domain},
};

}  // namespace

extern constinit const LoweringFamily ml_trees{rows};

}  // namespace pfsday::onnx
