// Llama and the decoders made like it: norms before attention and before a gated MLP, rotary
// positions, grouped queries. What is their own is in the functions below.
// Sources: transformers models/{llama,mistral,ministral3,qwen2,qwen3,smollm3,granite,glm,glm4,
// exaone4,seed_oss,ernie4_5,arcee}; modeling files beside internlm-7b, internlm2-7b, Baichuan2 and
// MiniCPM, of which the parameters were checked and the rest is from memory.
#include <algorithm>
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

GatedMlp read_mlp(const Keys& in) {
  return {.width = in.size("intermediate_size"),
          .activation = read_activation(in, "hidden_act", "silu"),
          .bias = in.flag("mlp_bias", false)};
}

/// The window of each layer.
using Windows = std::function<std::int64_t(std::int64_t layer)>;

Value pre_norm_layer(Network& net, Value x, const Attention& attention, const GatedMlp& mlp,
                     double residual_scale = 1) {
  const auto add = [&](Value y) {
    return net.add(x, residual_scale == 1 ? y : net.scale(y, residual_scale));
  };
  x = add(self_attention(net, "self_attn", normalize(net, "input_layernorm", NormKind::rms, x),
                         attention));
  return add(
      gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", NormKind::rms, x), mlp));
}

Values build_like_llama(Network& net, const Keys& in, const Decoder& decoder, Attention attention,
                        const Windows& windows = {}) {
  const GatedMlp mlp = read_mlp(in);
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    attention.window = windows ? windows(layer) : attention.window;
    return pre_norm_layer(net, x, attention, mlp);
  });
}

Values build_llama(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  return build_like_llama(net, in, read_decoder(in, {}),
                          read_attention(in, {.bias = bias, .out_bias = bias}));
}

/// A window of 4096 unless the file says otherwise: null is none.
Values build_mistral(Network& net, const Keys& in) {
  const bool says_nothing = !in.states("sliding_window") && !in.states("sliding_window_size");
  const std::int64_t window =
      in.size_or("sliding_window|sliding_window_size", says_nothing ? 4096 : 0, 0);
  const auto windows = [&](std::int64_t layer) {
    return listed_window(in, layer, window).value_or(window);
  };
  Attention attention = read_attention(in, {});
  attention.query_scale = in.text_or("model_type", "mistral") == "ministral3";
  return build_like_llama(net, in, read_decoder(in, {}), attention, windows);
}

/// The layers from max_window_layers on have the window, where there is one.
Windows qwen_windows(const Keys& in) {
  const bool is_used = in.flag("use_sliding_window", false);
  const std::int64_t window = in.size_or("sliding_window", is_used ? 4096 : 0, 0);
  const std::int64_t first = in.size_or("max_window_layers", 28, 0);
  return [=, &in](std::int64_t layer) {
    const std::int64_t usual = is_used && layer >= first ? window : 0;
    return listed_window(in, layer, window).value_or(usual);
  };
}

Values build_qwen2(Network& net, const Keys& in) {
  return build_like_llama(net, in, read_decoder(in, {}), read_attention(in, {.bias = true}),
                          qwen_windows(in));
}

Values build_qwen3(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .head_norm = NormKind::rms}, 1, 128);
  return build_like_llama(net, in, read_decoder(in, {}), attention, qwen_windows(in));
}

/// Layers without rotary positions, every fourth one unless they are listed.
Values build_smollm3(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention with = read_attention(in, {.bias = bias, .out_bias = bias});
  const std::vector<std::int64_t> has_rotary = in.sizes("no_rope_layers", 0);
  const std::int64_t interval = in.size_or("no_rope_layer_interval", 4);
  const bool is_used = in.flag("use_sliding_window", false);
  const std::int64_t window = in.size_or("sliding_window", 0, 0);
  const GatedMlp mlp = read_mlp(in);
  const Decoder decoder = read_decoder(in, {.tied = true});
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    Attention attention = with;
    const auto at = static_cast<std::size_t>(layer);
    const bool is_rotated =
        at < has_rotary.size() ? has_rotary[at] != 0 : (layer + 1) % interval != 0;
    if (!is_rotated) attention.rotary.width = 0;
    attention.window =
        listed_window(in, layer, window).value_or(is_used && !is_rotated ? window : 0);
    return pre_norm_layer(net, x, attention, mlp);
  });
}

Values build_granite(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.scale = in.number_or("attention_multiplier", 1);
  const double residual = in.number_or("residual_multiplier", 1);
  const double logits = in.number_or("logits_scaling", 1);
  const GatedMlp mlp = read_mlp(in);
  const Decoder decoder =
      read_decoder(in, {.embedding_scale = in.number_or("embedding_multiplier", 1),
                        .logit_scale = logits == 0 ? 1 : 1 / logits});
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    return pre_norm_layer(net, x, attention, mlp, residual);
  });
}

