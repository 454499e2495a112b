// Phi 1 to 2: attention and a plain MLP side by side behind one norm, biases everywhere. Phi 3 and
// 4: as Llama, with fused projections.
// Source: transformers models/{phi,phi3}; modeling_phi.py beside phi-2 for the older names of keys.
#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

/// Rotated dimensions are a number in the older keys, a share of the head in the newer.
std::int64_t rotary_width(const Keys& in, std::int64_t head, double usual) {
  if (in.has("rotary_dim")) return in.size("rotary_dim", 2) / 2 * 2;
  return read_rotary_share(in, "partial_rotary_factor", usual, head);
}

Values build_phi(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.bias = true, .out_bias = true});
  attention.key_heads = in.size_or("num_key_value_heads|n_head_kv", attention.heads);
  attention.rotary.width = rotary_width(in, attention.width, 0.5);
  attention.names.out = "dense";
  if (in.flag("qk_layernorm", false)) {
    attention.head_norm = NormKind::layer;
    attention.names.q_norm = "q_layernorm";
    attention.names.k_norm = "k_layernorm";
  }
  Decoder decoder = read_decoder(in, {.head_bias = true, .norm = NormKind::layer});
  decoder.names.norm = "model.final_layernorm";
  const PlainMlp mlp{
      .width = in.size_or("intermediate_size|n_inner", 4 * decoder.width),
      .activation = read_activation(in, "hidden_act|activation_function", "gelu_new")};
  in.ignore("n_positions|img_processor");
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const Value y = normalize(net, "input_layernorm", NormKind::layer, x);
    const Value a = self_attention(net, "self_attn", y, attention);
    return net.add(net.add(a, plain_mlp(net, "mlp", y, mlp)), x);
  });
}

Values build_phi3(Network& net, const Keys& in) {
  Attention attention = read_attention(in, {.names = {.fused = "qkv_proj"}});
  attention.rotary.width = rotary_width(in, attention.width, 1);
  attention.window = in.size_or("sliding_window", 0, 0);
  const GatedMlp mlp{.width = in.size("intermediate_size"),
                     .activation = read_activation(in, "hidden_act", "silu"),
                     .names = {.fused = "gate_up_proj"}};
  return decode(net, in, read_decoder(in, {}), [&](Value x, std::int64_t) {
    x = net.add(x, self_attention(net, "self_attn",
                                  normalize(net, "input_layernorm", NormKind::rms, x), attention));
    return net.add(x, gated_mlp(net, "mlp",
                                normalize(net, "post_attention_layernorm", NormKind::rms, x), mlp));
  });
}

constexpr std::string_view phi_types[] = {"phi", "phi-msft"};
constexpr std::string_view phi3_types[] = {"phi3"};
constexpr Family families[] = {{.model_types = phi_types, .build = build_phi},
                               {.model_types = phi3_types, .build = build_phi3}};

}  // namespace

extern constinit const FamilyGroup phi{families};

}  // namespace pfsday::config
