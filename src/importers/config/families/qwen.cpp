// Decoders of the first Qwen, ChatGLM 2 and 3, Orion, Nemotron-NAS and MiniMax-M2, whose
// checkpoints come with modeling files of their own. Sources: modeling_qwen.py beside Qwen-7B;
// modeling_chatglm.py beside chatglm3-6b; modeling_orion.py beside Orion-14B-Base;
// modeling_decilm.py beside Llama-3_3-Nemotron-Super-49B-v1; transformers models/minimax_m2.
#include <fmt/format.h>

#include <algorithm>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

/// The two matrices of its gated MLP are each half as wide as the key says.
Values build_qwen(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {});
  decoder.names = {
      .embedding = "transformer.wte", .layers = "transformer.h", .norm = "transformer.ln_f"};
  Attention attention = read_attention(in, {.bias = true});
  attention.width = in.size_or("kv_channels", attention.width);
  attention.out_bias = !in.flag("no_bias", true);
  attention.rotary = {.width = read_rotary_share(in, "rotary_pct", 1, attention.width),
                      .table = "transformer.rotary_emb"};
  attention.names = {.out = "c_proj", .fused = "c_attn"};
  const GatedMlp mlp{.width = std::max<std::int64_t>(1, in.size("intermediate_size", 2) / 2),
                     .bias = attention.out_bias,
                     .names = {.gate = "w2", .up = "w1", .down = "c_proj"}};
  in.ignore("use_dynamic_ntk|use_logn_attn|use_cache_quantization|scale_attn_weights");
  in.ignore("use_cache_kernel|emb_dropout_prob|onnx_safe");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "attn", normalize(net, "ln_1", rms, x), attention));
    return net.add(x, gated_mlp(net, "mlp", normalize(net, "ln_2", rms, x), mlp));
  });
}

