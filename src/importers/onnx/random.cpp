// Dropout and random numbers.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// Of the mask: before opset 10 that of x.
ElementType mask_type(const OnnxNode& node, const Builder& b) {
  return node.opset() >= 10 ? ElementType::boolean : b.type(node.input(0)).element;
}

/// Keeps everything: what all elements of the mask say.
Values pass_through(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Values outputs = {x};
  if (!node.has_output(1)) return outputs;
  outputs.push_back(b.full({mask_type(node, b), b.shape(x)}, 1));
  return outputs;
}

/// Numbers that are drawn from a distribution: "random" or "random_normal".
Value draw(std::string_view distribution, const TensorType& type, Builder& b) {
  return b.emit(distribution, {},
                {{"shape", type.shape}, {"element", std::string(to_string(type.element))}});
}

/// x * mask * 1 / (1 - ratio), where the mask is random >= ratio.
Result<Values> drop(const OnnxNode& node, graph::Exact ratio, Builder& b) {
  if (ratio < 0 || ratio >= 1) {
    return fail(Code::attribute_invalid,
                fmt::format("the ratio is {}, which is not in [0, 1)", static_cast<double>(ratio)));
  }
  if (ratio == 0) return pass_through(node, b);
  const Value x = node.input(0);
  const TensorType type = b.type(x);
  const Value is_kept = b.with_scalar("greater_equal", draw("random", type, b), ratio);
  const Value kept = b.mul(x, b.cast(is_kept, type.element));
  const Value mask = b.cast(is_kept, mask_type(node, b));
  return Values{b.with_scalar("mul", kept, 1 / (1 - ratio)), mask};
}

/// Before opset 7 an attribute tells inference from training; then, until opset 12, there is
/// inference alone.
Result<Values> lower_old_dropout(const OnnxNode& node, Builder& b) {
  const bool is_training = node.opset() < 7 && TRY(node.integer("is_test", 0)) == 0;
  if (!is_training) return pass_through(node, b);
  return drop(node, TRY(node.real("ratio", 0.5)), b);
}

Result<Values> lower_dropout(const OnnxNode& node, Builder& b) {
  const bool is_training = node.has_input(2) && TRY(known_scalar(node, 2, b)) != 0;
  if (!is_training) return pass_through(node, b);
  return drop(node, node.has_input(1) ? TRY(known_scalar(node, 1, b)) : 0.5L, b);
}

/// The type that an attribute names, or the fallback.
Result<ElementType> stated_type(const OnnxNode& node, ElementType fallback) {
  if (node.find("dtype") == nullptr) return fallback;
  return element_type_of(TRY(node.integer("dtype", 0)));
}

/// Of a stated shape, or that of the input.
Result<TensorType> type_to_draw(const OnnxNode& node, Builder& b) {
  TensorType type;
  if (node.input_count() > 0) {
    type = b.type(node.input(0));
    type.element = TRY(stated_type(node, type.element));
  } else {
    type.element = TRY(stated_type(node, ElementType::f32));
    type.shape = TRY(node.integers("shape"));
  }
  TRY(check_limits(type));
  return type;
}

/// x * scale + shift; factors of 1 and sums with 0 cost nothing.
Value scaled(Value x, double scale, double shift, Builder& b) {
  if (scale != 1) x = b.with_scalar("mul", x, scale);
  return shift != 0 ? b.with_scalar("add", x, shift) : x;
}

Result<Values> lower_random_uniform(const OnnxNode& node, Builder& b) {
  const TensorType type = TRY(type_to_draw(node, b));
  const double low = TRY(node.real("low", 0));
  const double high = TRY(node.real("high", 1));
  return Values{scaled(draw("random", type, b), high - low, low, b)};
}

Result<Values> lower_random_normal(const OnnxNode& node, Builder& b) {
  const TensorType type = TRY(type_to_draw(node, b));
  const double mean = TRY(node.real("mean", 0));
  const double scale = TRY(node.real("scale", 1));
  return Values{scaled(draw("random_normal", type, b), scale, mean, b)};
}

/// 1 where a random number is below the probability.
Result<Values> lower_bernoulli(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const ElementType element = TRY(stated_type(node, b.type(x).element));
  return Values{b.cast(b.binary("less", draw("random", b.type(x), b), x), element)};
}

/// Classes of each row of logarithms of (unnormalized) probabilities: how many of the cumulated
/// probabilities are not above a random part of their sum.
Result<Values> lower_multinomial(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const TensorType type = b.type(x);
  const std::int64_t samples = TRY(node.integer("sample_size", 1));
  if (type.shape.size() != 2 || type.shape[1] < 1 || samples < 0) {
    return fail(Code::shapes_disagree,
                fmt::format("{} samples of {}", samples, to_string(type.shape)));
  }
  const std::int64_t rows = type.shape[0];
  const std::int64_t classes = type.shape[1];
  const Value p = b.exp(b.sub(x, b.reduce_max(x, {1}, keep_dims)));
  const Value sums = b.emit("cumulative_sum", {p}, {{"axis", std::int64_t{1}}});
  const Value total = b.slice(sums, {0, classes - 1}, {rows, classes}, {1, 1});
  const Value part = b.mul(draw("random", {type.element, {rows, samples}}, b), total);
  const Value is_below = b.binary("less_equal", b.reshape(sums, {rows, 1, classes}),
                                  b.reshape(part, {rows, samples, 1}));
  const ElementType element = TRY(stated_type(node, ElementType::i32));
  return Values{b.reduce_sum(b.cast(is_below, element), {2})};
}

constexpr Lowering rows[] = {
    {.op = "Dropout", .lower = lower_old_dropout},
    {.op = "Dropout", .lower = lower_dropout, .since = 12},
    {.op = "RandomUniform", .inputs = 0, .lower = lower_random_uniform},
    {.op = "RandomUniformLike", .lower = lower_random_uniform},
    {.op = "RandomNormal", .inputs = 0, .lower = lower_random_normal},
    {.op = "RandomNormalLike", .lower = lower_random_normal},
    {.op = "Bernoulli", .lower = lower_bernoulli},
    {.op = "Multinomial", .lower = lower_multinomial},
};

}  // namespace

extern constinit const LoweringFamily random{rows};

}  // namespace pfsday::onnx
