// LFM2: in most layers a short convolution between two gates in place of attention, a gated MLP
// behind either; in LFM2-MoE, experts from a layer on. Source: transformers models/{lfm2,lfm2_moe},
// the second from memory; its parameters agree with the checkpoint's.
#include <algorithm>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"
#include "importers/config/recurrence.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;
constexpr MlpNames names = {.gate = "w1", .up = "w3", .down = "w2"};

struct Lfm2 {
  Decoder decoder;
  Attention attention;
  std::vector<std::int64_t> attending;  ///< layers; the others have a convolution
  std::int64_t taps = 3;
  bool conv_bias = false;
  GatedMlp mlp;
  Experts experts;                ///< of LFM2-MoE
  std::int64_t dense_layers = 0;  ///< that come first, or all
};

/// By their numbers, or by the type of each.
std::vector<std::int64_t> attending_layers(const Keys& in, std::int64_t layers) {
  std::vector<std::int64_t> attending = in.sizes("full_attn_idxs", 0);
  const std::vector<std::string> types = in.texts("layer_types");
  if (types.empty()) {
    if (!attending.empty() || in.has("full_attn_idxs")) return attending;
    for (std::int64_t i = 0; i < layers; ++i) attending.push_back(i);
    return attending;
  }
  in.refuse_if(static_cast<std::int64_t>(types.size()) != layers, "layer_types",
               "does not name each layer");
  attending.clear();
  for (std::size_t i = 0; i < types.size(); ++i) {
    const bool attends = types[i] == "full_attention";
    if (attends) attending.push_back(static_cast<std::int64_t>(i));
    in.refuse_if(!attends && types[i] != "conv" && types[i] != "short_conv", "layer_types",
                 "names a layer that is neither \"conv\" nor \"full_attention\"");
  }
  return attending;
}

/// Two thirds of what is stated, times a factor, up to a multiple; or what is stated.
std::int64_t inner_width(const Keys& in, bool usually_adjusts) {
  std::int64_t width = in.size("block_ff_dim|intermediate_size");
  const std::int64_t multiple = in.size_or("block_multiple_of", 256);
  const double factor = in.number_or("block_ffn_dim_multiplier", 1);
  in.refuse_if(!(factor > 0 && factor < 1000), "block_ffn_dim_multiplier", "is not from 0 to 1000");
  if (!in.flag("block_auto_adjust_ff_dim", usually_adjusts) || in.has_fault()) return width;
  const std::int64_t two_thirds = 2 * width / 3;
  width = static_cast<std::int64_t>(factor * static_cast<double>(two_thirds));
  return std::max<std::int64_t>(1, (width + multiple - 1) / multiple) * multiple;
}

Lfm2 read_lfm2(const Keys& in, bool usually_adjusts) {
  Lfm2 model;
  model.decoder = read_decoder(in, {.tied = in.flag("tie_embedding", true)});
  model.decoder.names.norm = "model.embedding_norm";
  model.attention = read_attention(in, {.head_norm = rms});
  model.attention.names = {.out = "out_proj", .q_norm = "q_layernorm", .k_norm = "k_layernorm"};
  model.attending = attending_layers(in, model.decoder.layers);
  model.taps = in.size_or("conv_L_cache", 3);
  model.conv_bias = in.flag("conv_bias", false);
  model.mlp = {.width = inner_width(in, usually_adjusts), .names = names};
  model.dense_layers = model.decoder.layers;
  for (const std::string_view key : {"block_dim", "conv_dim", "conv_dim_out"}) {
    in.refuse_if(in.size_or(key, model.decoder.width) != model.decoder.width, key,
                 "is not the width of the model");
  }
  in.ignore("block_mlp_init_scale|block_out_init_scale|block_use_swiglu|block_use_xavier_init");
  in.ignore("block_norm_eps|conv_use_xavier_init|num_heads|norm_eps|use_pos_enc|theta");
  return model;
}

/// c * conv(b * x), of the three parts b, c, x of a projection.
Value short_convolution(Network& net, std::string_view name, Value x, const Lfm2& model) {
  const auto scope = net.enter(name);
  Builder& b = net.builder();
  const std::int64_t width = model.decoder.width;
  const Value all = net.linear("in_proj", x, 3 * width, model.conv_bias);
  net.begin("", "Gate");
  const Values parts = split_columns(net, all, {width, width, width});
  const Value y =
      causal_convolution(net, "conv", b.mul(parts[0], parts[2]), model.taps, model.conv_bias);
  return net.linear("out_proj", b.mul(parts[1], y), width, model.conv_bias);
}

Values build(Network& net, const Keys& in, const Lfm2& model) {
  if (in.has_fault()) return {};
  return decode(net, in, model.decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "operator_norm", rms, x);
    const bool attends = std::ranges::find(model.attending, layer) != model.attending.end();
    x = net.add(x, attends ? self_attention(net, "self_attn", y, model.attention)
                           : short_convolution(net, "conv", y, model));
    const Value z = normalize(net, "ffn_norm", rms, x);
    return net.add(x, layer < model.dense_layers ? gated_mlp(net, "feed_forward", z, model.mlp)
                                                 : experts(net, "feed_forward", z, model.experts));
  });
}

Values build_lfm2(Network& net, const Keys& in) { return build(net, in, read_lfm2(in, true)); }

Values build_lfm2_moe(Network& net, const Keys& in) {
  Lfm2 model = read_lfm2(in, false);
  model.dense_layers = in.size_or("num_dense_layers", 2, 0);
  model.experts = {.count = in.size("num_experts"),
                   .per_token = in.size("num_experts_per_tok"),
                   .width = in.size("moe_intermediate_size"),
                   .names = names,
                   .router = {.is_sigmoid = true,
                              .has_correction = in.flag("use_expert_bias", true),
                              .correction = "expert_bias",
                              .normalize = in.flag("norm_topk_prob", true),
                              .scale = in.number_or("routed_scaling_factor", 1)}};
  in.refuse_if(model.experts.per_token > model.experts.count, "num_experts_per_tok",
               "is more than there are experts");
  return build(net, in, model);
}

constexpr std::string_view dense_types[] = {"lfm2"};
constexpr std::string_view mixture_types[] = {"lfm2_moe"};
constexpr Family families[] = {{.model_types = dense_types, .build = build_lfm2},
                               {.model_types = mixture_types, .build = build_lfm2_moe}};

}  // namespace

extern constinit const FamilyGroup lfm2{families};

}  // namespace pfsday::config