/// Biases of queries, keys and values, not of what follows them; wide heads.
Values build_seed_oss(Network& net, const Keys& in) {
  const Attention attention = read_attention(
      in,
      {.bias = in.flag("attention_bias", true), .out_bias = in.flag("attention_out_bias", false)},
      1, 128);
  return build_like_llama(net, in, read_decoder(in, {}), attention);
}

Values build_ernie4_5(Network& net, const Keys& in) {
  const bool bias = in.flag("use_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias}, 1, 128);
  GatedMlp mlp = read_mlp(in);
  mlp.bias = bias;
  const Decoder decoder = read_decoder(in, {.tied = true, .head_bias = bias});
  return decode(net, in, decoder,
                [&](Value x, std::int64_t) { return pre_norm_layer(net, x, attention, mlp); });
}

/// A plain MLP with the squares of what is above zero.
Values build_arcee(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  const PlainMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "relu2"),
                     .bias = in.flag("mlp_bias", false),
                     .up = "up_proj",
                     .down = "down_proj"};
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "self_attn",
                                  normalize(net, "input_layernorm", NormKind::rms, x), attention));
    return net.add(x, plain_mlp(net, "mlp",
                                normalize(net, "post_attention_layernorm", NormKind::rms, x), mlp));
  });
}

/// The experts of MiniCPM-MoE, in place of its MLP; none where the file names none.
Experts read_minicpm_experts(const Keys& in, const GatedMlp& mlp) {
  const Experts read{.count = in.size_or("num_experts", 0, 0),
                     .per_token = in.size_or("num_experts_per_tok", 2),
                     .width = mlp.width,
                     .activation = mlp.activation,
                     .names = {.gate = "w1", .up = "w3", .down = "w2"},
                     .router = {.normalize = true}};
  in.refuse_if(read.count > 0 && read.per_token > read.count, "num_experts_per_tok",
               "is more than there are experts");
  return read;
}

/// Weights of the embedding, of each sum and of the logits are scaled by constants: a sum by
/// scale_depth over the root of the layers, the logits by what their width is to dim_model_base.
Values build_minicpm(Network& net, const Keys& in) {
  const Attention attention = read_attention(in, {});
  const GatedMlp mlp = read_mlp(in);
  const Experts mixture = read_minicpm_experts(in, mlp);
  Decoder decoder = read_decoder(in, {.tied = true});
  decoder.embedding_scale = in.number_or("scale_emb", 1);
  const double base = in.number_or("dim_model_base", static_cast<double>(decoder.width));
  decoder.logit_scale = base / static_cast<double>(decoder.width);
  const double residual =
      in.number_or("scale_depth", 1) / std::sqrt(static_cast<double>(decoder.layers));
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    if (mixture.count == 0) return pre_norm_layer(net, x, attention, mlp, residual);
    const Value a = self_attention(net, "self_attn",
                                   normalize(net, "input_layernorm", NormKind::rms, x), attention);
    x = net.add(x, net.scale(a, residual));
    const Value m =
        experts(net, "mlp", normalize(net, "post_attention_layernorm", NormKind::rms, x), mixture);
    return net.add(x, net.scale(m, residual));
  });
}

/// GLM: one projection to gate and up, biases of queries, keys and values, half of each head
/// rotated; GLM-4 has further norms behind attention and MLP.
Values build_glm(Network& net, const Keys& in, bool has_post_norms) {
  Attention attention = read_attention(in, {.bias = in.flag("attention_bias", true)}, 0.5, 128);
  GatedMlp mlp = read_mlp(in);
  mlp.names.fused = "gate_up_proj";
  const NormKind post = has_post_norms ? NormKind::rms : NormKind::none;
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    const Value a = self_attention(net, "self_attn",
                                   normalize(net, "input_layernorm", NormKind::rms, x), attention);
    x = net.add(x, normalize(net, "post_self_attn_layernorm", post, a));
    const Value m =
        gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", NormKind::rms, x), mlp);
    return net.add(x, normalize(net, "post_mlp_layernorm", post, m));
  });
}

Values build_glm3(Network& net, const Keys& in) { return build_glm(net, in, false); }
Values build_glm4(Network& net, const Keys& in) { return build_glm(net, in, true); }

/// Which layers have the window: all but every fourth, or as letters say, L for one with it.
Windows exaone_windows(const Keys& in, std::int64_t window) {
  const Json* const pattern = in.find("sliding_window_pattern");
  const bool has_letters = pattern != nullptr && pattern->kind == Json::Kind::text;
  const std::string letters = has_letters && !pattern->text.empty() ? pattern->text : "LLLG";
  const std::int64_t period = has_letters ? 1 : in.size_or("sliding_window_pattern", 4);
  return [=, &in](std::int64_t layer) {
    const bool is_local = has_letters
                              ? letters[static_cast<std::size_t>(layer) % letters.size()] == 'L'
                              : (layer + 1) % period != 0;
    return listed_window(in, layer, window).value_or(is_local ? window : 0);
  };
}

