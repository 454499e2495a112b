#include "importers/onnx/attention_operands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pfsday::onnx {

using graph::Exact;

Result<Value> split_heads(Value x, std::int64_t heads, Builder& b) {
  const Shape shape = b.shape(x);
  if (heads < 1 || shape.size() != 3 || shape[2] % heads != 0) {
    return fail(Code::shapes_disagree,
                fmt::format("{} does not fall into {} heads", to_string(shape), heads));
  }
  const Value split = b.reshape(x, {shape[0], shape[1], heads, shape[2] / heads});
  return b.transpose(split, {0, 2, 1, 3});
}

Value merge_heads(Value x, Builder& b) {
  if (!x) return x;
  const Shape shape = b.shape(x);
  return b.reshape(b.transpose(x, {0, 2, 1, 3}), {shape[0], shape[2], shape[1] * shape[3]});
}

Value unpack_heads(Value x, std::int64_t i, Builder& b) {
  const Shape shape = b.shape(x);
  const Value one = part_of(x, 3, i, 1, b);
  return b.transpose(b.reshape(one, {shape[0], shape[1], shape[2], shape[4]}), {0, 2, 1, 3});
}

Value part_of(Value x, std::int64_t axis, std::int64_t from, std::int64_t size, Builder& b) {
  if (!x) return x;
  const Shape shape = b.shape(x);
  const auto at = static_cast<std::size_t>(axis);
  if (from == 0 && size == shape[at]) return x;
  Axes starts(shape.size(), 0);
  Axes limits = shape;
  starts[at] = from;
  limits[at] = from + size;
  return b.slice(x, starts, limits, Axes(shape.size(), 1));
}

Result<Values> split_columns(Value x, const Axes& sizes, Builder& b) {
  const Shape shape = b.shape(x);
  const auto whole = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  const bool is_negative = std::ranges::any_of(sizes, [](std::int64_t size) { return size < 0; });
  if (shape.empty() || is_negative || shape.back() != whole) {
    return fail(Code::shapes_disagree, fmt::format("{} does not fall into columns of {}",
                                                   to_string(shape), to_string(sizes)));
  }
  Values parts;
  std::int64_t from = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(part_of(x, std::ssize(shape) - 1, from, size, b));
    from += size;
  }
  return parts;
}

Result<Cached> extend_cache(Value past, Value fresh, std::optional<std::int64_t> length,
                            Builder& b) {
  if (!past) return Cached{fresh, fresh};
  const Shape shape = b.shape(past);
  if (shape.size() != 4) {
    return fail(Code::shapes_disagree, fmt::format("a cache is {}", to_string(shape)));
  }
  const std::int64_t filled = length.value_or(shape[2]);
  if (filled < 0 || filled > shape[2]) {
    return fail(Code::shapes_disagree,
                fmt::format("{} earlier keys in a cache of {}", filled, to_string(shape)));
  }
  const Value all = b.concat({part_of(past, 2, 0, filled, b), fresh}, 2);
  if (!all) return Cached{};
  const std::int64_t room = shape[2] - b.shape(all)[2];
  if (filled == shape[2] || room <= 0) return Cached{all, all};
  return Cached{all, b.concat({all, part_of(past, 2, shape[2] - room, room, b)}, 2)};
}

Value bias_of_mask(Value mask, ElementType element, Exact hidden, Builder& b) {
  return b.select(b.cast(mask, ElementType::boolean), b.scalar(element, 0),
                  b.scalar(element, hidden));
}

Value sum_of_biases(Value first, Value second, Builder& b) {
  if (!first || !second) return first ? first : second;
  return b.add(first, second);
}

Result<Exact> scale_of(const OnnxNode& node, Value q, Builder& b) {
  const double stated = TRY(node.real("scale", 0));
  if (stated != 0 || b.shape(q).empty()) return Exact{stated};
  return 1 / std::sqrt(static_cast<Exact>(b.shape(q).back()));
}

namespace {

/// True where query i sees key j; its contents are left open above the size that is folded.
Value seen_keys(std::int64_t queries, std::int64_t keys, const ops::AttentionMask& mask,
                Builder& b) {
  const TensorType type{ElementType::boolean, {queries, keys}};
  if (!graph::can_be_literal(type)) return b.graph().add_tensor("", type);
  std::vector<Exact> seen;
  for (std::int64_t i = 0; i < queries; ++i) {
    for (std::int64_t j = 0; j < keys; ++j) {
      const std::int64_t distance = mask.offset + i - j;
      seen.push_back(distance >= 0 && (mask.window == 0 || distance < mask.window) ? 1 : 0);
    }
  }
  return b.constant(Literal::of(type, std::move(seen)));
}

/// Notes a fault if they are not: the products check the rest.
bool are_heads(Value q, Value k, Value v, Builder& b) {
  if (!q || !k || !v) return false;
  const Shape first = b.shape(q);
  const Shape second = b.shape(k);
  const bool fits = first.size() == 4 && second.size() == 4 && b.shape(v).size() == 4 &&
                    (second[1] == 0 ? first[1] == 0 : first[1] % second[1] == 0);
  if (fits) return true;
  b.fault(Code::shapes_disagree, fmt::format("attention of q {}, k {}, v {}", to_string(first),
                                             to_string(second), to_string(b.shape(v))));
  return false;
}

/// The product of [B, Hq, S, K] and [B, Hkv, ...] over an axis of the latter, head by head.
Value product_by_heads(Value a, Value c, std::int64_t contract, Builder& b) {
  const Shape first = b.shape(a);
  const Shape second = b.shape(c);
  const std::int64_t group = second[1] == 0 ? 1 : first[1] / second[1];
  const Value grouped = b.reshape(a, {first[0], second[1], group, first[2], first[3]});
  const Value product = b.dot(grouped, c, {{0, 1}, {0, 1}, {4}, {contract}});
  return b.reshape(product, {first[0], first[1], first[2], second[contract == 3 ? 2 : 3]});
}

}  // namespace

