// OLMo 1 to 3: the first has norms without weights; the others a norm behind attention and MLP
// instead of before, and one of all queries and of all keys of a token; the third has windows.
// Source: transformers models/{olmo,olmo2,olmo3}.
#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

GatedMlp read_mlp(const Keys& in) {
  return {.width = in.size("intermediate_size"),
          .activation = read_activation(in, "hidden_act", "silu")};
}

Values build_olmo(Network& net, const Keys& in) {
  const bool bias = in.flag("attention_bias", false);
  const Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  const GatedMlp mlp = read_mlp(in);
  constexpr NormKind norm = NormKind::layer_plain;
  in.ignore("clip_qkv");
  return decode(net, in, read_decoder(in, {.norm = norm}), [&](Value x, std::int64_t) {
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
    return net.add(x,
                   gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x), mlp));
  });
}

Values build_later(Network& net, const Keys& in, std::int64_t window) {
  const bool bias = in.flag("attention_bias", false);
  Attention attention =
      read_attention(in, {.bias = bias, .out_bias = bias, .whole_norm = NormKind::rms});
  const GatedMlp mlp = read_mlp(in);
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t layer) {
    attention.window = listed_window(in, layer, window).value_or((layer + 1) % 4 != 0 ? window : 0);
    const Value a = self_attention(net, "self_attn", x, attention);
    x = net.add(x, normalize(net, "post_attention_layernorm", NormKind::rms, a));
    const Value m = gated_mlp(net, "mlp", x, mlp);
    return net.add(x, normalize(net, "post_feedforward_layernorm", NormKind::rms, m));
  });
}

Values build_olmo2(Network& net, const Keys& in) { return build_later(net, in, 0); }
Values build_olmo3(Network& net, const Keys& in) {
  return build_later(net, in, in.size_or("sliding_window", 4096));
}

constexpr std::string_view olmo_types[] = {"olmo"};
constexpr std::string_view olmo2_types[] = {"olmo2"};
constexpr std::string_view olmo3_types[] = {"olmo3"};
constexpr Family families[] = {{.model_types = olmo_types, .build = build_olmo},
                               {.model_types = olmo2_types, .build = build_olmo2},
                               {.model_types = olmo3_types, .build = build_olmo3}};

}  // namespace

extern constinit const FamilyGroup olmo{families};

}  // namespace pfsday::config
