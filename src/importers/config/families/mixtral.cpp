// Decoders whose MLPs are experts: a router sends each token to a few of them.
// Sources: transformers models/{mixtral,qwen2_moe,qwen3_moe,olmoe,phimoe,granitemoe,gpt_oss,dbrx,
// ernie4_5_moe}.
#include <algorithm>
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

/// Experts of a router with one linear layer; more experts for each token than there are make no
/// sense.
Experts read_experts(const Keys& in, std::string_view count, std::string_view per_token,
                     std::string_view width) {
  const Experts read{
      .count = in.size(count), .per_token = in.size(per_token), .width = in.size(width)};
  if (read.per_token > read.count) in.refuse(per_token, "is more than there are experts");
  return read;
}

using Feed = std::function<Value(Value x, std::int64_t layer)>;

/// Attention and what stands in place of the MLP, each behind a norm.
Layer pre_norm(Network& net, const Attention& attention, const Feed& feed, NormKind norm = rms) {
  return [&net, attention, feed, norm](Value x, std::int64_t layer) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x, feed(normalize(net, "post_attention_layernorm", norm, x), layer));
  };
}

Values build_mixtral(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {});
  attention.window = in.size_or("sliding_window", 0, 0);
  Experts spec = read_experts(in, "num_local_experts", "num_experts_per_tok", "intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.names = {.gate = "w1", .up = "w3", .down = "w2"};
  spec.router.normalize = true;
  const auto feed = [&](Value x, std::int64_t) {
    return experts(net, "block_sparse_moe", x, spec);
  };
  return decode(net, in, read_decoder(in, {}), pre_norm(net, attention, feed));
}

/// The layers that have experts: every decoder_sparse_step-th, but for those that are listed.
std::function<bool(std::int64_t)> sparse_layers(const Keys& in) {
  const std::int64_t step = in.size_or("decoder_sparse_step", 1, 0);
  const std::vector<std::int64_t> dense = in.sizes("mlp_only_layers", 0);
  return [=](std::int64_t layer) {
    return step > 0 && (layer + 1) % step == 0 && std::ranges::find(dense, layer) == dense.end();
  };
}

GatedMlp read_dense_mlp(const Keys& in) {
  return {.width = in.size("intermediate_size"),
          .activation = read_activation(in, "hidden_act", "silu")};
}

/// Experts, and one that all tokens go through, weighed by a gate of its own.
Value with_shared_expert(Network& net, Value x, const Experts& spec, std::int64_t shared_width) {
  Value y = experts(net, "mlp", x, spec);
  const auto scope = net.enter("mlp");
  const Value shared =
      gated_mlp(net, "shared_expert", x, {.width = shared_width, .activation = spec.activation});
  const Value gate = net.apply(Activation::sigmoid, net.linear("shared_expert_gate", x, 1));
  return net.add(y, net.builder().mul(shared, gate));
}

std::int64_t qwen_window(const Keys& in) {
  const std::int64_t window = in.size_or("sliding_window", 0, 0);
  return in.flag("use_sliding_window", false) ? window : 0;
}

Values build_qwen2_moe(Network& net, const Keys& in) {
  Attention usual = read_attention(in, {.bias = in.flag("qkv_bias", true)});
  const std::int64_t window = qwen_window(in);
  const std::int64_t first_without = in.size_or("max_window_layers", 28, 0);
  Experts spec = read_experts(in, "num_experts|num_local_experts", "num_experts_per_tok",
                              "moe_intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.router.normalize = in.flag("norm_topk_prob", false);
  const std::int64_t shared = in.size("shared_expert_intermediate_size");
  const GatedMlp dense = read_dense_mlp(in);
  const auto is_sparse = sparse_layers(in);
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t layer) {
    Attention attention = usual;
    const bool has_window = layer % 2 == 0 && layer < first_without;
    attention.window = listed_window(in, layer, window).value_or(has_window ? window : 0);
    const auto feed = [&](Value y, std::int64_t i) {
      return is_sparse(i) ? with_shared_expert(net, y, spec, shared)
                          : gated_mlp(net, "mlp", y, dense);
    };
    return pre_norm(net, attention, feed)(x, layer);
  });
}

Values build_qwen3_moe(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias, .head_norm = rms});
  attention.window = qwen_window(in);
  in.ignore("max_window_layers");
  Experts spec = read_experts(in, "num_experts|num_local_experts", "num_experts_per_tok",
                              "moe_intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.router.normalize = in.flag("norm_topk_prob", false);
  const GatedMlp dense = read_dense_mlp(in);
  const auto is_sparse = sparse_layers(in);
  const auto feed = [&](Value x, std::int64_t layer) {
    return is_sparse(layer) ? experts(net, "mlp", x, spec) : gated_mlp(net, "mlp", x, dense);
  };
  return decode(net, in, read_decoder(in, {}), pre_norm(net, attention, feed));
}

