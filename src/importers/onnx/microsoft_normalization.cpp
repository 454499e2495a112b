// Normalizations of the domain com.microsoft, with the sums that are fused to them, and
// SimplifiedLayerNormalization, which exporters also write without a domain.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

/// LayerNormalization of x over its last axis: y, mean, inverse deviation.
Result<Values> layer_norm(const OnnxNode& node, Value x, Value scale, Value bias, Builder& b) {
  Values outputs = TRY(lower_as("LayerNormalization", 17, node.with_inputs({x, scale, bias}), b));
  outputs.resize(3);
  return outputs;
}

/// Inputs x, skip, scale, bias, bias of the sum; outputs y, mean, inverse deviation, sum.
Result<Values> lower_skip_layer_norm(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(add_if_given(node.input(0), node.input(1), b), node.input(4), b);
  if (!sum) return Values{};
  Values outputs = TRY(layer_norm(node, sum, node.input(2), node.input(3), b));
  outputs.push_back(sum);
  return outputs;
}

/// x over the root of the mean of its squares, times the scale, whose type the result has; and 1
/// over that root.
Result<Values> simplified_norm(const OnnxNode& node, Value x, Value scale, std::size_t inverse,
                               Builder& b) {
  if (b.shape(x).empty()) return fail(Code::shapes_disagree, "x is a scalar");
  b.use_as_parameter(scale);
  const RootMeanSquare r = normalize_by_square(x, TRY(node.real("epsilon", 1e-5)), b);
  const Value y = b.mul(b.cast(r.normalized, b.type(scale).element), scale);
  return Values{y, node.has_output(inverse) ? b.emit("reciprocal", {r.root}) : Value{}};
}

/// Over the last axis: `axis` is always that one in what exporters write.
Result<Values> lower_simplified_norm(const OnnxNode& node, Builder& b) {
  const std::int64_t rank = b.type(node.input(0)).rank();
  const std::int64_t axis = TRY(node.axis("axis", -1, rank));
  if (axis + 1 != rank) {
    return fail(Code::type_unsupported,
                fmt::format("the axis {} of {} is not lowered", axis, rank));
  }
  return simplified_norm(node, node.input(0), node.input(1), 1, b);
}

/// Inputs x, skip, scale, bias of the sum; outputs y, mean, inverse root, sum.
Result<Values> lower_skip_simplified_norm(const OnnxNode& node, Builder& b) {
  const Value sum = add_if_given(add_if_given(node.input(0), node.input(1), b), node.input(3), b);
  if (!sum) return Values{};
  const Values normalized = TRY(simplified_norm(node, sum, node.input(2), 2, b));
  return Values{normalized[0], {}, normalized[1], sum};
}

/// Rows of a table of embeddings.
Value look_up(Value table, Value indices, Builder& b) {
  b.use_as_parameter(table);
  return b.gather(table, indices, 0);
}

/// The rows of the positions [S, H], which count from 0 where none are given.
Result<Value> position_rows(const OnnxNode& node, std::int64_t size, Builder& b) {
  const Value table = node.input(3);
  if (node.has_input(8)) return look_up(table, node.input(8), b);
  const Shape shape = b.shape(table);
  if (shape.size() != 2 || shape[0] < size) {
    return fail(Code::shapes_disagree,
                fmt::format("{} positions in a table of {}", size, to_string(shape)));
  }
  b.use_as_parameter(table);
  return b.slice(table, {0, 0}, {size, shape[1]}, {1, 1});
}

/// Inputs words, segments, their table after that of words and positions, scale, bias, mask;
/// outputs y, how many words each mask has, sum of the embeddings.
Result<Values> lower_embed_layer_norm(const OnnxNode& node, Builder& b) {
  const Shape words = b.shape(node.input(0));
  if (words.size() != 2) {
    return fail(Code::shapes_disagree, fmt::format("the words are {}", to_string(words)));
  }
  Value sum = look_up(node.input(2), node.input(0), b);
  sum = b.add(sum, TRY(position_rows(node, words[1], b)));
  if (node.has_input(1) && node.has_input(4)) {
    sum = b.add(sum, look_up(node.input(4), node.input(1), b));
  }
  if (!sum) return Values{};
  const Values normalized = TRY(layer_norm(node, sum, node.input(5), node.input(6), b));
  Value lengths;
  if (node.has_output(1)) {
    lengths = node.has_input(7) ? b.reduce_sum(node.input(7), {1})
                                : b.full({b.type(node.input(0)).element, {words[0]}}, 0);
  }
  return Values{normalized[0], lengths, sum};
}

