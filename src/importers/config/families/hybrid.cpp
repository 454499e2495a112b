// Bamba and Granite 4: layers of Mamba-2 and of attention, each with a gated MLP behind it; in
// Falcon-H1 the two stand side by side. Granite scales embedding, sums and logits by constants, and
// may have experts beside the MLP; Falcon-H1 scales nearly everything. Source: transformers
// models/{bamba,granitemoehybrid,falcon_h1}, the last from memory.
#include <algorithm>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"
#include "importers/config/mamba_mixer.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

Values build_bamba(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {});
  decoder.names.norm = "model.final_layernorm";
  Attention attention = read_attention(in, {}, 0.5);
  attention.rotary.width = attention.width / 4 * 2;  // half, whatever the file says
  const Mamba2Mixer mixer = read_hybrid_mixer(in, decoder.width);
  const GatedMlp mlp{.width = in.size("intermediate_size"), .activation = mixer.activation};
  const std::vector<std::int64_t> attending = in.sizes("attn_layer_indices", 0);
  in.ignore("attn_rotary_emb|num_logits_to_keep|z_loss_coefficient");
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "input_layernorm", rms, x);
    const bool attends = std::ranges::find(attending, layer) != attending.end();
    x = net.add(x, attends ? self_attention(net, "self_attn", y, attention)
                           : mamba2_mixer(net, "mamba", y, mixer));
    return net.add(x,
                   gated_mlp(net, "feed_forward", normalize(net, "pre_ff_layernorm", rms, x), mlp));
  });
}

struct Granite {
  Attention attention;
  Mamba2Mixer mixer;
  Experts experts;  ///< none where their count is 0
  GatedMlp shared;
  std::vector<std::string> types;  ///< of the layers; empty: all are Mamba-2
  double residual = 1;
};

Granite read_granite(const Keys& in, const Decoder& decoder) {
  const bool bias = in.flag("attention_bias", false);
  Granite granite{.attention = read_attention(in, {.bias = bias, .out_bias = bias}),
                  .mixer = read_hybrid_mixer(in, decoder.width),
                  .experts = {.count = in.size_or("num_local_experts", 8, 0),
                              .per_token = in.size_or("num_experts_per_tok", 2, 0),
                              .width = in.size("intermediate_size"),
                              .prefix = "",
                              .names = {.down = "output_linear", .fused = "input_linear"},
                              .router = {.name = "router.layer", .softmax_of_best = true}},
                  .shared = {.width = in.size_or("shared_intermediate_size", 1024),
                             .names = {.down = "output_linear", .fused = "input_linear"}},
                  .types = in.texts("layer_types|layers_block_type"),
                  .residual = in.number_or("residual_multiplier", 1)};
  granite.experts.activation = granite.shared.activation = granite.mixer.activation;
  granite.attention.scale = in.number_or("attention_multiplier", 1);
  if (in.text_or("position_embedding_type", "nope") != "rope") granite.attention.rotary = {};
  const Experts& experts = granite.experts;
  in.refuse_if(experts.count > 0 && (experts.per_token == 0 || experts.per_token > experts.count),
               "num_experts_per_tok", "is not from 1 to the number of experts");
  in.refuse_if(
      !granite.types.empty() && static_cast<std::int64_t>(granite.types.size()) != decoder.layers,
      "layer_types", "does not name each layer");
  for (const std::string& type : granite.types) {
    in.refuse_if(type != "mamba" && type != "attention", "layer_types",
                 "names a layer that is neither \"mamba\" nor \"attention\"");
  }
  return granite;
}

Values build_granite(Network& net, const Keys& in) {
  const double logits = in.number_or("logits_scaling", 1);
  const Decoder decoder =
      read_decoder(in, {.embedding_scale = in.number_or("embedding_multiplier", 1),
                        .logit_scale = logits == 0 ? 1 : 1 / logits});
  const Granite granite = read_granite(in, decoder);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const auto add = [&](Value y) {
      return net.add(x, granite.residual == 1 ? y : net.scale(y, granite.residual));
    };
    const Value y = normalize(net, "input_layernorm", rms, x);
    const bool attends =
        !granite.types.empty() && granite.types[static_cast<std::size_t>(layer)] == "attention";
    x = add(attends ? self_attention(net, "self_attn", y, granite.attention)
                    : mamba2_mixer(net, "mamba", y, granite.mixer));
    const Value z = normalize(net, "post_attention_layernorm", rms, x);
    const Value shared = gated_mlp(net, "shared_mlp", z, granite.shared);
    if (granite.experts.count == 0) return add(shared);
    return add(net.add(experts(net, "block_sparse_moe", z, granite.experts), shared));
  });
}