Values build_olmoe(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .whole_norm = rms});
  in.ignore("clip_qkv");
  Experts spec = read_experts(in, "num_experts", "num_experts_per_tok", "intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.router.normalize = in.flag("norm_topk_prob", false);
  const auto feed = [&](Value x, std::int64_t) { return experts(net, "mlp", x, spec); };
  return decode(net, in, read_decoder(in, {}), pre_norm(net, attention, feed));
}

/// Layer norms, biases of attention and head; each of two experts is chosen by a softmax of what
/// is near the best score, which is counted as a softmax over the experts.
Values build_phimoe(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.window = in.size_or("sliding_window", 0, 0);
  in.ignore("input_jitter_noise");
  Experts spec = read_experts(in, "num_local_experts", "num_experts_per_tok", "intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.names = {.gate = "w1", .up = "w3", .down = "w2"};
  const auto feed = [&](Value x, std::int64_t) {
    return experts(net, "block_sparse_moe", x, spec);
  };
  const Decoder decoder =
      read_decoder(in, {.head_bias = in.flag("lm_head_bias", false), .norm = NormKind::layer});
  return decode(net, in, decoder, pre_norm(net, attention, feed, NormKind::layer));
}

/// Sums and logits are scaled by constants; gate and up of an expert are one matrix.
Values build_granitemoe(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.scale = in.number_or("attention_multiplier", 1);
  const double residual = in.number_or("residual_multiplier", 1);
  const double logits = in.number_or("logits_scaling", 1);
  Experts spec = read_experts(in, "num_local_experts", "num_experts_per_tok", "intermediate_size");
  spec.activation = read_activation(in, "hidden_act", "silu");
  spec.prefix = "";
  spec.names = {.down = "output_linear", .fused = "input_linear"};
  spec.router = {.name = "router.layer", .softmax_of_best = true};
  const std::int64_t shared = in.size_or("shared_intermediate_size", 0, 0);
  const Decoder decoder =
      read_decoder(in, {.embedding_scale = in.number_or("embedding_multiplier", 1),
                        .logit_scale = logits == 0 ? 1 : 1 / logits});
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const auto add = [&](Value y) {
      return net.add(x, residual == 1 ? y : net.scale(y, residual));
    };
    x = add(self_attention(net, "self_attn", normalize(net, "input_layernorm", rms, x), attention));
    const Value y = normalize(net, "post_attention_layernorm", rms, x);
    Value m = experts(net, "block_sparse_moe", y, spec);
    if (shared > 0) {
      m = net.add(m, gated_mlp(net, "shared_mlp", y,
                               {.width = shared,
                                .activation = spec.activation,
                                .names = {.down = "output_linear", .fused = "input_linear"}}));
    }
    return add(m);
  });
}

/// A learned sink in each softmax, a window in every other layer, biases everywhere; gate and up of
/// an expert are one matrix, clamped.
Values build_gpt_oss(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", true);
  Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .has_sinks = true}, 1, 64);
  const std::int64_t window = in.size_or("sliding_window", 128);
  Experts spec = read_experts(in, "num_local_experts|num_experts",
                              "num_experts_per_tok|experts_per_token", "intermediate_size");
  in.ignore("hidden_act|experts_per_token");
  spec.bias = true;
  spec.limit = in.number_or("swiglu_limit", 7);
  spec.slope = in.number_or("swiglu_alpha", 1.702);
  spec.prefix = "experts.";
  spec.names = {.fused = "gate_up_proj"};
  spec.router = {.name = "router", .bias = true, .softmax_of_best = true};
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t layer) {
    attention.window = listed_window(in, layer, window).value_or(layer % 2 == 0 ? window : 0);
    const auto feed = [&](Value y, std::int64_t) { return experts(net, "mlp", y, spec); };
    return pre_norm(net, attention, feed)(x, layer);
  });
}

