// Biases and rotations by position, of the domain com.microsoft: RelativePositionBias,
// GatedRelativePositionBias, GemmaRotaryEmbedding.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/onnx/attention_operands.h"
#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// How T5 sorts distances into buckets: small ones each into their own, larger ones by their
/// logarithm. Raffel et al., https://arxiv.org/abs/1910.10683, section 2.1.
struct Buckets {
  std::int64_t count = 0;
  std::int64_t max_distance = 0;
  bool is_bidirectional = false;

  /// Of a key that stands so far behind its query.
  std::int64_t of(std::int64_t behind) const {
    const std::int64_t half = is_bidirectional ? count / 2 : count;
    const std::int64_t first = is_bidirectional && behind < 0 ? half : 0;
    const std::int64_t distance = is_bidirectional ? std::abs(behind) : std::max(behind, 0L);
    const std::int64_t exact = half / 2;
    if (distance < exact) return first + distance;
    const double share = std::log(static_cast<double>(distance) / static_cast<double>(exact)) /
                         std::log(static_cast<double>(max_distance) / static_cast<double>(exact));
    const auto further = static_cast<std::int64_t>(share * static_cast<double>(half - exact));
    return first + std::min(exact + further, half - 1);
  }
};

/// The bucket of each pair of a query and a key. It is found by arithmetic on positions alone,
/// which is folded; above the size of what is folded, it stands as a tensor that the model might
/// hold.
Value bucket_of_pairs(const OnnxNode& node, const Buckets& buckets, const Shape& pairs,
                      Builder& b) {
  const TensorType type{ElementType::i64, pairs};
  if (!graph::can_be_literal(type)) {
    return b.held_tensor(node.identity(), "buckets of positions", type, std::nullopt);
  }
  std::vector<Exact> values;
  for (std::int64_t query = 0; query < pairs[0]; ++query) {
    for (std::int64_t key = 0; key < pairs[1]; ++key) {
      values.push_back(static_cast<Exact>(buckets.of(query - key)));
    }
  }
  return b.constant(Literal::of(type, std::move(values)));
}

/// Inputs table [buckets, heads], which is stored head by head; how many queries and keys. Output
/// [1, heads, queries, keys].
Result<Values> lower_relative_bias(const OnnxNode& node, Builder& b) {
  const Value table = node.input(0);
  const Shape shape = b.shape(table);
  const Shape pairs = {TRY(known_integer(node, 1, b)), TRY(known_integer(node, 2, b))};
  const Buckets buckets{.count = shape.size() == 2 ? shape[0] : 0,
                        .max_distance = TRY(node.integer("max_distance", 0)),
                        .is_bidirectional = TRY(node.integer("is_bidirectional", 0)) != 0};
  const std::int64_t exact = buckets.count / (buckets.is_bidirectional ? 4 : 2);
  if (exact < 1 || buckets.max_distance <= exact || pairs[0] < 0 || pairs[1] < 0) {
    return fail(Code::attribute_invalid,
                fmt::format("a table of {} for distances up to {}, {} queries and {} keys",
                            to_string(shape), buckets.max_distance, pairs[0], pairs[1]));
  }
  TRY(check_limits({ElementType::i64, pairs}));
  b.use_as_parameter(table);
  const Value rows = b.reshape(table, {shape[1], shape[0]});
  const Value bias = b.gather(rows, bucket_of_pairs(node, buckets, pairs, b), 1);
  return Values{b.reshape(bias, {1, shape[1], pairs[0], pairs[1]})};
}

/// Sums of the two halves of the last axis of x, each on its own: [..., D] to two of [..., 1].
Result<Values> sums_of_halves(Value x, Builder& b) {
  const Shape shape = b.shape(x);
  const std::int64_t half = shape.back() / 2;
  const std::int64_t last = std::ssize(shape) - 1;
  const Values halves = TRY(split_columns(x, {half, half}, b));
  return Values{b.reduce_sum(halves[0], {last}, keep_dims),
                b.reduce_sum(halves[1], {last}, keep_dims)};
}

/// Inputs query [B, S, H * D], its bias, positions [1, H, S, S], weight [D, 2 n] and bias of the
/// gates, the factor [1, H, 1, 1] of one of them, offsets of packed tokens.
///
///   u, r = sigmoid of the sums of the halves of (query + bias) weight + bias of the gates
///   y = (u (r factor - 1) + 2) positions
Result<Values> lower_gated_bias(const OnnxNode& node, Builder& b) {
  if (node.has_input(6)) {
    return fail(Code::type_unsupported, "packed tokens: their lengths are not known");
  }
  for (const std::size_t i : {1U, 3U, 4U, 5U}) b.use_as_parameter(node.input(i));
  const std::int64_t heads = TRY(node.integer("num_heads", 0));
  const Value query = TRY(split_heads(b.add(node.input(0), node.input(1)), heads, b));
  const Value gates = b.add(b.matmul(query, node.input(3)), node.input(4));
  if (!gates) return Values{};
  const Values sums = TRY(sums_of_halves(gates, b));
  const Value u = b.emit("sigmoid", {sums[0]});
  const Value r = b.emit("sigmoid", {sums[1]});
  const Value gated = b.mul(u, b.with_scalar("sub", b.mul(r, node.input(5)), 1));
  return Values{b.mul(b.with_scalar("add", gated, 2), node.input(2))};
}

/// Inputs angles [B, S, D]; q, q with its halves turned, k, k turned: [B, H, S, D] each.
Result<Values> lower_gemma_rotary(const OnnxNode& node, Builder& b) {
  const Value angles = node.input(0);
  if (b.shape(angles).size() != 3) {
    return fail(Code::shapes_disagree, fmt::format("angles are {}", to_string(b.shape(angles))));
  }
  const ElementType element = b.type(node.input(1)).element;
  const auto apart = [&](std::string_view function) {
    return b.with_axis(b.cast(b.emit(function, {angles}), element), 1);
  };
  const Value cosine = apart("cos");
  const Value sine = apart("sin");
  const auto rotated = [&](std::size_t i) {
    return b.add(b.mul(node.input(i), cosine), b.mul(node.input(i + 1), sine));
  };
  return Values{rotated(1), rotated(3)};
}

constexpr Lowering rows[] = {
    {.op = "RelativePositionBias", .inputs = 3, .lower = lower_relative_bias, .domain = microsoft},
    {.op = "GatedRelativePositionBias",
     .inputs = 6,
     .lower = lower_gated_bias,
     .domain = microsoft},
    {.op = "GemmaRotaryEmbedding", .inputs = 5, .lower = lower_gemma_rotary, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_positions{rows};

}  // namespace pfsday::onnx
