// Normalizations that take their statistics of the tensor itself: InstanceNormalization,
// LayerNormalization, GroupNormalization, RMSNormalization, MeanVarianceNormalization,
// LpNormalization. Variances take two passes; a division by the deviation is one for each element.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

struct Centered {
  Value mean, deviations, variance;
};

Centered center(Value x, const Axes& axes, Builder& b) {
  const Value mean = b.reduce_mean(x, axes, keep_dims);
  const Value deviations = b.sub(x, mean);
  return {mean, deviations, b.reduce_mean(b.mul(deviations, deviations), axes, keep_dims)};
}

Value root_of(Value variance, double epsilon, Builder& b) {
  return b.sqrt(b.with_scalar("add", variance, epsilon));
}

/// (x - mean) / sqrt(variance + epsilon).
Value standardize(Value x, const Axes& axes, double epsilon, Builder& b) {
  const Centered c = center(x, axes, b);
  return b.div(c.deviations, root_of(c.variance, epsilon, b));
}

/// The shape of x, which has a channel axis and `fewest` axes. Errors: Code::shapes_disagree.
Result<Shape> require_rank(Value x, std::size_t fewest, Builder& b) {
  const Shape& shape = b.shape(x);
  if (shape.size() >= fewest) return shape;
  return fail(Code::shapes_disagree,
              fmt::format("x is {}, which has fewer than {} axes", to_string(shape), fewest));
}

/// A weight [size] as [size, 1, 1...] with `trailing` ones.
Result<Value> aligned_weight(const OnnxNode& node, std::size_t input, std::int64_t size,
                             std::size_t trailing, Builder& b) {
  const Value weight = node.input(input);
  b.use_as_parameter(weight);
  Shape aligned = b.shape(weight);
  if (aligned != Shape{size}) {
    return fail(Code::shapes_disagree,
                fmt::format("\"{}\" is {} instead of [{}]", node.input_name(input),
                            to_string(aligned), size));
  }
  aligned.insert(aligned.end(), trailing, 1);
  return b.reshape(weight, aligned);
}

/// Over space, for each example and channel.
Result<Values> lower_instance_norm(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = TRY(require_rank(x, 3, b));
  const std::size_t spatial = shape.size() - 2;
  const Value scale = TRY(aligned_weight(node, 1, shape[1], spatial, b));
  const Value bias = TRY(aligned_weight(node, 2, shape[1], spatial, b));
  const double epsilon = TRY(node.real("epsilon", 1e-5));
  const Value y = standardize(x, axes_from(2, b.type(x).rank()), epsilon, b);
  return Values{b.add(b.mul(y, scale), bias)};
}

/// The type in which statistics are computed. Errors: Code::attribute_invalid.
Result<ElementType> stash_type(const OnnxNode& node) {
  const std::int64_t number = TRY(node.integer("stash_type", 1));
  const ElementType element = element_type_of(number);
  if (graph::is_real(element)) return element;
  return fail(Code::attribute_invalid, fmt::format("stash_type is {}", number));
}

/// Over the axes from `axis` on; also gives the mean and 1 / sqrt(variance + epsilon).
Result<Values> lower_layer_norm(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const Axes axes = axes_from(TRY(node.axis("axis", -1, rank)), rank);
  for (const Value weight : {node.input(1), node.input(2)}) b.use_as_parameter(weight);
  const Centered c = center(b.cast(x, TRY(stash_type(node))), axes, b);
  const Value root = root_of(c.variance, TRY(node.real("epsilon", 1e-5)), b);
  Value y = b.cast(b.div(c.deviations, root), b.type(x).element);
  y = b.mul(y, node.input(1));
  if (node.has_input(2)) y = b.add(y, node.input(2));
  Values outputs = {y, c.mean};
  if (node.has_output(2)) outputs.push_back(b.emit("reciprocal", {root}));
  return outputs;
}

