// Attention as one primitive: what lowerings ask for, and which pairs of a query and a key count.
//
//   const Value y = emit_attention(b, q, k, v, {}, {.causal = true, .scale = 0.125});
//
// The primitives themselves, with their work, are in defs/attention.cpp.
#pragma once

#include <optional>

#include "ops/builder.h"

namespace pfsday::ops {

/// Query i sees the keys j with offset + i - window < j <= offset + i.
struct AttentionMask {
  bool causal = false;      ///< false: every query sees every key
  std::int64_t offset = 0;  ///< keys that precede the first query
  std::int64_t window = 0;  ///< keys that a query sees at most; 0: all those before it

  friend bool operator==(const AttentionMask&, const AttentionMask&) = default;
};

/// The pairs of one head. In closed form: sizes may be huge.
///   n(i) = clamp(offset + i + 1, 0, keys) - clamp(offset + i + 1 - window, 0, keys)
Count attention_pairs(std::int64_t queries, std::int64_t keys, const AttentionMask& mask);
/// The queries of one head that see any key.
Count attention_rows(std::int64_t queries, std::int64_t keys, const AttentionMask& mask);

/// The mask that the attributes of a node, attention or attention_gradient, say.
AttentionMask written_mask(const NodeView& attention);
/// The mask that counts under the rules: the one that is written, none, or the causal one.
AttentionMask counted_mask(const AttentionMask& written, std::int64_t queries, std::int64_t keys,
                           const Rules& rules);

struct AttentionOptions {
  bool causal = false;
  std::optional<std::int64_t> offset = {};  ///< by default the last query sees the last key
  std::int64_t window = 0;                  ///< only with causal
  Exact scale = 1;                          ///< of each product of a query and a key
  Exact softcap = 0;                        ///< scores s become softcap * tanh(s / softcap); 0: not
};

/// q [B, Hq, Sq, D], k [B, Hkv, Sk, D], v [B, Hkv, Sk, Dv] to [B, Hq, Sq, Dv]. The bias, which may
/// be empty, is broadcast to the scores [B, Hq, Sq, Sk] and added to them.
Value emit_attention(Builder& b, Value q, Value k, Value v, Value bias,
                     const AttentionOptions& options);

/// What a kernel that keeps no scores computes again for the node attention_gradient: the product
/// of queries and keys, and from it the softmax, whose maxima and sums it has kept. That is
/// `recompute`, and no part of the work of the node.
Work recomputed_work(const NodeView& attention_gradient, const Rules& rules);

}  // namespace pfsday::ops
