// Gemma 1 to 3: wide heads, an embedding scaled by the root of its width, norms of 1 + weight; the
// second has norms on both sides, soft caps and a window in every other layer, the third norms of
// queries and keys and five windows for each layer without.
// Source: transformers models/{gemma,gemma2,gemma3}.
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::rms_plus_one;

Decoder read_gemma_decoder(const Keys& in) {
  Decoder decoder = read_decoder(in, {.tied = true, .norm = norm});
  decoder.embedding_scale = std::sqrt(static_cast<double>(decoder.width));
  decoder.logit_softcap = in.number_or("final_logit_softcapping", 0);
  return decoder;
}

Attention read_gemma_attention(const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias}, 1, 256);
  attention.softcap = in.number_or("attn_logit_softcapping", 0);
  const double scalar = in.number_or("query_pre_attn_scalar", static_cast<double>(attention.width));
  if (scalar <= 0) in.refuse("query_pre_attn_scalar", "is not above 0");
  attention.scale = 1 / std::sqrt(scalar);
  return attention;
}

GatedMlp read_gemma_mlp(const Keys& in) {
  in.ignore("hidden_act");  // what it says was a mistake, for which hidden_activation was added
  return {.width = in.size("intermediate_size"),
          .activation = read_activation(in, "hidden_activation", "gelu_pytorch_tanh")};
}

Values build_gemma(Network& net, const Keys& in) {
  const Attention attention = read_gemma_attention(in);
  const GatedMlp mlp = read_gemma_mlp(in);
  return decode(net, in, read_gemma_decoder(in), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x,
                   gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

Value sandwich_layer(Network& net, Value x, const Attention& attention, const GatedMlp& mlp) {
  const Value a =
      self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention);
  x = net.add(x, normalize(net, "post_attention_layernorm", norm, a));
  const Value m = gated_mlp(net, "mlp", normalize(net, "pre_feedforward_layernorm", norm, x), mlp);
  return net.add(x, normalize(net, "post_feedforward_layernorm", norm, m));
}

Values build_gemma2(Network& net, const Keys& in) {
  Attention attention = read_gemma_attention(in);
  const GatedMlp mlp = read_gemma_mlp(in);
  const std::int64_t window = in.size_or("sliding_window|sliding_window_size", 4096);
  return decode(net, in, read_gemma_decoder(in), [&](Value x, std::int64_t layer) {
    attention.window = listed_window(in, layer, window).value_or(layer % 2 == 0 ? window : 0);
    return sandwich_layer(net, x, attention, mlp);
  });
}

Values build_gemma3(Network& net, const Keys& in) {
  Attention attention = read_gemma_attention(in);
  attention.head_norm = norm;
  const GatedMlp mlp = read_gemma_mlp(in);
  const std::int64_t window = in.size_or("sliding_window", 4096);
  const std::int64_t pattern = in.size_or("sliding_window_pattern|_sliding_window_pattern", 6);
  return decode(net, in, read_gemma_decoder(in), [&](Value x, std::int64_t layer) {
    attention.window =
        listed_window(in, layer, window).value_or((layer + 1) % pattern != 0 ? window : 0);
    attention.rotary.table = attention.window != 0 ? "model.rotary_emb_local" : "model.rotary_emb";
    return sandwich_layer(net, x, attention, mlp);
  });
}

constexpr std::string_view gemma_types[] = {"gemma"};
constexpr std::string_view gemma2_types[] = {"gemma2"};
constexpr std::string_view gemma3_types[] = {"gemma3_text"};
constexpr Family families[] = {{.model_types = gemma_types, .build = build_gemma},
                               {.model_types = gemma2_types, .build = build_gemma2},
                               {.model_types = gemma3_types, .build = build_gemma3}};

}  // namespace

extern constinit const FamilyGroup gemma{families};

}  // namespace pfsday::config
