// DeepSeek V1 to V3, Kimi K2, GLM-4.5, GLM-4.7-Flash and dots.llm1: experts beside shared ones,
// dense layers first; in all but GLM-4.5, dots.llm1 and the first DeepSeek, attention whose
// queries, keys and values come from latents of low rank. DeepSeek V3.2 and GLM-5 have an index of
// keys besides, which was described from memory; its parameters agree with GLM-5's checkpoint.
// Sources: transformers models/{deepseek_v2,deepseek_v3,glm4_moe,glm4_moe_lite,dots1}; DeepSeek-V3
// technical report, https://arxiv.org/abs/2412.19437, sections 2.1 and 2.2; modeling_deepseek.py
// beside Kimi-K2.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

/// What chooses the keys that a query sees: scores of narrow heads of its own.
struct KeyIndex {
  std::int64_t heads = 0;  ///< 0: there is none, and a query sees all keys
  std::int64_t width = 128;
  std::int64_t chosen = 2048;
};

struct LatentAttention {
  std::int64_t heads = 1;
  std::int64_t query_rank = 0;  ///< 0: queries are projected at once
  std::int64_t rank = 1;        ///< of keys and values
  std::int64_t plain = 1;       ///< width of the part of a head without positions
  std::int64_t rotary = 2;      ///< of the part with them, which all keys share
  std::int64_t value = 1;
  bool bias = false;
  KeyIndex index = {};
};

LatentAttention read_latent(const Keys& in) {
  LatentAttention spec{.heads = in.size("num_attention_heads"),
                       .query_rank = in.size_or("q_lora_rank", 0, 0),
                       .rank = in.size("kv_lora_rank"),
                       .plain = in.size("qk_nope_head_dim"),
                       .rotary = in.size("qk_rope_head_dim", 2) / 2 * 2,
                       .value = in.size("v_head_dim"),
                       .bias = in.flag("attention_bias", false)};
  in.ignore("num_key_value_heads|head_dim|qk_head_dim");
  return spec;
}

/// What queries are made of: x, or a latent of it.
Value query_latent(Network& net, Value x, const LatentAttention& spec) {
  if (spec.query_rank == 0) return x;
  return normalize(net, "q_a_layernorm", rms,
                   net.linear("q_a_proj", x, spec.query_rank, spec.bias));
}

Value with_rotated_end(Network& net, Value heads, const LatentAttention& spec) {
  const Values parts = split_columns(net, heads, {spec.plain, spec.rotary});
  return net.builder().concat({parts[0], rotate(net, parts[1], {.width = spec.rotary})}, 3);
}

/// The numbers of the keys that each query sees, by the sum of its heads' weighted scores above
/// zero: [B, S, chosen]. Scores are of all pairs. It learns by a loss of its own, so that no
/// gradient of the model's reaches it.
Value choose_keys(Network& net, Value x, Value latent, const LatentAttention& spec) {
  const KeyIndex& index = spec.index;
  const auto scope = net.enter("indexer");
  Builder& b = net.builder();
  const Rotary rotary{.width = spec.rotary};
  Value q = split_heads(net, net.linear("wq_b", latent, index.heads * index.width), index.heads);
  Value k = normalize(net, "k_norm", NormKind::layer, net.linear("wk", x, index.width));
  const Value shares = net.linear("weights_proj", x, index.heads);
  net.begin("", "Index");
  q = rotate(net, q, rotary);
  k = with_cache(net, "past_key", rotate(net, split_heads(net, k, 1), rotary));
  if (!q || !k || !shares) return {};
  const Shape of_keys = net.shape(k);
  const Value flat = b.reshape(k, {of_keys[0], of_keys[2], of_keys[3]});
  const Value scores =
      b.dot(q, flat, {.batch_a = {0}, .batch_b = {0}, .contract_a = {3}, .contract_b = {2}});
  const Value weights = b.with_axis(b.transpose(shares, {0, 2, 1}), 3);
  const Value sums = b.reduce_sum(b.mul(net.apply(Activation::relu, scores), weights), {1});
  const Values best = b.emit_all("top_k", {sums},
                                 {{"axis", std::int64_t{2}},
                                  {"k", std::min(index.chosen, of_keys[2])},
                                  {"largest", std::int64_t{1}},
                                  {"last", std::int64_t{0}}});
  return best.size() == 2 ? best[1] : Value{};
}

