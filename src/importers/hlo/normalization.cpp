// Batch normalization, as XLA has it before it is expanded.
#include <fmt/format.h>

#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

double real_of(std::string_view text) {
  try {
    return std::stod(std::string(text));
  } catch (const std::exception&) {
    return 0;
  }
}

/// The sizes of a normalization: all axes but that of the features are reduced.
struct Features {
  Axes reduced;
  Shape wide;  ///< of a vector of one number for each feature, to be broadcast
  std::int64_t count = 1;
};

Result<Features> features_of(const Node& node, Value x, Builder& b) {
  const std::int64_t axis = TRY(node.integer("feature_index", 0));
  if (axis < 0 || axis >= b.type(x).rank()) {
    return fail(Code::attribute_invalid, fmt::format("feature_index={}", axis));
  }
  Features features{.reduced = other_axes(b.type(x).rank(), {axis}),
                    .wide = Shape(b.shape(x).size(), 1)};
  const auto index = static_cast<std::size_t>(axis);
  features.wide[index] = b.shape(x)[index];
  for (const std::int64_t reduced : features.reduced) {
    features.count *= b.shape(x)[static_cast<std::size_t>(reduced)];
  }
  return features;
}

Value wide(Value v, const Features& features, Builder& b) { return b.reshape(v, features.wide); }

/// 1 / sqrt(variance + epsilon).
Value inverse_deviation(const Node& node, Value variance, Builder& b) {
  const Value shifted = b.with_scalar("add", variance, real_of(node.text("epsilon")));
  return b.with_scalar("pow", shifted, graph::Exact(-0.5L));
}

/// (x - mean) times the inverse deviation times scale, plus offset.
Value normalize(Value centered, Value inverse, Value scale, Value offset, const Features& features,
                Builder& b) {
  const Value factor = wide(b.mul(inverse, scale), features, b);
  return b.add(b.mul(centered, factor), wide(offset, features, b));
}

Result<Values> lower_training(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Features features = TRY(features_of(node, x, b));
  const Value mean = b.reduce_mean(x, features.reduced);
  const Value centered = b.sub(x, wide(mean, features, b));
  const Value variance = b.reduce_mean(b.mul(centered, centered), features.reduced);
  const Value scale = TRY(node.operand(1));
  const Value offset = TRY(node.operand(2));
  const Value inverse = inverse_deviation(node, variance, b);
  const Value y = normalize(centered, inverse, scale, offset, features, b);
  return Values{y, mean, variance};
}

Result<Values> lower_inference(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Features features = TRY(features_of(node, x, b));
  const Value mean = TRY(node.operand(3));
  const Value variance = TRY(node.operand(4));
  const Value centered = b.sub(x, wide(mean, features, b));
  const Value inverse = inverse_deviation(node, variance, b);
  const Value scale = TRY(node.operand(1));
  const Value offset = TRY(node.operand(2));
  return Values{normalize(centered, inverse, scale, offset, features, b)};
}

/// Of x, scale, mean, variance and dy, with h = (x - mean) s and s the inverse deviation:
/// doffset = sum dy, dscale = sum dy h, dx = scale s (dy - (doffset + h dscale) / n).
Result<Values> lower_gradient(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Value scale = TRY(node.operand(1));
  const Value dy = TRY(node.operand(4));
  const Features features = TRY(features_of(node, x, b));
  const Value mean = TRY(node.operand(2));
  const Value variance = TRY(node.operand(3));
  const Value inverse = inverse_deviation(node, variance, b);
  const Value centered = b.sub(x, wide(mean, features, b));
  const Value normal = b.mul(centered, wide(inverse, features, b));
  const Value doffset = b.reduce_sum(dy, features.reduced);
  const Value dscale = b.reduce_sum(b.mul(dy, normal), features.reduced);
  const auto n = static_cast<graph::Exact>(features.count);
  const Value shared = b.add(b.mul(normal, wide(b.with_scalar("div", dscale, n), features, b)),
                             wide(b.with_scalar("div", doffset, n), features, b));
  const Value dx = b.mul(b.sub(dy, shared), wide(b.mul(scale, inverse), features, b));
  return Values{dx, dscale, doffset};
}

constexpr Lowering lowerings[] = {{"batch-norm-training", lower_training},
                                  {"batch-norm-inference", lower_inference},
                                  {"batch-norm-grad", lower_gradient}};

}  // namespace

extern constinit const LoweringFamily normalization{lowerings};

}  // namespace pfsday::hlo
