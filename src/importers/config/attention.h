// The attention block that decoders and encoders share: projections, heads, norms of queries and
// keys, rotary positions, the cache of earlier tokens, packed sequences.
//
//   const Value y = self_attention(net, "self_attn", x,
//                                  {.heads = 32, .key_heads = 8, .width = 128,
//                                   .rotary = {.width = 128}});
#pragma once

#include <functional>

#include "importers/config/norm.h"
#include "ops/attention.h"

namespace pfsday::config {

/// The first numbers of each head that are rotated by position; 0: none.
struct Rotary {
  std::int64_t width = 0;
  std::string_view table = "model.rotary_emb";  ///< module that makes the angles
};

/// What is added to the scores of so many queries and keys, [1, heads, queries or 1, keys].
using ScoreBias = std::function<Value(std::int64_t queries, std::int64_t keys)>;

struct AttentionNames {
  std::string_view q = "q_proj", k = "k_proj", v = "v_proj", out = "o_proj";
  std::string_view fused = {};  ///< one projection to queries, keys and values
  std::string_view q_norm = "q_norm", k_norm = "k_norm";
};

/// The module nn.Linear, or the Conv1D of GPT-2, whose weight is the other way round.
enum class Projection : std::uint8_t { linear, conv1d };

struct Attention {
  std::int64_t heads = 1;
  std::int64_t key_heads = 1;    ///< of keys and values
  std::int64_t width = 1;        ///< of a query and a key
  std::int64_t value_width = 0;  ///< 0: the same
  bool bias = false;             ///< of the projections to queries, keys and values
  bool key_bias = true;          ///< with a bias: also of the keys
  bool out_bias = false;
  bool causal = true;
  std::int64_t window = 0;  ///< keys that a query sees at most; 0: all those before it
  double scale = 0;         ///< of the scores; 0: 1 / sqrt(width)
  double softcap = 0;
  double key_scale = 1;      ///< that keys are multiplied by
  bool query_scale = false;  ///< queries are scaled by their position
  bool has_sinks = false;    ///< a learned score of nothing beside the keys, for each head
  Rotary rotary = {};
  NormKind head_norm = NormKind::none;   ///< of each query and key
  bool own_head_norms = false;           ///< a layer norm of each head, with a weight of its own
  NormKind whole_norm = NormKind::none;  ///< of all heads of a token together
  NormKind out_norm = NormKind::none;    ///< of all heads, before the last projection
  Projection projection = Projection::linear;
  AttentionNames names = {};
  ScoreBias score_bias = {};
};

Value self_attention(Network& net, std::string_view name, Value x, const Attention& spec);
/// Queries from x, keys and values from the memory; no positions, not causal.
Value cross_attention(Network& net, std::string_view name, Value x, Value memory,
                      const Attention& spec);

/// [B, S, H * D] to [B, H, S, D], and back.
Value split_heads(Network& net, Value x, std::int64_t heads);
Value merge_heads(Network& net, Value x);

/// The parts of the last axis, of these widths.
Values split_columns(Network& net, Value x, const Axes& widths);

/// The first `rotary.width` numbers of each head of x [B, H, S, D], rotated.
Value rotate(Network& net, Value x, const Rotary& rotary);

/// The earlier keys or values [B, H, past, D], that are given, before those of this pass.
Value with_cache(Network& net, std::string_view name, Value fresh);

/// Attention of heads that are there already, with the cache of the pass and its packed sequences.
Value attend(Network& net, Value q, Value k, Value v, const Attention& spec);

/// A slope for each head times the position of each key, as the score bias of ALiBi.
ScoreBias alibi(Network& net, std::int64_t heads);

}  // namespace pfsday::config