/// A norm behind attention and behind the MLP, none before; each query and key is normalized.
Values build_exaone4(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.head_norm = NormKind::rms});
  const std::int64_t rotary = attention.rotary.width;
  const std::int64_t window =
      in.size_or("sliding_window", in.states("sliding_window") ? 0 : 4096, 0);
  const Windows windows = exaone_windows(in, window);
  const GatedMlp mlp = read_mlp(in);
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t layer) {
    attention.window = windows(layer);
    attention.rotary.width = window == 0 || attention.window != 0 ? rotary : 0;
    const Value a = self_attention(net, "self_attn", x, attention);
    x = net.add(x, normalize(net, "post_attention_layernorm", NormKind::rms, a));
    const Value m = gated_mlp(net, "mlp", x, mlp);
    return net.add(x, normalize(net, "post_feedforward_layernorm", NormKind::rms, m));
  });
}

/// The names of its checkpoints are its own.
Values build_internlm2(Network& net, const Keys& in) {
  const bool bias = in.flag("bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.names = {.out = "wo", .fused = "wqkv"};
  GatedMlp mlp = read_mlp(in);
  mlp.names = {.gate = "w1", .up = "w3", .down = "w2"};
  const Decoder decoder =
      read_decoder(in, {.names = {.embedding = "model.tok_embeddings", .head = "output"}});
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "attention",
                                  normalize(net, "attention_norm", NormKind::rms, x), attention));
    return net.add(
        x, gated_mlp(net, "feed_forward", normalize(net, "ffn_norm", NormKind::rms, x), mlp));
  });
}

Values build_internlm(Network& net, const Keys& in) {
  const bool bias = in.flag("bias", true);
  return build_like_llama(net, in, read_decoder(in, {}),
                          read_attention(in, {.bias = bias, .out_bias = bias}));
}

/// Baichuan: one projection to queries, keys and values; the larger model, of more than 4096
/// features, has ALiBi in place of rotary positions.
Values build_baichuan(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.names = {.fused = "W_pack"}});
  const Decoder decoder = read_decoder(in, {});
  if (decoder.width > 4096) {
    attention.rotary.width = 0;
    attention.score_bias = alibi(net, attention.heads);
  }
  return build_like_llama(net, in, decoder, attention);
}

constexpr std::string_view llama_types[] = {"llama", "Yi", "aquila"};
constexpr std::string_view mistral_types[] = {"mistral", "ministral", "ministral3"};
constexpr std::string_view qwen2_types[] = {"qwen2", "qwen2_vl_text", "qwen2_5_vl_text"};
constexpr std::string_view qwen3_types[] = {"qwen3", "qwen3_vl_text"};
constexpr std::string_view smollm3_types[] = {"smollm3"};
constexpr std::string_view seed_oss_types[] = {"seed_oss"};
constexpr std::string_view ernie4_5_types[] = {"ernie4_5"};
constexpr std::string_view arcee_types[] = {"arcee"};
constexpr std::string_view granite_types[] = {"granite"};
constexpr std::string_view minicpm_types[] = {"minicpm"};
constexpr std::string_view glm_types[] = {"glm"};
constexpr std::string_view glm4_types[] = {"glm4"};
constexpr std::string_view exaone4_types[] = {"exaone4"};
constexpr std::string_view internlm_types[] = {"internlm"};
constexpr std::string_view internlm2_types[] = {"internlm2"};
constexpr std::string_view baichuan_types[] = {"baichuan"};

constexpr Family families[] = {
    {.model_types = llama_types, .build = build_llama},
    {.model_types = mistral_types, .build = build_mistral},
    {.model_types = qwen2_types, .build = build_qwen2},
    {.model_types = qwen3_types, .build = build_qwen3},
    {.model_types = smollm3_types, .build = build_smollm3},
    {.model_types = seed_oss_types, .build = build_seed_oss},
    {.model_types = ernie4_5_types, .build = build_ernie4_5},
    {.model_types = arcee_types, .build = build_arcee},
    {.model_types = granite_types, .build = build_granite},
    {.model_types = minicpm_types, .build = build_minicpm},
    {.model_types = glm_types, .build = build_glm3},
    {.model_types = glm4_types, .build = build_glm4},
    {.model_types = exaone4_types, .build = build_exaone4},
    {.model_types = internlm_types, .build = build_internlm},
    {.model_types = internlm2_types, .build = build_internlm2},
    {.model_types = baichuan_types, .build = build_baichuan},
};

}  // namespace

extern constinit const FamilyGroup llama{families};

}  // namespace pfsday::config
