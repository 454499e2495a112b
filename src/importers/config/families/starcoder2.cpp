// StarCoder 2, StableLM, Cohere, Nemotron and Persimmon: layer norms around rotary attention.
// Source: transformers models/{starcoder2,stablelm,cohere,cohere2,nemotron,persimmon}.
#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

Values build_starcoder2(Network& net, const Keys& in) {
  const bool bias = in.flag("use_bias", true);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.window = in.size_or("sliding_window", 0, 0);
  const PlainMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "gelu_pytorch_tanh"),
                     .bias = bias,
                     .up = "c_fc",
                     .down = "c_proj"};
  in.ignore("activation_function|mlp_type|norm_type|norm_epsilon");
  constexpr NormKind norm = NormKind::layer;
  return decode(
      net, in, read_decoder(in, {.tied = true, .norm = norm}), [&](Value x, std::int64_t) {
        x = net.add(x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x),
                                      attention));
        return net.add(
            x, plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
      });
}

/// A gated MLP; in StableLM-2-12B attention and MLP stand side by side behind one norm.
Values build_stablelm(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.bias = in.flag("use_qkv_bias", false)});
  attention.rotary.width =
      read_rotary_share(in, "partial_rotary_factor|rope_pct", 0.25, attention.width);
  attention.own_head_norms = in.flag("qk_layernorm", false);
  attention.names.q_norm = "q_layernorm.norms.*";
  attention.names.k_norm = "k_layernorm.norms.*";
  const bool is_parallel = in.flag("use_parallel_residual", false);
  const GatedMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "silu")};
  constexpr NormKind norm = NormKind::layer;
  return decode(net, in, read_decoder(in, {.norm = norm}), [&](Value x, std::int64_t) {
    const Value y = normalize(net, "input_layernorm", norm, x);
    const Value a = self_attention(net, "self_attn", y, attention);
    if (is_parallel) return net.add(net.add(x, a), gated_mlp(net, "mlp", y, mlp));
    x = net.add(x, a);
    return net.add(x,
                   gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

/// Attention and a gated MLP side by side behind one norm without a bias; the second version has a
/// window and rotary positions in three of four layers, and neither in the fourth.
Values build_cohere(Network& net, const Keys& in, bool has_windows) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  const std::int64_t rotary = attention.rotary.width;
  attention.own_head_norms = in.flag("use_qk_norm", false);
  const std::int64_t window = has_windows ? in.size_or("sliding_window", 4096) : 0;
  const std::int64_t pattern = in.size_or("sliding_window_pattern|_sliding_window_pattern", 4);
  const GatedMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "silu")};
  constexpr NormKind norm = NormKind::layer_no_bias;
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm});
  decoder.logit_scale = in.number_or("logit_scale", 0.0625);
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    if (has_windows) {
      attention.window =
          listed_window(in, layer, window).value_or((layer + 1) % pattern != 0 ? window : 0);
      attention.rotary.width = attention.window != 0 ? rotary : 0;
    }
    const Value y = normalize(net, "input_layernorm", norm, x);
    const Value a = self_attention(net, "self_attn", y, attention);
    return net.add(net.add(x, a), gated_mlp(net, "mlp", y, mlp));
  });
}

Values build_cohere1(Network& net, const Keys& in) { return build_cohere(net, in, false); }
Values build_cohere2(Network& net, const Keys& in) { return build_cohere(net, in, true); }

Values build_nemotron(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias}, 0.5);
  const PlainMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "relu2"),
                     .bias = in.flag("mlp_bias", false),
                     .up = "up_proj",
                     .down = "down_proj"};
  constexpr NormKind norm = NormKind::layer_plus_one;
  return decode(net, in, read_decoder(in, {.norm = norm}), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x,
                   plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

Values build_persimmon(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.bias = true, .out_bias = true}, 0.5);
  attention.names = {
      .out = "dense", .fused = "query_key_value", .q_norm = "q_layernorm", .k_norm = "k_layernorm"};
  if (in.flag("qk_layernorm", true)) attention.head_norm = NormKind::layer;
  const PlainMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "relu2"),
                     .up = "dense_h_to_4h",
                     .down = "dense_4h_to_h"};
  constexpr NormKind norm = NormKind::layer;
  Decoder decoder = read_decoder(in, {.norm = norm});
  decoder.names.norm = "model.final_layernorm";
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x,
                   plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

constexpr std::string_view starcoder2_types[] = {"starcoder2"};
constexpr std::string_view stablelm_types[] = {"stablelm", "stablelm_epoch"};
constexpr std::string_view cohere_types[] = {"cohere"};
constexpr std::string_view cohere2_types[] = {"cohere2"};
constexpr std::string_view nemotron_types[] = {"nemotron"};
constexpr std::string_view persimmon_types[] = {"persimmon"};
constexpr Family families[] = {{.model_types = starcoder2_types, .build = build_starcoder2},
                               {.model_types = stablelm_types, .build = build_stablelm},
                               {.model_types = cohere_types, .build = build_cohere1},
                               {.model_types = cohere2_types, .build = build_cohere2},
                               {.model_types = nemotron_types, .build = build_nemotron},
                               {.model_types = persimmon_types, .build = build_persimmon}};

}  // namespace

extern constinit const FamilyGroup starcoder2{families};

}  // namespace pfsday::config