/// Keys and values from one latent; the rotated part of the keys is one for all heads.
Value attend_latent(Network& net, std::string_view name, Value x, const LatentAttention& spec) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const Value asking = query_latent(net, x, spec);
  if (spec.index.heads > 0) net.side_outputs.push_back(choose_keys(net, x, asking, spec));
  Value q = split_heads(net,
                        net.linear(spec.query_rank == 0 ? "q_proj" : "q_b_proj", asking,
                                   spec.heads * (spec.plain + spec.rotary)),
                        spec.heads);
  const Value both = net.linear("kv_a_proj_with_mqa", x, spec.rank + spec.rotary, spec.bias);
  const Values parts = split_columns(net, both, {spec.rank, spec.rotary});
  const Value latent = normalize(net, "kv_a_layernorm", rms, parts[0]);
  const Value expanded = split_heads(
      net, net.linear("kv_b_proj", latent, spec.heads * (spec.plain + spec.value)), spec.heads);
  const Values keys_values = split_columns(net, expanded, {spec.plain, spec.value});
  net.begin("", "Attention");
  q = with_rotated_end(net, q, spec);
  const Value shared = rotate(net, split_heads(net, parts[1], 1), {.width = spec.rotary});
  if (!shared || !keys_values[0]) return {};
  Shape of_all = net.shape(shared);
  of_all[1] = spec.heads;
  const Value k = b.concat({keys_values[0], b.broadcast(shared, of_all)}, 3);
  const Attention attention{.heads = spec.heads,
                            .width = spec.plain + spec.rotary,
                            .window = spec.index.heads > 0 ? spec.index.chosen : 0};
  const Value y = attend(net, q, k, keys_values[1], attention);
  return net.linear("o_proj", merge_heads(net, y), width, spec.bias);
}

/// The experts, and the shared ones, which are one MLP of their widths together.
struct Mixture {
  Experts routed;
  std::int64_t shared_width = 0;  ///< 0: none
  std::int64_t dense_layers = 0;  ///< that come first
  std::int64_t every = 1;         ///< of the others, which have experts
  GatedMlp dense;

  bool has_experts(std::int64_t layer) const { return layer >= dense_layers && layer % every == 0; }
};

Router read_router(const Keys& in, bool is_third) {
  const std::string method = in.text_or("topk_method", is_third ? "noaux_tc" : "greedy");
  const std::string scoring = in.text_or("scoring_func", is_third ? "sigmoid" : "softmax");
  const bool names_method = scoring == "noaux_tc";  // as dots.llm1 writes it
  Router router{.is_sigmoid = scoring == "sigmoid" || names_method,
                .has_correction = method == "noaux_tc",
                .normalize = in.flag("norm_topk_prob", is_third),
                .scale = in.number_or("routed_scaling_factor", 1)};
  in.refuse_if(!router.is_sigmoid && scoring != "softmax", "scoring_func", "is not known");
  if (method == "noaux_tc" || method == "group_limited_greedy") {
    router.groups = in.size_or("n_group", 1);
    router.best_groups = in.size_or("topk_group", router.groups);
    router.group_by_two = method == "noaux_tc";
  } else if (method != "greedy") {
    in.refuse("topk_method", fmt::format("is \"{}\", which is not known", method));
  }
  in.ignore("n_group|topk_group");
  return router;
}

Mixture read_mixture(const Keys& in, bool is_third) {
  Mixture mixture;
  mixture.dense = {.width = in.size("intermediate_size"),
                   .activation = read_activation(in, "hidden_act", "silu")};
  constexpr std::string_view count = "n_routed_experts|num_local_experts|num_experts";
  if (!in.has(count)) {
    mixture.dense_layers = std::numeric_limits<std::int64_t>::max();
    return mixture;
  }
  Experts& routed = mixture.routed;
  routed = {.count = in.size(count),
            .per_token = in.size("num_experts_per_tok"),
            .width = in.size("moe_intermediate_size"),
            .activation = mixture.dense.activation,
            .router = read_router(in, is_third)};
  const Router& router = routed.router;
  if (routed.per_token > routed.count) {
    in.refuse("num_experts_per_tok", "is more than there are experts");
  }
  if (routed.count % router.groups != 0) in.refuse("n_group", "does not divide the experts evenly");
  if (router.best_groups > router.groups) in.refuse("topk_group", "is more than there are groups");
  mixture.shared_width = in.size_or("n_shared_experts", 0, 0) * routed.width;
  mixture.dense_layers = in.size_or("first_k_dense_replace", 0, 0);
  mixture.every = in.size_or("moe_layer_freq", 1);
  return mixture;
}

Value feed(Network& net, Value x, std::int64_t layer, const Mixture& mixture) {
  if (!mixture.has_experts(layer)) return gated_mlp(net, "mlp", x, mixture.dense);
  const Value y = experts(net, "mlp", x, mixture.routed);
  if (mixture.shared_width == 0) return y;
  const auto scope = net.enter("mlp");
  return net.add(
      y, gated_mlp(net, "shared_experts", x,
                   {.width = mixture.shared_width, .activation = mixture.routed.activation}));
}

using Attend = std::function<Value(Network& net, Value x)>;

Value layer_of(Network& net, Value x, std::int64_t layer, const Attend& attend_to,
               const Mixture& mixture) {
  x = net.add(x, attend_to(net, normalize(net, "input_layernorm", rms, x)));
  return net.add(x, feed(net, normalize(net, "post_attention_layernorm", rms, x), layer, mixture));
}