/// Layer norms without biases; its keys stand in attn_config and ffn_config.
Values build_dbrx(Network& net, const Keys& in) {
  const Keys attn = in.inner("attn_config");
  const Keys ffn = in.inner("ffn_config");
  constexpr NormKind norm = NormKind::layer_no_bias;
  Decoder decoder = read_decoder(in, {.norm = norm});
  decoder.names = {
      .embedding = "transformer.wte", .layers = "transformer.blocks", .norm = "transformer.norm_f"};
  const std::int64_t heads = in.size("n_heads");
  const std::int64_t head = std::max<std::int64_t>(1, decoder.width / heads);
  const Attention attention{.heads = heads,
                            .key_heads = attn.size_or("kv_n_heads", 1),
                            .width = head,
                            .rotary = {.width = head / 2 * 2},
                            .names = {.out = "out_proj", .fused = "Wqkv"}};
  attn.ignore("clip_qkv");
  const Keys act = ffn.inner("ffn_act_fn");
  Experts spec = read_experts(ffn, "moe_num_experts", "moe_top_k", "ffn_hidden_size");
  spec.activation = read_activation(act, "name", "silu");
  ffn.ignore("moe_normalize_expert_weights|moe_jitter_eps|uniform_expert_assignment");
  spec.prefix = "experts.mlp.";
  spec.names = {.gate = "w1", .up = "v1", .down = "w2"};
  spec.router = {.name = "router.layer", .normalize = true};
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const auto scope = net.enter("norm_attn_norm");
    x = net.add(x, self_attention(net, "attn", normalize(net, "norm_1", norm, x), attention));
    const Value y = normalize(net, "norm_2", norm, x);
    return net.add(x, experts(net, "ffn", y, spec));
  });
}

/// Shared experts, one MLP of their widths together, beside those that a correction helps to
/// choose; layers with experts have a first and a last one.
Values build_ernie4_5_moe(Network& net, const Keys& in) {
  const bool bias = in.flag("use_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  GatedMlp dense = read_dense_mlp(in);
  dense.bias = bias;
  Experts spec = read_experts(in, "moe_num_experts|num_experts", "moe_k|num_experts_per_tok",
                              "moe_intermediate_size");
  spec.activation = dense.activation;
  spec.bias = bias;
  spec.router = {
      .has_correction = true, .correction = "e_score_correction_bias", .normalize = true};
  const GatedMlp shared{.width = spec.width * in.size_or("moe_num_shared_experts", 2, 0),
                        .activation = dense.activation,
                        .bias = bias};
  const Decoder decoder = read_decoder(in, {.tied = true, .head_bias = bias});
  const std::int64_t first = in.size_or("moe_layer_start_index", 1, 0);
  const double stated_last = in.number_or("moe_layer_end_index", -1);
  const double last = stated_last < 0 ? static_cast<double>(decoder.layers - 1) : stated_last;
  const std::int64_t interval = in.size_or("moe_layer_interval", 1);
  in.ignore("moe_norm_min|moe_capacity|moe_gate|moe_use_aux_free");
  if (in.size_or("num_nextn_predict_layers", 0, 0) > 0) {
    net.note(
        "Modules that predict further tokens are not described: their parameters are left out.");
  }
  const auto feed = [&](Value x, std::int64_t layer) {
    const bool has_experts =
        (layer + 1) % interval == 0 && layer >= first && static_cast<double>(layer) <= last;
    if (!has_experts) return gated_mlp(net, "mlp", x, dense);
    const Value y = experts(net, "mlp", x, spec);
    if (shared.width == 0) return y;
    const auto scope = net.enter("mlp");
    return net.add(y, gated_mlp(net, "shared_experts", x, shared));
  };
  return decode(net, in, decoder, pre_norm(net, attention, feed));
}

constexpr std::string_view ernie4_5_moe_types[] = {"ernie4_5_moe"};
constexpr std::string_view mixtral_types[] = {"mixtral"};
constexpr std::string_view qwen2_moe_types[] = {"qwen2_moe"};
constexpr std::string_view qwen3_moe_types[] = {"qwen3_moe", "qwen3_vl_moe_text"};
constexpr std::string_view olmoe_types[] = {"olmoe"};
constexpr std::string_view phimoe_types[] = {"phimoe"};
constexpr std::string_view granitemoe_types[] = {"granitemoe", "granitemoeshared"};
constexpr std::string_view gpt_oss_types[] = {"gpt_oss"};
constexpr std::string_view dbrx_types[] = {"dbrx"};
constexpr Family families[] = {{.model_types = mixtral_types, .build = build_mixtral},
                               {.model_types = qwen2_moe_types, .build = build_qwen2_moe},
                               {.model_types = qwen3_moe_types, .build = build_qwen3_moe},
                               {.model_types = olmoe_types, .build = build_olmoe},
                               {.model_types = phimoe_types, .build = build_phimoe},
                               {.model_types = granitemoe_types, .build = build_granitemoe},
                               {.model_types = gpt_oss_types, .build = build_gpt_oss},
                               {.model_types = ernie4_5_moe_types, .build = build_ernie4_5_moe},
                               {.model_types = dbrx_types, .build = build_dbrx}};

}  // namespace

extern constinit const FamilyGroup mixtral{families};

}  // namespace pfsday::config
