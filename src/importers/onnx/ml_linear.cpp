// LinearRegressor, LinearClassifier, SVMRegressor, SVMClassifier of ai.onnx.ml.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "importers/onnx/ml_outputs.h"

namespace pfsday::onnx {
namespace {

/// x as [examples, features] in f32.
Result<Value> examples_of(const OnnxNode& node, Builder& b) {
  Shape shape = b.shape(node.input(0));
  if (shape.size() == 1) shape.insert(shape.begin(), 1);
  if (shape.size() != 2 || b.type(node.input(0)).element == ElementType::text) {
    return fail(Code::shapes_disagree, fmt::format("x is {} instead of [examples, features]",
                                                   to_string(b.type(node.input(0)))));
  }
  return b.cast(b.reshape(node.input(0), shape), ElementType::f32);
}

/// x [examples, features] by rows of coefficients [targets, features].
Value scores_of(Value x, Value coefficients, Builder& b) {
  b.use_as_parameter(coefficients);
  return b.dot(x, coefficients, {{}, {}, {1}, {1}});
}

/// x times the coefficients of each target, plus its intercept.
Result<Value> linear_scores(const OnnxNode& node, std::int64_t targets, Builder& b) {
  const Value x = TRY(examples_of(node, b));
  const std::int64_t features = b.shape(x)[1];
  const Value coefficients =
      TRY(ml_reals(node, "coefficients", {targets, features}, ElementType::f32, b));
  const Value scores = scores_of(x, coefficients, b);
  if (ml_count(node, "intercepts") == 0) return scores;
  const Value intercepts = TRY(ml_reals(node, "intercepts", {targets}, ElementType::f32, b));
  b.use_as_parameter(intercepts);
  return b.add(scores, intercepts);
}

Result<Values> lower_linear_regressor(const OnnxNode& node, Builder& b) {
  const std::int64_t targets = TRY(node.integer("targets", 1));
  const Value scores = TRY(linear_scores(node, targets, b));
  return Values{TRY(post_transform(node, scores, b))};
}

/// As many targets as there are rows of coefficients: one row may tell two classes apart.
Result<Values> lower_linear_classifier(const OnnxNode& node, Builder& b) {
  const Value x = TRY(examples_of(node, b));
  const std::int64_t features = std::max<std::int64_t>(1, b.shape(x)[1]);
  const std::int64_t rows = static_cast<std::int64_t>(ml_count(node, "coefficients")) / features;
  Value scores = TRY(linear_scores(node, rows, b));
  const bool is_binary = rows == 1 && label_count(node) == 2;
  const std::string_view transform = TRY(node.text("post_transform", "NONE"));
  if (is_binary && transform == "LOGISTIC") {
    scores = both_classes(b.emit("sigmoid", {scores}), true, b);
    return Values{TRY(best_labels(node, scores, b)), scores};
  }
  if (is_binary) scores = both_classes(scores, false, b);
  const Value best = TRY(best_labels(node, scores, b));
  return Values{best, TRY(post_transform(node, scores, b))};
}

/// The kernel's type and its gamma, coef0 and degree.
struct Kernel {
  std::string_view type;
  double gamma = 0, offset = 0, degree = 0;
};

Result<Kernel> read_kernel(const OnnxNode& node) {
  Kernel kernel{.type = TRY(node.text("kernel_type", "LINEAR"))};
  if (const auto* parameters = node.find("kernel_params"); parameters != nullptr) {
    const auto& reals = parameters->reals;
    if (reals.size() >= 3) {
      kernel.gamma = reals[0];
      kernel.offset = reals[1];
      kernel.degree = reals[2];
    }
  }
  const bool is_known = kernel.type == "LINEAR" || kernel.type == "POLY" || kernel.type == "RBF" ||
                        kernel.type == "SIGMOID";
  if (is_known) return kernel;
  return fail(Code::attribute_invalid, fmt::format("kernel_type is \"{}\"", kernel.type));
}

/// exp(-gamma |x - v|^2) for each example and vector, from their differences.
Value radial_kernel(Value x, Value vectors, double gamma, Builder& b) {
  const Shape& shape = b.shape(x);
  const Value difference = b.sub(b.reshape(x, {shape[0], 1, shape[1]}), vectors);
  const Value distance = b.reduce_sum(b.mul(difference, difference), {2});
  return b.exp(b.with_scalar("mul", distance, -gamma));
}

/// [examples, vectors].
Value apply_kernel(Value x, Value vectors, const Kernel& kernel, Builder& b) {
  if (kernel.type == "RBF") return radial_kernel(x, vectors, kernel.gamma, b);
  const Value product = scores_of(x, vectors, b);
  if (kernel.type == "LINEAR") return product;
  const Value inner =
      b.with_scalar("add", b.with_scalar("mul", product, kernel.gamma), kernel.offset);
  if (kernel.type == "SIGMOID") return b.emit("tanh", {inner});
  return b.with_scalar("pow", inner, kernel.degree);
}

/// The kernel of x and each support vector.
Result<Value> kernel_values(const OnnxNode& node, Value x, std::int64_t vectors, Builder& b) {
  const Kernel kernel = TRY(read_kernel(node));
  const Shape shape = {vectors, b.shape(x)[1]};
  const Value held = TRY(ml_reals(node, "support_vectors", shape, ElementType::f32, b));
  return apply_kernel(x, held, kernel, b);
}

/// The sum of coefficients times kernels, plus rho; without support vectors a linear model. For one
/// class the sign is what counts.
Result<Values> lower_svm_regressor(const OnnxNode& node, Builder& b) {
  const Value x = TRY(examples_of(node, b));
  const std::int64_t vectors = TRY(node.integer("n_supports", 0));
  const Value k = vectors > 0 ? TRY(kernel_values(node, x, vectors, b)) : x;
  const Shape shape = {1, b.shape(k)[1]};
  const Value coefficients = TRY(ml_reals(node, "coefficients", shape, ElementType::f32, b));
  const Value rho = TRY(ml_reals(node, "rho", {1}, ElementType::f32, b));
  Value y = b.add(scores_of(k, coefficients, b), rho);
  if (TRY(node.integer("one_class", 0)) != 0) {
    const Value one = b.full(b.type(y), 1);
    y = b.select(b.with_scalar("greater", y, 0), one, b.neg(one));
  }
  return Values{TRY(post_transform(node, y, b))};
}

/// The columns of one class: `count` from `first` on.
Value columns(Value x, std::int64_t first, std::int64_t count, Builder& b) {
  const std::int64_t rows = b.shape(x)[0];
  return b.slice(x, {0, first}, {rows, first + count}, {1, 1});
}

/// Support vectors by class, and the coefficients [classes - 1, vectors] of the pairs they are in.
struct Pairs {
  Axes first, count;  ///< of the vectors of each class
  Value kernels, coefficients, rho;
};

/// The decision between classes i < j: each has coefficients for the pair in a row of its own.
Value decide(const Pairs& p, std::size_t i, std::size_t j, std::int64_t pair, Builder& b) {
  const auto part = [&](std::size_t of, std::size_t row) {
    const auto at = static_cast<std::int64_t>(row);
    const Value coefficients =
        b.slice(p.coefficients, {at, p.first[of]}, {at + 1, p.first[of] + p.count[of]}, {1, 1});
    return b.dot(columns(p.kernels, p.first[of], p.count[of], b), coefficients, {{}, {}, {1}, {1}});
  };
  const Value sum = b.add(part(i, j - 1), part(j, i));
  return b.add(sum, b.slice(p.rho, {pair}, {pair + 1}, {1}));
}

/// Every pair of classes votes: [examples, classes] of votes.
Value count_votes(const Pairs& p, Builder& b) {
  const std::size_t classes = p.first.size();
  std::vector<Values> votes(classes);
  std::int64_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = i + 1; j < classes; ++j) {
      const Value score = decide(p, i, j, pair++, b);
      const Value for_first = b.cast(b.with_scalar("greater", score, 0), ElementType::f32);
      const Value for_second = b.cast(b.with_scalar("less_equal", score, 0), ElementType::f32);
      votes[i].push_back(for_first);
      votes[j].push_back(for_second);
    }
  }
  Values sums;
  for (const Values& of_class : votes) {
    sums.push_back(b.reduce_sum(b.concat(of_class, 1), {1}, keep_dims));
  }
  return b.concat(sums, 1);
}