struct FalconH1 {
  Attention attention;
  Mamba2Mixer mixer;
  double attention_in = 1, attention_out = 1, mamba_in = 1, mamba_out = 1, gate = 1, down = 1;
};

FalconH1 read_falcon_h1(const Keys& in, const Decoder& decoder) {
  FalconH1 falcon{.attention = read_attention(in, {.bias = in.flag("attention_bias", false),
                                                   .out_bias = in.flag("attention_bias", false),
                                                   .key_scale = in.number_or("key_multiplier", 1)}),
                  .mixer = read_hybrid_mixer(in, decoder.width),
                  .attention_in = in.number_or("attention_in_multiplier", 1),
                  .attention_out = in.number_or("attention_out_multiplier", 1),
                  .mamba_in = in.number_or("ssm_in_multiplier", 1),
                  .mamba_out = in.number_or("ssm_out_multiplier", 1)};
  falcon.mixer.has_norm = in.flag("mamba_rms_norm", true);
  falcon.mixer.part_scales = in.has("ssm_multipliers");
  if (const Json* const pair = in.find("mlp_multipliers")) {
    const bool fits = pair->items.size() == 2;
    in.refuse_if(!fits, "mlp_multipliers", "is no pair of numbers");
    falcon.gate = fits ? pair->items[0].number : 1;
    falcon.down = fits ? pair->items[1].number : 1;
  }
  in.ignore("mamba_norm_before_gate|mamba_use_mlp|num_logits_to_keep");
  return falcon;
}

Value scaled(Network& net, Value x, double factor) {
  return factor == 1 ? x : net.scale(x, factor);
}

/// down(up(x) act(gate(x) factor)) factor
Value scaled_mlp(Network& net, Value x, const FalconH1& falcon, std::int64_t inner) {
  const std::int64_t width = net.width(x);
  const auto scope = net.enter("feed_forward");
  const Value gate = scaled(net, net.linear("gate_proj", x, inner), falcon.gate);
  const Value up = net.linear("up_proj", x, inner);
  net.begin("", "Gate");
  const Value hidden = net.builder().mul(up, net.apply(falcon.mixer.activation, gate));
  return scaled(net, net.linear("down_proj", hidden, width), falcon.down);
}

Values build_falcon_h1(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {.embedding_scale = in.number_or("embedding_multiplier", 1),
                                      .logit_scale = in.number_or("lm_head_multiplier", 1)});
  decoder.names.norm = "model.final_layernorm";
  const FalconH1 falcon = read_falcon_h1(in, decoder);
  const std::int64_t inner = in.size("intermediate_size");
  in.refuse_if(in.flag("mlp_bias", false) || in.flag("projectors_bias", false), "mlp_bias",
               "or \"projectors_bias\" is true, which is not described");
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    const Value y = normalize(net, "input_layernorm", rms, x);
    const Value m = mamba2_mixer(net, "mamba", scaled(net, y, falcon.mamba_in), falcon.mixer);
    const Value a =
        self_attention(net, "self_attn", scaled(net, y, falcon.attention_in), falcon.attention);
    x = net.add(x, net.add(scaled(net, m, falcon.mamba_out), scaled(net, a, falcon.attention_out)));
    return net.add(x, scaled_mlp(net, normalize(net, "pre_ff_layernorm", rms, x), falcon, inner));
  });
}

constexpr std::string_view falcon_h1_types[] = {"falcon_h1"};
constexpr std::string_view bamba_types[] = {"bamba"};
constexpr std::string_view granite_types[] = {"granitemoehybrid"};
constexpr Family families[] = {{.model_types = bamba_types, .build = build_bamba},
                               {.model_types = granite_types, .build = build_granite},
                               {.model_types = falcon_h1_types, .build = build_falcon_h1}};

}  // namespace

extern constinit const FamilyGroup hybrid{families};

}  // namespace pfsday::config