WrittenAttention write_attention(Value q, Value k, Value v, Value bias,
                                 const ops::AttentionOptions& options, Builder& b) {
  WrittenAttention w;
  if (!are_heads(q, k, v, b)) return w;
  const ElementType element = b.type(q).element;
  w.scores = product_by_heads(q, k, 3, b);
  if (options.scale != 1) w.scores = b.with_scalar("mul", w.scores, options.scale);
  w.masked = w.scores;
  if (options.softcap != 0) {
    const Value bent = b.emit("tanh", {b.with_scalar("div", w.masked, options.softcap)});
    w.masked = b.with_scalar("mul", bent, options.softcap);
  }
  if (bias) w.masked = b.add(w.masked, bias);
  if (options.causal) {
    const std::int64_t queries = b.shape(q)[2];
    const std::int64_t keys = b.shape(k)[2];
    const ops::AttentionMask mask = {.causal = true,
                                     .offset = options.offset.value_or(keys - queries),
                                     .window = options.window};
    w.masked = b.select(seen_keys(queries, keys, mask, b), w.masked, b.scalar(element, -HUGE_VALL));
  }
  const Value top = b.stop_gradient(b.reduce_max(w.masked, {3}, keep_dims));
  const Value e = b.exp(b.sub(w.masked, top));
  w.softmax = b.div(e, b.reduce_sum(e, {3}, keep_dims));
  w.y = product_by_heads(w.softmax, v, 2, b);
  return w;
}

namespace {

/// The elements at `first`, `first` + `step`, ... along the last axis.
Value every(Value x, std::int64_t first, std::int64_t limit, std::int64_t step, Builder& b) {
  const Shape shape = b.shape(x);
  Axes starts(shape.size(), 0);
  Axes limits = shape;
  Axes strides(shape.size(), 1);
  starts.back() = first;
  limits.back() = limit;
  strides.back() = step;
  return b.slice(x, starts, limits, strides);
}

/// Elements of a and c in turns along the last axis.
Value interleave(Value a, Value c, Builder& b) {
  Shape apart = b.shape(a);
  const auto last = std::ssize(apart);
  apart.push_back(1);
  Shape joined = b.shape(a);
  joined.back() *= 2;
  return b.reshape(b.concat({b.reshape(a, apart), b.reshape(c, apart)}, last), joined);
}

/// [S, R / 2] or [B, S, R / 2] to [.., 1, S, R / 2].
Value over_heads(Value angles, Builder& b) {
  Shape shape = b.shape(angles);
  shape.insert(shape.end() - 2, 1);
  return b.reshape(angles, shape);
}

}  // namespace

Result<Value> rotate(Value x, Value cosine, Value sine, bool is_interleaved, Builder& b) {
  const Shape shape = b.shape(x);
  const Shape angles = b.shape(cosine);
  const bool fits = shape.size() == 4 && angles.size() >= 2 && angles.size() <= 3 &&
                    b.shape(sine) == angles && 2 * angles.back() <= shape[3];
  if (!fits) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, the cosines are {}, the sines {}", to_string(shape),
                            to_string(angles), to_string(b.shape(sine))));
  }
  const std::int64_t half = angles.back();
  const Value cos = over_heads(cosine, b);
  const Value sin = over_heads(sine, b);
  const Value first = is_interleaved ? every(x, 0, 2 * half, 2, b) : part_of(x, 3, 0, half, b);
  const Value second = is_interleaved ? every(x, 1, 2 * half, 2, b) : part_of(x, 3, half, half, b);
  const Value real = b.sub(b.mul(first, cos), b.mul(second, sin));
  const Value imaginary = b.add(b.mul(first, sin), b.mul(second, cos));
  const Value turned =
      is_interleaved ? interleave(real, imaginary, b) : b.concat({real, imaginary}, 3);
  if (2 * half == shape[3]) return turned;
  return b.concat({turned, part_of(x, 3, 2 * half, shape[3] - 2 * half, b)}, 3);
}

}  // namespace pfsday::onnx
