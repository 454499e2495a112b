// Attention in the domain com.microsoft: Attention, QAttention, MultiHeadAttention,
// GroupQueryAttention, SparseAttention, DecoderMasked..., Packed..., RotaryEmbedding.
//
// A causal mask ends at the last key for the last query. A mask of keys hides pairs that are
// computed all the same.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/attention_operands.h"
#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

using ops::AttentionOptions;

/// What one attention is of, [B, H, S, D] each, and the caches that go out of it.
struct Operands {
  Value q, k, v;
  Cached keys = {}, values = {};
  Value bias = {};
  AttentionOptions options = {};
};

/// For a vector of lengths of [B]: true at the keys [B, 1, 1, T] before them, or from them on.
Value keys_beside(std::string_view comparison, Value lengths, std::int64_t keys, Builder& b) {
  const std::int64_t batch = b.shape(lengths)[0];
  const Value positions = b.reshape(b.iota(keys), {1, 1, 1, keys});
  const Value limits = b.reshape(b.cast(lengths, ElementType::i64), {batch, 1, 1, 1});
  return b.binary(comparison, positions, limits);
}

/// A mask_index as it is broadcast to the scores [B, H, S, T]: lengths [B], or ends and starts
/// [2 B], or lengths and more [3 B + 2]; or a mask [B, T], [B, S, T] or [B, 1, M, M], of which the
/// rows after the past and the columns of the keys count. Errors: Code::shapes_disagree.
Result<Value> mask_of(Value index, std::int64_t batch, std::int64_t queries, std::int64_t keys,
                      Builder& b) {
  const Shape shape = b.shape(index);
  if (shape.size() == 1) {
    if (shape[0] == 2 * batch) {
      const Value ends = part_of(index, 0, 0, batch, b);
      const Value starts = part_of(index, 0, batch, batch, b);
      return b.binary("and", keys_beside("less", ends, keys, b),
                      keys_beside("greater_equal", starts, keys, b));
    }
    if (shape[0] == batch || shape[0] == 3 * batch + 2) {
      return keys_beside("less", part_of(index, 0, 0, batch, b), keys, b);
    }
  }
  if (shape.size() == 2 && shape[1] == keys) return b.reshape(index, {shape[0], 1, 1, keys});
  if (shape.size() == 3 && shape[2] == keys) return b.reshape(index, {shape[0], 1, shape[1], keys});
  if (shape.size() == 4 && shape[2] >= keys && shape[3] >= keys && keys >= queries) {
    const Value rows = part_of(index, 2, keys - queries, queries, b);
    return part_of(rows, 3, 0, keys, b);
  }
  return fail(Code::shapes_disagree, fmt::format("a mask of {} for {} queries and {} keys",
                                                 to_string(shape), queries, keys));
}

/// The bias of a mask, if there is one, and the bias that the node is given.
Result<Value> bias_of(const OnnxNode& node, std::size_t mask, std::size_t bias, const Operands& o,
                      Builder& b) {
  const ElementType element = b.type(o.q).element;
  const Value given = node.has_input(bias) ? b.cast(node.input(bias), element) : Value{};
  if (!node.has_input(mask)) return given;
  const double hidden = TRY(node.real("mask_filter_value", -10000));
  const Value index =
      TRY(mask_of(node.input(mask), b.shape(o.q)[0], b.shape(o.q)[2], b.shape(o.keys.all)[2], b));
  return sum_of_biases(bias_of_mask(index, element, hidden, b), given, b);
}

/// How much of a cache that has room for later steps is filled; none if it has no such room.
Result<std::optional<std::int64_t>> filled_length(const OnnxNode& node, std::size_t input,
                                                  Builder& b) {
  if (TRY(node.integer("past_present_share_buffer", 0)) == 0) {
    return std::optional<std::int64_t>{};
  }
  if (!node.has_input(input)) {
    return fail(Code::input_missing, "a shared cache needs past_sequence_length");
  }
  return std::optional(static_cast<std::int64_t>(TRY(known_scalar(node, input, b))));
}

