// OPT and XGLM: layer norms, a plain MLP, biases; learned positions, or sines that nobody trains.
// Source: transformers models/{opt,xglm}.
#include <cmath>

#include "importers/config/decoder.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"

namespace pfsday::config {
namespace {

constexpr std::int64_t position_offset = 2;  ///< rows of the table before the first position

/// Attention and MLP, each behind a norm or, as in OPT-350M, before it.
Value layer_of(Network& net, Value x, const Attention& attention, const PlainMlp& mlp,
               NormKind norm, bool is_norm_first) {
  const auto before = [&](std::string_view name, Value v) {
    return is_norm_first ? normalize(net, name, norm, v) : v;
  };
  const auto after = [&](std::string_view name, Value v) {
    return is_norm_first ? v : normalize(net, name, norm, v);
  };
  const Value a = self_attention(net, "self_attn", before("self_attn_layer_norm", x), attention);
  x = after("self_attn_layer_norm", net.add(x, a));
  const Value m = plain_mlp(net, "", before("final_layer_norm", x), mlp);
  return after("final_layer_norm", net.add(x, m));
}

Values build_opt(Network& net, const Keys& in) {
  const bool bias = in.flag("enable_bias", true);
  Attention attention = read_attention(in, {.bias = bias, .out_bias = bias});
  attention.rotary = {};
  attention.names.out = "out_proj";
  const NormKind norm =
      in.flag("layer_norm_elementwise_affine", true) ? NormKind::layer : NormKind::layer_plain;
  const bool is_norm_first = in.flag("do_layer_norm_before", true);
  const bool has_last_norm = is_norm_first && !in.flag("_remove_final_layer_norm", false);
  Decoder decoder = read_decoder(in, {.tied = true});
  decoder.norm = has_last_norm ? norm : NormKind::none;
  const std::int64_t narrow = in.size_or("word_embed_proj_dim", decoder.width);
  decoder.names = {.embedding = "model.decoder.embed_tokens",
                   .layers = "model.decoder.layers",
                   .norm = "model.decoder.final_layer_norm"};
  decoder.embedding_width = narrow;
  const PlainMlp mlp{.width = in.size("ffn_dim"),
                     .activation = read_activation(in, "activation_function", "relu"),
                     .bias = bias};
  const std::int64_t rows = in.size("max_position_embeddings") + position_offset;
  Value x = embed_tokens(net, decoder);
  if (narrow != decoder.width) x = net.linear("model.decoder.project_in", x, decoder.width);
  decoder.positions = "model.decoder.embed_positions";
  decoder.position_rows = rows;
  decoder.position_offset = position_offset;
  decoder.narrow_head = narrow == decoder.width ? std::string_view{} : "model.decoder.project_out";
  return decode_from(net, in, decoder, x, [&](Value v, std::int64_t) {
    return layer_of(net, v, attention, mlp, norm, is_norm_first);
  });
}

Values build_xglm(Network& net, const Keys& in) {
  const std::int64_t heads = in.size("attention_heads|num_attention_heads");
  Decoder decoder = read_decoder(in, {.tied = true, .norm = NormKind::layer});
  const Attention attention{.heads = heads,
                            .key_heads = heads,
                            .width = std::max<std::int64_t>(1, decoder.width / heads),
                            .bias = true,
                            .out_bias = true,
                            .names = {.out = "out_proj"}};
  const PlainMlp mlp{.width = in.size("ffn_dim"),
                     .activation = read_activation(in, "activation_function", "gelu")};
  decoder.names = {.layers = "model.layers", .norm = "model.layer_norm"};
  if (in.flag("scale_embedding", true)) {
    decoder.embedding_scale = std::sqrt(static_cast<double>(decoder.width));
  }
  Value x = embed_tokens(net, decoder);
  x = net.builder().add(
      x, net.buffer("model.embed_positions.weights", {net.pass.length, decoder.width}));
  return decode_from(net, in, decoder, x, [&](Value v, std::int64_t) {
    return layer_of(net, v, attention, mlp, NormKind::layer, true);
  });
}

constexpr std::string_view opt_types[] = {"opt"};
constexpr std::string_view xglm_types[] = {"xglm"};
constexpr Family families[] = {{.model_types = opt_types, .build = build_opt},
                               {.model_types = xglm_types, .build = build_xglm}};

}  // namespace

extern constinit const FamilyGroup opt{families};

}  // namespace pfsday::config