/// A module that predicts one token further: two norms, a projection of the last state beside an
/// embedding, one more layer. Embedding and head are those of the model.
void predict_further(Network& net, std::int64_t width, std::int64_t layer, const Attend& attend_to,
                     const Mixture& mixture) {
  const auto scope = net.enter("model.layers", layer);
  const Value x = net.input("hidden", net.element(), {net.pass.batch, net.pass.length, width});
  const Value both =
      net.builder().concat({normalize(net, "enorm", rms, x), normalize(net, "hnorm", rms, x)}, 2);
  const Value y = layer_of(net, net.linear("eh_proj", both, width), layer, attend_to, mixture);
  normalize(net, "shared_head.norm", rms, y);
}

Values build_all(Network& net, const Keys& in, const Attend& attend_to, bool is_third) {
  const Mixture mixture = read_mixture(in, is_third);
  const Decoder decoder = read_decoder(in, {});
  const std::int64_t further = in.size_or("num_nextn_predict_layers", 0, 0);
  if (further > 16) in.refuse("num_nextn_predict_layers", "is more than 16");
  if (in.has_fault()) return {};
  if (further > 0 && net.beside() == units::Count(0)) {
    add_beside(net, [&](Network& aside) {
      for (std::int64_t i = 0; i < further; ++i) {
        predict_further(aside, decoder.width, decoder.layers + i, attend_to, mixture);
      }
    });
  }
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    return layer_of(net, x, layer, attend_to, mixture);
  });
}

Values build_latent(Network& net, const Keys& in, bool is_third, const KeyIndex& index = {}) {
  LatentAttention spec = read_latent(in);
  spec.index = index;
  return build_all(
      net, in, [&](Network& to, Value x) { return attend_latent(to, "self_attn", x, spec); },
      is_third);
}

Values build_deepseek_v2(Network& net, const Keys& in) { return build_latent(net, in, false); }
Values build_deepseek_v3(Network& net, const Keys& in) { return build_latent(net, in, true); }

/// A query sees the keys that an index has chosen: as many pairs as in a window of so many keys.
Values build_indexed(Network& net, const Keys& in) {
  const KeyIndex index{.heads = in.size_or("index_n_heads", 32),
                       .width = in.size_or("index_head_dim", 128),
                       .chosen = in.size_or("index_topk", 2048)};
  in.refuse_if(index.width < in.size("qk_rope_head_dim", 2), "index_head_dim",
               "is less than its part with positions");
  if (!net.pass.lengths.empty() || net.options().generation) {
    return {net.builder().fault(Code::configuration_unsupported,
                                "--lengths and --generate are not described for attention with an "
                                "index of keys, which scores all pairs of a pass")};
  }
  net.note(
      "The index of keys scores all pairs of tokens; it learns by a loss of its own, which is not "
      "counted.");
  return build_latent(net, in, true, index);
}

/// The first one has plain attention, and where no experts are named is as Llama.
Values build_deepseek(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  in.ignore("scoring_func");
  return build_all(
      net, in, [&](Network& to, Value x) { return self_attention(to, "self_attn", x, attention); },
      false);
}

Values build_glm4_moe(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.bias = in.flag("attention_bias", false)}, 0.5);
  if (in.flag("use_qk_norm", false)) attention.head_norm = rms;
  return build_all(
      net, in, [&](Network& to, Value x) { return self_attention(to, "self_attn", x, attention); },
      true);
}

/// Attention of Qwen3, which has a window in the layers behind the first ones, where there is one.
Values build_dots1(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .head_norm = rms});
  const std::int64_t first = in.size_or("max_window_layers", 62, 0);
  in.refuse_if(in.has("sliding_window") && first < in.layers("num_hidden_layers"), "sliding_window",
               "is not described");
  return build_all(
      net, in, [&](Network& to, Value x) { return self_attention(to, "self_attn", x, attention); },
      true);
}

constexpr std::string_view v1_types[] = {"deepseek"};
constexpr std::string_view v2_types[] = {"deepseek_v2"};
constexpr std::string_view v3_types[] = {"deepseek_v3", "kimi_k2", "glm4_moe_lite"};
constexpr std::string_view indexed_types[] = {"deepseek_v32", "glm_moe_dsa"};
constexpr std::string_view glm4_moe_types[] = {"glm4_moe"};
constexpr std::string_view dots1_types[] = {"dots1"};
constexpr Family families[] = {{.model_types = v1_types, .build = build_deepseek},
                               {.model_types = v2_types, .build = build_deepseek_v2},
                               {.model_types = v3_types, .build = build_deepseek_v3},
                               {.model_types = indexed_types, .build = build_indexed},
                               {.model_types = glm4_moe_types, .build = build_glm4_moe},
                               {.model_types = dots1_types, .build = build_dots1}};

}  // namespace

extern constinit const FamilyGroup deepseek{families};

}  // namespace pfsday::config