/// y [B, S, H * Dv]; where somebody asks for the inner tensor, that too.
struct Attended {
  Value y;
  WrittenAttention inner = {};
};
Attended attend(const Operands& o, bool asks_for_inner, Builder& b) {
  Attended attended;
  if (asks_for_inner) {
    attended.inner = write_attention(o.q, o.keys.all, o.values.all, o.bias, o.options, b);
    attended.y = merge_heads(attended.inner.y, b);
  } else {
    attended.y =
        merge_heads(ops::emit_attention(b, o.q, o.keys.all, o.values.all, o.bias, o.options), b);
  }
  return attended;
}

/// Keys and values in one tensor [2, B, H, S, D].
Value stack(Value keys, Value values, Builder& b) {
  Shape one = b.shape(keys);
  one.insert(one.begin(), 1);
  return b.concat({b.reshape(keys, one), b.reshape(values, one)}, 0);
}
Value unstack(Value both, std::int64_t i, Builder& b) {
  if (!both) return both;
  const Shape shape = b.shape(both);
  if (shape.size() != 5) {
    return b.fault(Code::shapes_disagree, fmt::format("a past of {}", to_string(shape)));
  }
  return b.reshape(part_of(both, 0, i, 1, b), Shape(shape.begin() + 1, shape.end()));
}

/// Widths of the projected queries, keys and values.
Result<Axes> projected_sizes(const OnnxNode& node, Value projected, Builder& b) {
  const Shape& shape = b.shape(projected);
  const std::int64_t third = shape.empty() ? 0 : shape.back() / 3;
  const Axes sizes = TRY(node.integers("qkv_hidden_sizes", {third, third, third}));
  if (sizes.size() == 3) return sizes;
  return fail(Code::attribute_invalid, "qkv_hidden_sizes has not 3 entries");
}

/// From the projection [B, S, Hq + Hk + Hv] on; inputs from mask_index at `first` on: mask, past,
/// bias, length.
Result<Values> attend_projected(const OnnxNode& node, Value projected, std::size_t mask,
                                std::size_t past, Builder& b) {
  if (TRY(node.integer("do_rotary", 0)) != 0) {
    return fail(Code::type_unsupported, "rotary positions without caches are not lowered");
  }
  const std::int64_t heads = TRY(node.integer("num_heads", 0));
  const Axes sizes = TRY(projected_sizes(node, projected, b));
  const Values parts = TRY(split_columns(projected, sizes, b));
  Operands o;
  o.q = TRY(split_heads(parts[0], heads, b));
  o.k = TRY(split_heads(parts[1], heads, b));
  o.v = TRY(split_heads(parts[2], heads, b));
  const auto length = TRY(filled_length(node, 6, b));
  const Value before = node.input(past);
  o.keys = TRY(extend_cache(unstack(before, 0, b), o.k, length, b));
  o.values = TRY(extend_cache(unstack(before, 1, b), o.v, length, b));
  if (!o.q || !o.keys.all || !o.values.all) return Values{};
  o.bias = TRY(bias_of(node, mask, 5, o, b));
  o.options = {.causal = TRY(node.integer("unidirectional", 0)) != 0,
               .scale = TRY(scale_of(node, o.q, b))};
  const Value y = attend(o, false, b).y;
  return Values{y, node.has_output(1) ? stack(o.keys.present, o.values.present, b) : Value{}};
}

/// Inputs x, weights, bias, mask, past, bias of the scores, length of the past.
Result<Values> lower_attention(const OnnxNode& node, Builder& b) {
  b.use_as_parameter(node.input(1));
  b.use_as_parameter(node.input(2));
  Value projected = b.matmul(node.input(0), node.input(1));
  if (node.has_input(2)) projected = b.add(projected, node.input(2));
  if (!projected) return Values{};
  return attend_projected(node, projected, 3, 4, b);
}

/// Inputs x, weights, bias, the scales of both, mask, the zero points of both, past: projected as
/// MatMulIntegerToFloat does, then as Attention.
Result<Values> lower_quantized(const OnnxNode& node, Builder& b) {
  if (TRY(node.integer("past_present_share_buffer", 0)) != 0) {
    return fail(Code::type_unsupported, "how much of a shared cache is filled is not known");
  }
  const auto at = [&](std::size_t i) { return node.input(i); };
  const OnnxNode product = node.with_inputs({at(0), at(1), at(3), at(4), at(6), at(7), at(2)});
  const Lowering& project = *find_lowering(microsoft, "MatMulIntegerToFloat", 1);
  const Values projected = TRY(project.lower(product, b));
  if (projected.empty() || !projected[0]) return Values{};
  return attend_projected(node.with_inputs({at(0), at(1), at(2), at(5), at(8)}), projected[0], 3, 4,
                          b);
}

