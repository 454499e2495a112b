#include "ops/attention.h"

#include <algorithm>

namespace pfsday::ops {
namespace {

using Wide = units::Uint128;

/// Sum of clamp(x, 0, limit) over x = 1..count, for a limit of at least 0.
Count clamped_sum(std::int64_t count, std::int64_t limit) {
  if (count <= 0) return 0;
  const auto n = static_cast<Wide>(std::min(count, limit));
  const Count rising(n * (n + 1) / 2);
  return count <= limit ? rising : rising + Count(count - limit) * limit;
}

/// Sum of clamp(first + i, 0, limit) over i = 1..count.
Count clamped_sum_from(std::int64_t first, std::int64_t count, std::int64_t limit) {
  return clamped_sum(first + count, limit) - clamped_sum(first, limit);
}

}  // namespace

Count attention_pairs(std::int64_t queries, std::int64_t keys, const AttentionMask& mask) {
  if (!mask.causal) return Count(queries) * keys;
  const Count before = clamped_sum_from(mask.offset, queries, keys);
  if (mask.window == 0) return before;
  return before - clamped_sum_from(mask.offset - mask.window, queries, keys);
}

Count attention_rows(std::int64_t queries, std::int64_t keys, const AttentionMask& mask) {
  if (keys == 0) return 0;
  if (!mask.causal) return queries;
  // Query i sees a key where 0 <= offset + i, and the window, if any, does not begin after the
  // last.
  const std::int64_t first = std::clamp<std::int64_t>(-mask.offset, 0, queries);
  const std::int64_t until = mask.window == 0 ? queries : keys + mask.window - 1 - mask.offset;
  return std::max<std::int64_t>(0, std::clamp<std::int64_t>(until, 0, queries) - first);
}

AttentionMask written_mask(const NodeView& attention) {
  return {.causal = attention.integer("causal") != 0,
          .offset = attention.integer("offset"),
          .window = attention.integer("window")};
}

AttentionMask counted_mask(const AttentionMask& written, std::int64_t queries, std::int64_t keys,
                           const Rules& rules) {
  switch (rules.attention) {
    case Rules::Attention::full:
      return {};
    case Rules::Attention::causal:
      if (!written.causal) return {.causal = true, .offset = keys - queries};
      return written;
    case Rules::Attention::as_written:
      return written;
  }
  return written;
}

Value emit_attention(Builder& b, Value q, Value k, Value v, Value bias,
                     const AttentionOptions& options) {
  if (!q || !k || !v) return {};
  const Shape queries = b.shape(q);
  const Shape keys = b.shape(k);
  if (queries.size() != 4 || keys.size() != 4) return b.emit("attention", {q, k, v});
  Values inputs = {q, k, v};
  if (bias) inputs.push_back(b.broadcast(bias, {queries[0], queries[1], queries[2], keys[2]}));
  return b.emit("attention", std::move(inputs),
                {{"causal", std::int64_t{options.causal}},
                 {"offset", options.offset.value_or(keys[2] - queries[2])},
                 {"window", options.window},
                 {"scale", static_cast<double>(options.scale)},
                 {"softcap", static_cast<double>(options.softcap)}});
}

}  // namespace pfsday::ops