/// Half of each head is rotated; keys and values in groups. The class that its configurations name,
/// ChatGLMModel, stands for the model with its head.
Values build_chatglm(Network& net, const Keys& in) {
  if (net.task == Task::none) net.task = Task::generate;
  Decoder decoder{.width = in.size("hidden_size"),
                  .layers = in.layers("num_layers"),
                  .vocabulary = in.size("padded_vocab_size|vocab_size"),
                  .tied = in.flag("tie_word_embeddings", false)};
  decoder.names = {.embedding = "transformer.embedding.word_embeddings",
                   .layers = "transformer.encoder.layers",
                   .norm = "transformer.encoder.final_layernorm",
                   .head = "transformer.output_layer"};
  const bool bias = in.flag("add_bias_linear", false);
  const std::int64_t heads = in.size("num_attention_heads");
  const bool has_groups = in.flag("multi_query_attention", false);
  const std::int64_t groups = in.size_or("multi_query_group_num", 1);
  const std::int64_t width =
      in.size_or("kv_channels", std::max<std::int64_t>(1, decoder.width / heads));
  Attention attention{.heads = heads,
                      .key_heads = has_groups ? groups : heads,
                      .width = width,
                      .bias = bias || in.flag("add_qkv_bias", false),
                      .out_bias = bias,
                      .rotary = {.width = width / 4 * 2, .table = "transformer.rotary_pos_emb"},
                      .names = {.out = "dense", .fused = "query_key_value"}};
  in.refuse_if(heads % attention.key_heads != 0, "multi_query_group_num",
               "does not divide the heads evenly");
  const GatedMlp mlp{.width = in.size("ffn_hidden_size"),
                     .bias = bias,
                     .names = {.down = "dense_4h_to_h", .fused = "dense_h_to_4h"}};
  const bool is_rms = in.flag("rmsnorm", true);
  const NormKind norm = is_rms ? rms : NormKind::layer;
  decoder.norm = in.flag("post_layer_norm", true) ? norm : NormKind::none;
  in.refuse_if(in.flag("apply_residual_connection_post_layernorm", false),
               "apply_residual_connection_post_layernorm", "is not described");
  in.refuse_if(in.has("pre_seq_len"), "pre_seq_len", "is not described");
  in.ignore("bias_dropout_fusion|apply_query_key_layer_scaling|original_rope|rope_ratio");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "self_attention", normalize(net, "input_layernorm", norm, x),
                                  attention));
    return net.add(x,
                   gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

/// As Llama, with layer norms.
Values build_orion(Network& net, const Keys& in) {
  constexpr NormKind norm = NormKind::layer;
  const bool bias = in.flag("attention_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  const GatedMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "silu")};
  return decode(net, in, read_decoder(in, {.norm = norm}), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x,
                   gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

/// A part of a layer of Nemotron-NAS: left out, one matrix, or whole.
enum class PartKind : std::uint8_t { none, linear, whole };

PartKind read_part_kind(const Keys& part) {
  if (part.flag("no_op", false)) return PartKind::none;
  return part.flag("replace_with_linear", false) ? PartKind::linear : PartKind::whole;
}

/// 2 / 3 of a multiple of the width, rounded up to a multiple of 256.
std::int64_t searched_width(double multiple, std::int64_t width) {
  const auto wanted = static_cast<std::int64_t>(2 * multiple * static_cast<double>(width) / 3);
  return std::max<std::int64_t>(256, (wanted + 255) / 256 * 256);
}

/// As Llama, but a search has decided on each layer: its groups of queries, its width, whether it
/// has attention and an MLP at all.
Values build_nemotron_nas(Network& net, const Keys& in) {
  const Decoder decoder = read_decoder(in, {});
  const Attention usual = read_attention(in, {});
  const Activation activation = read_activation(in, "hidden_act", "silu");
  const Json* const blocks = in.find("block_configs");
  in.ignore("num_key_value_heads");
  const bool fits = blocks != nullptr && blocks->kind == Json::Kind::list &&
                    static_cast<std::int64_t>(blocks->items.size()) == decoder.layers;
  in.refuse_if(!fits, "block_configs", "has not an entry for each layer");
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Keys block = in.of(blocks->items[static_cast<std::size_t>(layer)]);
    const Keys attention_keys = block.inner("attention");
    const Keys mlp_keys = block.inner("ffn");
    const PartKind attention_kind = read_part_kind(attention_keys);
    if (attention_kind != PartKind::none) {
      const Value y = normalize(net, "input_layernorm", rms, x);
      Attention attention = usual;
      if (attention_kind == PartKind::whole) {
        const std::int64_t group = attention_keys.size("n_heads_in_group");
        attention_keys.refuse_if(usual.heads % group != 0, "n_heads_in_group", "does not fit");
        attention.key_heads = std::max<std::int64_t>(1, usual.heads / group);
      }
      x = net.add(x, attention_kind == PartKind::linear
                         ? net.linear("self_attn.linear_attn", y, decoder.width)
                         : self_attention(net, "self_attn", y, attention));
    }
    const PartKind mlp_kind = read_part_kind(mlp_keys);
    if (mlp_kind == PartKind::none) return x;
    const Value y = normalize(net, "post_attention_layernorm", rms, x);
    if (mlp_kind == PartKind::linear) {
      return net.add(x, net.linear("mlp.linear_mlp", y, decoder.width));
    }
    const double multiple = mlp_keys.number_or("ffn_mult", 1);
    mlp_keys.refuse_if(multiple <= 0 || multiple > 64, "ffn_mult", "is not from 0 to 64");
    return net.add(
        x, gated_mlp(net, "mlp", y,
                     {.width = searched_width(std::clamp(multiple, 0.0, 64.0), decoder.width),
                      .activation = activation}));
  });
}

/// Queries and keys are normalized over all heads; 256 experts chosen with a correction.
Values build_minimax_m2(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {}, 1, 128);
  if (in.flag("use_qk_norm", true)) attention.whole_norm = rms;
  const std::string kind = in.text_or("qk_norm_type", "per_layer");
  in.refuse_if(kind != "per_layer", "qk_norm_type", "is not \"per_layer\"");
  attention.rotary.width = in.size_or("rotary_dim", attention.rotary.width, 2) / 2 * 2;
  Experts spec{.count = in.size("num_local_experts|num_experts"),
               .per_token = in.size("num_experts_per_tok"),
               .width = in.size("intermediate_size"),
               .activation = read_activation(in, "hidden_act", "silu"),
               .names = {.gate = "w1", .up = "w3", .down = "w2"},
               .router = {.is_sigmoid = in.text_or("scoring_func", "sigmoid") == "sigmoid",
                          .has_correction = in.flag("use_routing_bias", true),
                          .normalize = true}};
  spec.router.correction = "e_score_correction_bias";
  in.refuse_if(spec.per_token > spec.count, "num_experts_per_tok",
               "is more than there are experts");
  in.refuse_if(in.size_or("shared_intermediate_size", 0, 0) != 0, "shared_intermediate_size",
               "is not 0");
  in.ignore("attn_type_list|use_mtp|num_mtp_modules|mtp_transformer_layers|attn_window_size");
  if (in.flag("use_mtp", false)) {
    net.note(
        "Modules that predict further tokens are not described: their parameters are left out.");
  }
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", rms, x), attention));
    return net.add(x, experts(net, "block_sparse_moe",
                              normalize(net, "post_attention_layernorm", rms, x), spec));
  });
}

constexpr std::string_view qwen_types[] = {"qwen"};
constexpr std::string_view chatglm_types[] = {"chatglm"};
constexpr std::string_view orion_types[] = {"orion"};
constexpr std::string_view nemotron_nas_types[] = {"nemotron-nas"};
constexpr std::string_view minimax_m2_types[] = {"minimax_m2"};
constexpr Family families[] = {{.model_types = qwen_types, .build = build_qwen},
                               {.model_types = chatglm_types, .build = build_chatglm},
                               {.model_types = orion_types, .build = build_orion},
                               {.model_types = nemotron_nas_types, .build = build_nemotron_nas},
                               {.model_types = minimax_m2_types, .build = build_minimax_m2}};

}  // namespace

extern constinit const FamilyGroup qwen{families};

}  // namespace pfsday::config