/// Where the inputs of MultiHeadAttention and of its relatives stand.
struct Places {
  std::size_t bias, mask, attention_bias, past_key, past_value, length;
};

/// One of q, k, v, with 3 axes and its part of the bias of the projection added.
Result<Value> biased_heads(Value x, Value bias, std::int64_t heads, Builder& b) {
  if (bias) x = b.add(x, bias);
  if (!x) return x;
  return split_heads(x, heads, b);
}

/// The bias of the projection, cut to the widths of q, k and v; three empty values without one.
Result<Values> projection_bias(const OnnxNode& node, std::size_t input, const Axes& widths,
                               Builder& b) {
  if (!node.has_input(input)) return Values{{}, {}, {}};
  b.use_as_parameter(node.input(input));
  return split_columns(node.input(input), widths, b);
}

/// q, k, v as heads: apart, or packed into the first or the second input, or k and v as heads that
/// were made before.
Result<void> read_heads(const OnnxNode& node, const Places& at, Operands& o, Builder& b) {
  const std::int64_t heads = TRY(node.integer("num_heads", 0));
  for (const std::size_t i : {0U, 1U, 2U}) note_weight(node.input(i), b);
  const Value q = node.input(0);
  const Value k = node.input(1);
  const Value v = node.input(2);
  if (b.shape(q).size() == 5) {
    const Shape shape = b.shape(q);
    const std::int64_t width = shape[2] * shape[4];
    const Values bias = TRY(projection_bias(node, at.bias, {width, width, width}, b));
    const auto unpacked = [&](std::int64_t i) {
      return biased_heads(merge_heads(unpack_heads(q, i, b), b), bias[static_cast<std::size_t>(i)],
                          heads, b);
    };
    o.q = TRY(unpacked(0));
    o.k = TRY(unpacked(1));
    o.v = TRY(unpacked(2));
    return {};
  }
  if (!k) return fail(Code::input_missing, "there is no key");
  const Shape shape_q = b.shape(q);
  const Shape shape_k = b.shape(k);
  const bool is_packed = shape_k.size() == 5;
  if (shape_q.empty() || shape_k.empty() || (!is_packed && !v)) {
    return fail(Code::shapes_disagree,
                fmt::format("q is {}, k is {}", to_string(shape_q), to_string(shape_k)));
  }
  const std::int64_t width = shape_q.back();
  const std::int64_t value_width = is_packed                ? width
                                   : b.shape(v).size() == 4 ? b.shape(v)[1] * b.shape(v)[3]
                                                            : b.shape(v).back();
  const Values bias = TRY(projection_bias(node, at.bias, {width, width, value_width}, b));
  o.q = TRY(biased_heads(q, bias[0], heads, b));
  if (shape_k.size() == 4) {
    o.k = k;
    o.v = v;
    return {};
  }
  const Value keys = is_packed ? merge_heads(unpack_heads(k, 0, b), b) : k;
  const Value values = is_packed ? merge_heads(unpack_heads(k, 1, b), b) : v;
  o.k = TRY(biased_heads(keys, bias[1], heads, b));
  o.v = TRY(biased_heads(values, bias[2], heads, b));
  return {};
}

Result<Values> lower_heads(const OnnxNode& node, const Places& at, Builder& b) {
  Operands o;
  TRY(read_heads(node, at, o, b));
  const auto length = TRY(filled_length(node, at.length, b));
  o.keys = TRY(extend_cache(node.input(at.past_key), o.k, length, b));
  o.values = TRY(extend_cache(node.input(at.past_value), o.v, length, b));
  if (!o.q || !o.keys.all || !o.values.all) return Values{};
  o.bias = TRY(bias_of(node, at.mask, at.attention_bias, o, b));
  o.options = {.causal = TRY(node.integer("unidirectional", 0)) != 0,
               .scale = TRY(scale_of(node, o.q, b))};
  const Attended attended = attend(o, node.has_output(3), b);
  return Values{attended.y, o.keys.present, o.values.present, attended.inner.softmax};
}