Result<Pairs> read_pairs(const OnnxNode& node, Value x, const Axes& counts, Builder& b) {
  Pairs p{.first = {}, .count = counts, .kernels = {}, .coefficients = {}, .rho = {}};
  Count vectors = 0;
  for (const std::int64_t count : counts) {
    if (count < 0) return fail(Code::attribute_invalid, fmt::format("{} support vectors", count));
    p.first.push_back(static_cast<std::int64_t>(vectors.value()));
    vectors += count;
  }
  const auto classes = static_cast<std::int64_t>(counts.size());
  if (classes < 2 || classes > 128 || vectors > Count(ml_count(node, "coefficients"))) {
    return fail(Code::attribute_invalid, fmt::format("{} classes of {} support vectors", classes,
                                                     units::to_digits(vectors)));
  }
  const auto all = static_cast<std::int64_t>(vectors.value());
  p.kernels = TRY(kernel_values(node, x, all, b));
  p.coefficients = TRY(ml_reals(node, "coefficients", {classes - 1, all}, ElementType::f32, b));
  p.rho = TRY(ml_reals(node, "rho", {classes * (classes - 1) / 2}, ElementType::f32, b));
  b.use_as_parameter(p.coefficients);
  return p;
}

/// One decision for each pair of classes, and a vote; without support vectors a linear model.
Result<Values> lower_svm_classifier(const OnnxNode& node, Builder& b) {
  const Value x = TRY(examples_of(node, b));
  const Axes counts = TRY(node.integers("vectors_per_class"));
  if (ml_count(node, "prob_a") > 0) {
    return fail(Code::type_unsupported, "probabilities are found by iteration");
  }
  if (counts.empty()) {
    const auto classes = static_cast<std::int64_t>(label_count(node));
    const Shape shape = {classes, b.shape(x)[1]};
    const Value coefficients = TRY(ml_reals(node, "coefficients", shape, ElementType::f32, b));
    const Value rho = TRY(ml_reals(node, "rho", {1}, ElementType::f32, b));
    const Value scores = b.add(scores_of(x, coefficients, b), rho);
    const Value best = TRY(best_labels(node, scores, b));
    return Values{best, TRY(post_transform(node, scores, b))};
  }
  const Pairs pairs = TRY(read_pairs(node, x, counts, b));
  const Value votes = count_votes(pairs, b);
  const Value best = TRY(best_labels(node, votes, b));
  return Values{best, TRY(post_transform(node, votes, b))};
}

constexpr Lowering rows[] = {
    {.op = "LinearRegressor", .lower = lower_linear_regressor, .domain = ml_domain},
    {.op = "LinearClassifier", .lower = lower_linear_classifier, .domain = ml_domain},
    {.op = "SVMRegressor", .lower = lower_svm_regressor, .domain = ml_domain},
    {.op = "SVMClassifier", .lower = lower_svm_classifier, .domain = ml_domain},
};

}  // namespace

extern constinit const LoweringFamily ml_linear{rows};

}  // namespace pfsday::onnx
