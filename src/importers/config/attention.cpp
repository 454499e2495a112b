#include "importers/config/attention.h"

#include <fmt/format.h>

#include <cmath>

#include "importers/config/packing.h"

namespace pfsday::config {
namespace {

Value project_to(Network& net, std::string_view name, Value x, std::int64_t width, bool bias,
                 Projection projection) {
  if (projection == Projection::linear) return net.linear(name, x, width, bias);
  return net.conv1d(name, x, width);
}

/// Queries, keys and values of x, before they are split into heads.
Values project_all(Network& net, Value x, Value memory, const Attention& spec) {
  const std::int64_t queries = spec.heads * spec.width;
  const std::int64_t keys = spec.key_heads * spec.width;
  const std::int64_t value_width = spec.value_width == 0 ? spec.width : spec.value_width;
  const std::int64_t values = spec.key_heads * value_width;
  const AttentionNames& names = spec.names;
  if (!names.fused.empty()) {
    const Value all =
        project_to(net, names.fused, x, queries + keys + values, spec.bias, spec.projection);
    return split_columns(net, all, {queries, keys, values});
  }
  return {project_to(net, names.q, x, queries, spec.bias, spec.projection),
          project_to(net, names.k, memory, keys, spec.bias && spec.key_bias, spec.projection),
          project_to(net, names.v, memory, values, spec.bias, spec.projection)};
}

/// One more score in each softmax, learned for each head, whose value is nothing: what is left to
/// the keys is a share of each row.
Value without_sinks(Network& net, Value y, std::int64_t heads) {
  Builder& b = net.builder();
  const Shape shape = net.shape(y);
  const Value sinks = b.reshape(net.weight("sinks", {heads}), {1, heads, 1, 1});
  const Value rows = b.broadcast(sinks, {shape[0], heads, shape[2], 1});
  b.note_bound("assumption",
               "what a sink takes of each softmax is counted as one sigmoid for each row and one "
               "multiply for each number of the result");
  return b.mul(y, b.emit("sigmoid", {rows}));
}

ops::AttentionOptions options_of(const Attention& spec) {
  const double scale =
      spec.scale != 0 ? spec.scale : 1 / std::sqrt(static_cast<double>(spec.width));
  return {.causal = spec.causal,
          .window = spec.causal ? spec.window : 0,
          .scale = scale,
          .softcap = spec.softcap};
}

/// Queries times a factor for each position, which is index arithmetic and given.
Value scaled_by_position(Network& net, Value q) {
  const Value factors = net.once("query_scale", "", "Input", [&] {
    return net.input("query_scale", net.element(), {net.pass.length, 1});
  });
  return net.builder().mul(q, factors);
}

/// x [B, H, S, D] normalized over D: by one module for all heads, or by one for each.
Value normalize_heads(Network& net, std::string_view name, Value x, const Attention& spec) {
  if (!spec.own_head_norms || !x) return normalize(net, name, spec.head_norm, x);
  const Shape shape = net.shape(x);
  Builder& b = net.builder();
  x = normalize(net, name, NormKind::layer_plain, x);
  const Value weight = net.weight(std::string(name) + ".weight", {shape[1], shape[3]});
  return b.mul(x, b.reshape(weight, {shape[1], 1, shape[3]}));
}

Value finish(Network& net, Value y, const Attention& spec, std::int64_t width) {
  Value merged = merge_heads(net, y);
  merged = normalize(net, "sub_norm", spec.out_norm, merged);
  return project_to(net, spec.names.out, merged, width, spec.out_bias, spec.projection);
}

}  // namespace

Value with_cache(Network& net, std::string_view name, Value fresh) {
  if (net.pass.past == 0 || !fresh) return fresh;
  const Shape shape = net.shape(fresh);
  const Value earlier =
      net.input(net.full_name(name), net.element(), {shape[0], shape[1], net.pass.past, shape[3]});
  return net.builder().concat({earlier, fresh}, 2);
}

Value split_heads(Network& net, Value x, std::int64_t heads) {
  if (!x) return {};
  const Shape shape = net.shape(x);
  Builder& b = net.builder();
  return b.transpose(b.reshape(x, {shape[0], shape[1], heads, shape[2] / heads}), {0, 2, 1, 3});
}

Value merge_heads(Network& net, Value x) {
  if (!x) return {};
  const Shape shape = net.shape(x);
  Builder& b = net.builder();
  return b.reshape(b.transpose(x, {0, 2, 1, 3}), {shape[0], shape[2], shape[1] * shape[3]});
}

Values split_columns(Network& net, Value x, const Axes& widths) {
  Values parts;
  std::int64_t at = 0;
  for (const std::int64_t width : widths) {
    if (!x) {
      parts.push_back({});
      continue;
    }
    const auto last = static_cast<std::int64_t>(net.shape(x).size()) - 1;
    parts.push_back(net.builder().slice_axis(x, last, at, at + width));
    at += width;
  }
  return parts;
}

Value rotate(Network& net, Value x, const Rotary& rotary) {
  if (rotary.width == 0 || !x) return x;
  Builder& b = net.builder();
  const auto [cosine, sine] = net.angles(rotary.table, rotary.width);
  const std::int64_t half = rotary.width / 2;
  const std::int64_t rest = net.width(x) - rotary.width;
  const Values parts = split_columns(net, x, {half, half, rest});
  const Value first = b.sub(b.mul(parts[0], cosine), b.mul(parts[1], sine));
  const Value second = b.add(b.mul(parts[1], cosine), b.mul(parts[0], sine));
  return b.concat(rest == 0 ? Values{first, second} : Values{first, second, parts[2]}, 3);
}

Value attend(Network& net, Value q, Value k, Value v, const Attention& spec) {
  k = with_cache(net, "past_key", k);
  v = with_cache(net, "past_value", v);
  if (!q || !k || !v) return {};
  const auto run = [&](Value queries, Value keys, Value values) {
    const std::int64_t query_count = net.shape(queries)[2];
    const std::int64_t key_count = net.shape(keys)[2];
    const Value bias = spec.score_bias ? spec.score_bias(query_count, key_count) : Value{};
    return ops::emit_attention(net.builder(), queries, keys, values, bias, options_of(spec));
  };
  const Value y = net.pass.lengths.empty() ? run(q, k, v) : attend_packed(net, q, k, v, run);
  return spec.has_sinks && y ? without_sinks(net, y, spec.heads) : y;
}

Value self_attention(Network& net, std::string_view name, Value x, const Attention& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Values parts = project_all(net, x, x, spec);
  if (spec.key_scale != 1) parts[1] = net.scale(parts[1], spec.key_scale);
  parts[0] = normalize(net, spec.names.q_norm, spec.whole_norm, parts[0]);
  parts[1] = normalize(net, spec.names.k_norm, spec.whole_norm, parts[1]);
  Value q = split_heads(net, parts[0], spec.heads);
  Value k = split_heads(net, parts[1], spec.key_heads);
  const Value v = split_heads(net, parts[2], spec.key_heads);
  q = normalize_heads(net, spec.names.q_norm, q, spec);
  k = normalize_heads(net, spec.names.k_norm, k, spec);
  net.begin("", "Attention");
  q = rotate(net, q, spec.rotary);
  k = rotate(net, k, spec.rotary);
  if (spec.query_scale) q = scaled_by_position(net, q);
  return finish(net, attend(net, q, k, v, spec), spec, width);
}

Value cross_attention(Network& net, std::string_view name, Value x, Value memory,
                      const Attention& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  const Values parts = project_all(net, x, memory, spec);
  const Value q =
      normalize_heads(net, spec.names.q_norm, split_heads(net, parts[0], spec.heads), spec);
  const Value k =
      normalize_heads(net, spec.names.k_norm, split_heads(net, parts[1], spec.key_heads), spec);
  const Value v = split_heads(net, parts[2], spec.key_heads);
  net.begin("", "Attention");
  if (!q || !k || !v) return {};
  const Value y = ops::emit_attention(net.builder(), q, k, v, {}, options_of(spec));
  return finish(net, y, spec, width);
}

ScoreBias alibi(Network& net, std::int64_t heads) {
  return [&net, heads](std::int64_t /*queries*/, std::int64_t keys) {
    return net.once("alibi", fmt::format("{}", keys), "Alibi", [&] {
      Builder& b = net.builder();
      const Value slopes = b.reshape(net.buffer("alibi.slopes", {heads}), {1, heads, 1, 1});
      const Value at = net.input(fmt::format("key_positions.{}", keys), ElementType::i64, {keys});
      return b.mul(slopes, b.reshape(b.cast(at, net.element()), {1, 1, 1, keys}));
    });
  };
}

}  // namespace pfsday::config