Result<Values> lower_multi_head(const OnnxNode& node, Builder& b) {
  return lower_heads(
      node,
      {.bias = 3, .mask = 4, .attention_bias = 5, .past_key = 6, .past_value = 7, .length = 8}, b);
}

/// Inputs as MultiHeadAttention, in another order.
Result<Values> lower_decoder_multi_head(const OnnxNode& node, Builder& b) {
  return lower_heads(
      node,
      {.bias = 10, .mask = 3, .attention_bias = 4, .past_key = 5, .past_value = 6, .length = 7}, b);
}

/// Query heads, key heads, the width of each, whether they are packed into one input.
struct Groups {
  std::int64_t heads = 0, key_heads = 0;
};

Result<Groups> groups_of(const OnnxNode& node) {
  const Groups groups = {.heads = TRY(node.integer("num_heads", 0)),
                         .key_heads = TRY(node.integer("kv_num_heads", 0))};
  if (groups.heads >= 1 && groups.key_heads >= 1) return groups;
  return fail(Code::attribute_invalid,
              fmt::format("num_heads is {}, kv_num_heads is {}", groups.heads, groups.key_heads));
}

Result<void> read_groups(const OnnxNode& node, const Groups& groups, Operands& o, Builder& b) {
  Values parts = {node.input(0), node.input(1), node.input(2)};
  for (const Value part : parts) note_weight(part, b);
  if (!parts[1]) {
    const Shape& shape = b.shape(parts[0]);
    const std::int64_t all = groups.heads + 2 * groups.key_heads;
    const std::int64_t width = shape.empty() ? 0 : shape.back() / all;
    const std::int64_t of_keys = groups.key_heads * width;
    parts = TRY(split_columns(parts[0], {groups.heads * width, of_keys, of_keys}, b));
  }
  if (!parts[2]) return fail(Code::input_missing, "there are keys, but no values");
  o.q = TRY(split_heads(parts[0], groups.heads, b));
  o.k = TRY(split_heads(parts[1], groups.key_heads, b));
  o.v = TRY(split_heads(parts[2], groups.key_heads, b));
  return {};
}

/// How many of the earlier keys are filled: the total length, where that is known, tells.
std::optional<std::int64_t> earlier_keys(const OnnxNode& node, std::int64_t fresh, Builder& b) {
  const Literal* total = b.known(node.input(6));
  const bool is_one = total != nullptr && total->type().elements() == Count(1);
  if (!node.has_input(3) || !is_one) return std::nullopt;
  return static_cast<std::int64_t>(total->at(0)) - fresh;
}

/// Rows of a cache of cosines or sines: those of the positions, or those that follow the past.
Result<Value> angles_of(const OnnxNode& node, std::size_t cache, std::int64_t past,
                        std::int64_t size, Builder& b) {
  const Value rows = node.input(cache);
  const Shape shape = b.shape(rows);
  if (shape.size() != 2) {
    return fail(Code::shapes_disagree, fmt::format("a cache of angles is {}", to_string(shape)));
  }
  if (node.has_input(9)) return b.gather(rows, node.input(9), 0);
  if (past < 0 || past + size > shape[0]) {
    return fail(Code::shapes_disagree, fmt::format("positions {}..{} in a cache of angles of {}",
                                                   past, past + size - 1, to_string(shape)));
  }
  return part_of(rows, 0, past, size, b);
}

/// Normalizes and rotates queries and keys where the node asks for it.
Result<void> place_heads(const OnnxNode& node, std::int64_t past, Operands& o, Builder& b) {
  if (node.has_input(14) && node.has_input(15)) {
    const double epsilon = TRY(node.real("qk_norm_epsilon", 1e-6));
    for (const std::size_t i : {14U, 15U}) b.use_as_parameter(node.input(i));
    o.q = b.mul(normalize_by_square(o.q, epsilon, b).normalized, node.input(14));
    o.k = b.mul(normalize_by_square(o.k, epsilon, b).normalized, node.input(15));
  }
  if (TRY(node.integer("do_rotary", 0)) == 0 || !o.q || !o.k) return {};
  if (!node.has_input(7) || !node.has_input(8)) {
    return fail(Code::input_missing, "rotary positions need cos_cache and sin_cache");
  }
  const std::int64_t size = b.shape(o.q)[2];
  const Value cosine = TRY(angles_of(node, 7, past, size, b));
  const Value sine = TRY(angles_of(node, 8, past, size, b));
  if (!cosine || !sine) return {};
  const bool is_interleaved = TRY(node.integer("rotary_interleaved", 0)) != 0;
  o.q = TRY(rotate(o.q, cosine, sine, is_interleaved, b));
  o.k = TRY(rotate(o.k, cosine, sine, is_interleaved, b));
  return {};
}