/// x / sqrt(mean of squares + epsilon), over the axes from `axis` on.
Result<Values> lower_rms_norm(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const Axes axes = axes_from(TRY(node.axis("axis", -1, rank)), rank);
  b.use_as_parameter(node.input(1));
  const Value wide = b.cast(x, TRY(stash_type(node)));
  const Value squares = b.reduce_mean(b.mul(wide, wide), axes, keep_dims);
  const Value root = root_of(squares, TRY(node.real("epsilon", 1e-5)), b);
  const Value y = b.cast(b.div(wide, root), b.type(x).element);
  return Values{b.mul(y, node.input(1))};
}

/// Over space and the channels of a group. Before opset 21 scale and bias belong to groups, and
/// nothing is stashed in another type; later they belong to channels.
Result<Values> lower_group_norm(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = TRY(require_rank(x, 3, b));
  const std::int64_t groups = TRY(node.integer("num_groups", 0));
  if (groups < 1 || shape[1] % groups != 0) {
    return fail(Code::attribute_invalid,
                fmt::format("x is {}, and num_groups is {}", to_string(shape), groups));
  }
  Shape grouped = {shape[0], groups, shape[1] / groups};
  grouped.insert(grouped.end(), shape.begin() + 2, shape.end());
  const bool of_channels = node.opset() >= 21;
  const std::int64_t size = of_channels ? shape[1] : groups;
  const std::size_t trailing = shape.size() - (of_channels ? 2 : 1);
  const Value scale = TRY(aligned_weight(node, 1, size, trailing, b));
  const Value bias = TRY(aligned_weight(node, 2, size, trailing, b));
  const ElementType element = b.type(x).element;
  const Value wide = b.cast(b.reshape(x, grouped), of_channels ? TRY(stash_type(node)) : element);
  const double epsilon = TRY(node.real("epsilon", 1e-5));
  Value y = b.cast(standardize(wide, axes_from(2, b.type(wide).rank()), epsilon, b), element);
  if (of_channels) y = b.reshape(y, shape);
  y = b.add(b.mul(y, scale), bias);
  return Values{b.reshape(y, shape)};
}

/// Before opset 9 two attributes say whether channels are one, and whether to divide at all.
Result<Axes> axes_of_mvn(const OnnxNode& node, std::int64_t rank) {
  if (node.opset() >= 9) return checked_axes(TRY(node.integers("axes", {0, 2, 3})), rank);
  return axes_from(TRY(node.integer("across_channels", 0)) != 0 ? 1 : 2, rank);
}

/// (x - mean) / (sqrt(variance) + 1e-9).
Result<Values> lower_mvn(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Centered c = center(x, TRY(axes_of_mvn(node, b.type(x).rank())), b);
  if (node.opset() < 9 && TRY(node.integer("normalize_variance", 1)) == 0) {
    return Values{c.deviations};
  }
  return Values{b.div(c.deviations, b.with_scalar("add", b.sqrt(c.variance), 1e-9))};
}

/// x over its norm along one axis: the sum of absolute values, or the root of the sum of squares.
Result<Values> lower_lp_norm(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Axes axes = {TRY(node.axis("axis", -1, b.type(x).rank()))};
  const std::int64_t p = TRY(node.integer("p", 2));
  if (p != 1 && p != 2) return fail(Code::attribute_invalid, fmt::format("p is {}", p));
  const Value sum = b.reduce_sum(p == 1 ? b.emit("abs", {x}) : b.mul(x, x), axes, keep_dims);
  return Values{b.div(x, p == 1 ? sum : b.sqrt(sum))};
}

constexpr Lowering rows[] = {
    {.op = "InstanceNormalization", .inputs = 3, .lower = lower_instance_norm},
    {.op = "LayerNormalization", .inputs = 2, .lower = lower_layer_norm},
    {.op = "RMSNormalization", .inputs = 2, .lower = lower_rms_norm},
    {.op = "GroupNormalization", .inputs = 3, .lower = lower_group_norm},
    {.op = "MeanVarianceNormalization", .lower = lower_mvn},
    {.op = "LpNormalization", .lower = lower_lp_norm},
};

}  // namespace

extern constinit const LoweringFamily standardization{rows};

}  // namespace pfsday::onnx