struct Groups {
  std::int64_t count = 1;
  bool is_last = true;  ///< channels in the last axis
  Shape channels = {};  ///< a vector of channels, aligned with x
};

Result<Groups> groups_of(const OnnxNode& node, const Shape& x) {
  Groups groups = {.count = TRY(node.integer("groups", 0)),
                   .is_last = TRY(node.integer("channels_last", 1)) != 0};
  const std::size_t axis = groups.is_last ? x.size() - 1 : 1;
  if (x.size() < 3 || groups.count < 1 || x[axis] % groups.count != 0) {
    return fail(Code::shapes_disagree, fmt::format("the channels of {} do not fall into {} groups",
                                                   to_string(x), groups.count));
  }
  groups.channels.assign(x.size(), 1);
  groups.channels[axis] = x[axis];
  return groups;
}

/// (x - mean) / sqrt(variance + epsilon) over space and the channels of a group.
Value standardize_groups(Value x, const Groups& groups, double epsilon, Builder& b) {
  const Shape shape = b.shape(groups.is_last ? channels_second(x, b) : x);
  Shape grouped = {shape[0], groups.count, shape[1] / groups.count};
  grouped.insert(grouped.end(), shape.begin() + 2, shape.end());
  const Value apart = b.reshape(groups.is_last ? channels_second(x, b) : x, grouped);
  const Axes axes = axes_from(2, b.type(apart).rank());
  const Value deviations = b.sub(apart, b.reduce_mean(apart, axes, keep_dims));
  const Value variance = b.reduce_mean(b.mul(deviations, deviations), axes, keep_dims);
  const Value root = b.sqrt(b.with_scalar("add", variance, epsilon));
  const Value y = b.reshape(b.div(deviations, root), shape);
  return groups.is_last ? channels_last(y, b) : y;
}

/// Then scale and bias of each channel, and x sigmoid(x) where `activation` is 1.
Result<Value> group_norm(const OnnxNode& node, Value x, const Groups& groups, Builder& b) {
  for (const std::size_t i : {1U, 2U}) b.use_as_parameter(node.input(i));
  const Value scale = b.reshape(node.input(1), groups.channels);
  const Value bias = b.reshape(node.input(2), groups.channels);
  const double epsilon = TRY(node.real("epsilon", 1e-5));
  const Value y = b.add(b.mul(standardize_groups(x, groups, epsilon, b), scale), bias);
  if (TRY(node.integer("activation", 0)) == 0) return y;
  return b.mul(y, b.emit("sigmoid", {y}));
}

Result<Values> lower_group_norm(const OnnxNode& node, Builder& b) {
  const Groups groups = TRY(groups_of(node, b.shape(node.input(0))));
  return Values{TRY(group_norm(node, node.input(0), groups, b))};
}

/// Inputs x, scale, bias, skip [N, C] or aligned with x, bias of the sum; outputs y, sum.
Result<Values> lower_skip_group_norm(const OnnxNode& node, Builder& b) {
  const Shape shape = b.shape(node.input(0));
  const Groups groups = TRY(groups_of(node, shape));
  Value skip = node.input(3);
  if (b.shape(skip).size() == 2) {
    Shape aligned = groups.channels;
    aligned[0] = b.shape(skip)[0];
    skip = b.reshape(skip, aligned);
  }
  Value sum = add_if_given(node.input(0), skip, b);
  if (node.has_input(4)) sum = add_if_given(sum, b.reshape(node.input(4), groups.channels), b);
  if (!sum) return Values{};
  return Values{TRY(group_norm(node, sum, groups, b)), sum};
}

constexpr Lowering rows[] = {
    {.op = "SkipLayerNormalization",
     .inputs = 3,
     .lower = lower_skip_layer_norm,
     .domain = microsoft},
    {.op = "SimplifiedLayerNormalization", .inputs = 2, .lower = lower_simplified_norm},
    {.op = "SimplifiedLayerNormalization",
     .inputs = 2,
     .lower = lower_simplified_norm,
     .domain = microsoft},
    {.op = "SkipSimplifiedLayerNormalization",
     .inputs = 3,
     .lower = lower_skip_simplified_norm,
     .domain = microsoft},
    {.op = "EmbedLayerNormalization", .lower = lower_embed_layer_norm, .domain = microsoft},
    {.op = "GroupNorm", .inputs = 3, .lower = lower_group_norm, .domain = microsoft},
    {.op = "SkipGroupNorm", .inputs = 4, .lower = lower_skip_group_norm, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_normalization{rows};

}  // namespace pfsday::onnx