Result<void> refuse_other_caches(const OnnxNode& node, Value q, Builder& b) {
  const bool is_quantized = node.has_input(3) && b.type(node.input(3)).element != b.type(q).element;
  if (is_quantized) return fail(Code::type_unsupported, "a quantized cache is not lowered");
  if (TRY(node.integer("sliding_window_cache", 0)) != 0) {
    return fail(Code::type_unsupported, "a cache of the size of the window is not lowered");
  }
  return {};
}

Result<AttentionOptions> group_options(const OnnxNode& node, Value q, Builder& b) {
  AttentionOptions options;
  options.causal = TRY(node.integer("causal", 1)) != 0;
  options.window = std::max<std::int64_t>(0, TRY(node.integer("local_window_size", -1)));
  options.scale = TRY(scale_of(node, q, b));
  options.softcap = TRY(node.real("softcap", 0));
  if (!options.causal) options.window = 0;
  return options;
}

/// Inputs q, k, v, past keys and values, lengths, total length, cosines, sines, positions, bias.
Result<Values> lower_group_query(const OnnxNode& node, Builder& b) {
  Operands o;
  const Groups groups = TRY(groups_of(node));
  TRY(read_groups(node, groups, o, b));
  if (!o.q || !o.k || !o.v) return Values{};
  TRY(refuse_other_caches(node, o.q, b));
  const auto filled = earlier_keys(node, b.shape(o.k)[2], b);
  const Value past = node.input(3);
  const std::int64_t past_size = past && b.shape(past).size() == 4 ? b.shape(past)[2] : 0;
  TRY(place_heads(node, filled.value_or(past_size), o, b));
  o.keys = TRY(extend_cache(past, o.k, filled, b));
  o.values = TRY(extend_cache(node.input(4), o.v, filled, b));
  if (!o.q || !o.keys.all || !o.values.all) return Values{};
  if (node.has_input(10)) o.bias = b.cast(node.input(10), b.type(o.q).element);
  if (node.has_input(11) || TRY(node.integer("smooth_softmax", 0)) != 0) {
    b.note_bound("assumption", "what a sink adds to the sum of each softmax is not counted");
  }
  o.options = TRY(group_options(node, o.q, b));
  const Attended attended = attend(o, node.has_output(3), b);
  const bool before_softmax = TRY(node.integer("qk_output", 0)) == 1;
  const Value inner = before_softmax ? attended.inner.masked : attended.inner.softmax;
  return Values{attended.y, o.keys.present, o.values.present, inner};
}

/// Tokens [T, H * D] of which none is padding, as [B, S, H * D].
Result<Value> unpacked_tokens(Value x, const Shape& batch, Builder& b) {
  const Shape shape = b.shape(x);
  const bool fits = batch.size() == 2 && !shape.empty() && shape[0] == batch[0] * batch[1];
  if (!fits) {
    return fail(Code::type_unsupported,
                fmt::format("tokens {} without the padding of {}: their lengths are not known",
                            to_string(shape), to_string(batch)));
  }
  Shape whole = {batch[0], batch[1]};
  whole.insert(whole.end(), shape.begin() + 1, shape.end());
  return b.reshape(x, whole);
}

/// Inputs q, k, v, bias, offsets [B, S] of the tokens, lengths, bias of the scores.
Result<Values> lower_packed_multi_head(const OnnxNode& node, Builder& b) {
  const Shape batch = b.shape(node.input(4));
  Values inputs = {TRY(unpacked_tokens(node.input(0), batch, b))};
  for (const std::size_t i : {1U, 2U}) {
    inputs.push_back(node.has_input(i) ? TRY(unpacked_tokens(node.input(i), batch, b)) : Value{});
  }
  inputs.push_back(node.input(3));
  inputs.push_back({});
  inputs.push_back(node.input(6));
  const Values outputs = TRY(lower_multi_head(node.with_inputs(inputs), b));
  if (outputs.empty() || !outputs[0]) return Values{};
  const Shape y = b.shape(outputs[0]);
  return Values{b.reshape(outputs[0], {y[0] * y[1], y[2]})};
}

/// Inputs x, weights, bias, offsets [B, S] of the tokens, lengths, bias of the scores.
Result<Values> lower_packed(const OnnxNode& node, Builder& b) {
  const Value x = TRY(unpacked_tokens(node.input(0), b.shape(node.input(3)), b));
  const Values outputs = TRY(lower_attention(
      node.with_inputs({x, node.input(1), node.input(2), {}, {}, node.input(5)}), b));
  if (outputs.empty() || !outputs[0]) return Values{};
  const Shape y = b.shape(outputs[0]);
  return Values{b.reshape(outputs[0], {y[0] * y[1], y[2]})};
}

/// Inputs q, k, v, past keys and values, the blocks that queries see, total length, lengths,
/// cosines, sines.
Result<Values> lower_sparse(const OnnxNode& node, Builder& b) {
  b.note_bound("upper_bound", "each query sees every block of keys up to its own");
  const auto at = [&](std::size_t i) { return node.input(i); };
  return lower_group_query(
      node.with_inputs({at(0), at(1), at(2), at(3), at(4), at(8), at(7), at(9), at(10)}), b);
}

/// Positions [B, S] of each token, or one [1] from which on they count.
Result<Value> rows_of_positions(Value cache, Value positions, std::int64_t size, Builder& b) {
  if (b.shape(positions).size() == 2) return b.gather(cache, positions, 0);
  const Value first = b.reshape(b.cast(positions, ElementType::i64), {1});
  return b.gather(cache, b.add(b.iota(size), first), 0);
}

/// How many heads x [B, S, H * D] has: as stated, or as the caches are wide.
Result<std::int64_t> rotary_heads(const OnnxNode& node, Builder& b) {
  const std::int64_t stated = TRY(node.integer("num_heads", 0));
  if (stated > 0) return stated;
  const Shape& cache = b.shape(node.input(2));
  const std::int64_t width = cache.empty() ? 0 : 2 * cache.back();
  return width == 0 ? 0 : b.shape(node.input(0)).back() / width;
}

/// Inputs x, positions, cosines, sines.
Result<Values> lower_rotary(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const bool is_merged = b.shape(x).size() == 3;
  const std::int64_t heads = TRY(rotary_heads(node, b));
  const Value split = is_merged ? TRY(split_heads(x, heads, b)) : x;
  if (b.shape(split).size() != 4) {
    return fail(Code::shapes_disagree, fmt::format("x is {}", to_string(b.shape(x))));
  }
  const std::int64_t size = b.shape(split)[2];
  const Value cosine = TRY(rows_of_positions(node.input(2), node.input(1), size, b));
  const Value sine = TRY(rows_of_positions(node.input(3), node.input(1), size, b));
  if (!cosine || !sine) return Values{};
  const bool is_interleaved = TRY(node.integer("interleaved", 0)) != 0;
  const Value y = TRY(rotate(split, cosine, sine, is_interleaved, b));
  return Values{is_merged ? merge_heads(y, b) : y};
}

constexpr Lowering rows[] = {
    {.op = "Attention", .inputs = 2, .lower = lower_attention, .domain = microsoft},
    {.op = "DecoderMaskedSelfAttention",
     .inputs = 2,
     .lower = lower_attention,
     .domain = microsoft},
    {.op = "QAttention", .inputs = 5, .lower = lower_quantized, .domain = microsoft},
    {.op = "PackedAttention", .inputs = 4, .lower = lower_packed, .domain = microsoft},
    {.op = "SparseAttention", .lower = lower_sparse, .domain = microsoft},
    {.op = "MultiHeadAttention", .lower = lower_multi_head, .domain = microsoft},
    {.op = "DecoderMaskedMultiHeadAttention",
     .lower = lower_decoder_multi_head,
     .domain = microsoft},
    {.op = "PackedMultiHeadAttention", .lower = lower_packed_multi_head, .domain = microsoft},
    {.op = "GroupQueryAttention", .lower = lower_group_query, .domain = microsoft},
    {.op = "RotaryEmbedding", .inputs = 4, .lower = lower_rotary, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_attention{rows};

}  // namespace pfsday::onnx
