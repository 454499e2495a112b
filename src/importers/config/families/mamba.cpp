// Mamba, Falcon-Mamba, Mamba-2 and the hybrids that mix them with attention: Nemotron-H, by a
// pattern of layers, and Jamba, where attention and experts each return after so many layers.
// Neither hybrid has positions. Sources: transformers
// models/{mamba,falcon_mamba,mamba2,nemotron_h,jamba}; https://arxiv.org/abs/2504.03624; of the
// files that Mamba's authors publish, their package mamba_ssm.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/family.h"
#include "importers/config/mamba_mixer.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

void ignore_initialization(const Keys& in) {
  in.ignore("expand|d_model|n_layer|time_step_scale|time_step_min|time_step_max|time_step_floor");
  in.ignore("time_step_init_scheme|residual_in_fp32|rescale_prenorm_residual|use_mambapy");
  in.ignore("time_step_limit|chunk_size|mamba_chunk_size|use_mamba_kernels|num_logits_to_keep");
  in.ignore("time_step_rank|mamba_proj_bias|mamba_expand|sliding_window|rms_norm");
  in.ignore("norm_before_gate");
}

/// ceil(width / 16) where it is "auto".
std::int64_t read_rank(const Keys& in, std::string_view name, std::int64_t width) {
  const Json* const rank = in.find(name);
  const bool is_number = rank != nullptr && rank->kind == Json::Kind::number;
  return is_number ? in.size(name) : (width + 15) / 16;
}

DecoderNames backbone_names() {
  return {
      .embedding = "backbone.embeddings", .layers = "backbone.layers", .norm = "backbone.norm_f"};
}

Decoder read_backbone(const Keys& in, bool tied) {
  return read_decoder(in, {.tied = tied, .names = backbone_names()});
}

using Mix = std::function<Value(Value x)>;

Values build_layers(Network& net, const Keys& in, const Decoder& decoder, const Mix& mix) {
  return decode(net, in, decoder, [&](Value x, std::int64_t) {
    return net.add(x, mix(normalize(net, "norm", decoder.norm, x)));
  });
}

/// Falcon-Mamba has norms without weights of what steps and states are made of.
Values build_mamba(Network& net, const Keys& in, NormKind inner_norm) {
  const Decoder decoder = read_backbone(in, true);
  const std::int64_t expand = in.size_or("expand", 2);
  const MambaMixer mixer{.inner = in.size_or("intermediate_size|d_inner", expand * decoder.width),
                         .state = in.size_or("state_size", 16),
                         .kernel = in.size_or("conv_kernel", 4),
                         .rank = read_rank(in, "time_step_rank", decoder.width),
                         .bias = in.flag("use_bias", false),
                         .conv_bias = in.flag("use_conv_bias", true),
                         .inner_norm = inner_norm,
                         .activation = read_activation(in, "hidden_act", "silu")};
  ignore_initialization(in);
  in.ignore("use_falcon_mambapy");
  if (in.has_fault()) return {};
  return build_layers(net, in, decoder,
                      [&](Value x) { return mamba_mixer(net, "mixer", x, mixer); });
}

Values build_mamba1(Network& net, const Keys& in) { return build_mamba(net, in, NormKind::none); }
Values build_falcon_mamba(Network& net, const Keys& in) {
  return build_mamba(net, in, NormKind::rms_plain);
}

void check(const Keys& in, const Mamba2Mixer& mixer) {
  in.refuse_if(mixer.heads % mixer.groups != 0, "n_groups", "does not divide the heads evenly");
}

Values build_mamba2(Network& net, const Keys& in) {
  const Decoder decoder = read_backbone(in, false);
  const Mamba2Mixer mixer{.heads = in.size("num_heads"),
                          .head = in.size("head_dim"),
                          .groups = in.size_or("n_groups", 8),
                          .state = in.size_or("state_size", 128),
                          .kernel = in.size_or("conv_kernel", 4),
                          .bias = in.flag("use_bias", false),
                          .conv_bias = in.flag("use_conv_bias", true),
                          .activation = read_activation(in, "hidden_act", "silu")};
  check(in, mixer);
  const std::int64_t inner = in.size_or("expand", 2) * decoder.width;
  in.refuse_if(inner != mixer.heads * mixer.head, "num_heads",
               "times \"head_dim\" is not \"expand\" times \"hidden_size\"");
  ignore_initialization(in);
  if (in.has_fault()) return {};
  return build_layers(net, in, decoder,
                      [&](Value x) { return mamba2_mixer(net, "mixer", x, mixer); });
}

/// Of the authors' files, where a mixer has its sizes under ssm_cfg.
Decoder read_published(const Keys& in) {
  Decoder decoder = read_backbone(in, in.flag("tie_embeddings", true));
  decoder.names.embedding = "backbone.embedding";
  if (!in.flag("rms_norm", true)) decoder.norm = NormKind::layer;
  const std::int64_t multiple = in.size_or("pad_vocab_size_multiple", 8);
  decoder.vocabulary = (decoder.vocabulary + multiple - 1) / multiple * multiple;
  in.refuse_if(in.size_or("d_intermediate", 0, 0) != 0, "d_intermediate", "is not 0");
  in.refuse_if(!in.sizes("attn_layer_idx", 0).empty(), "attn_layer_idx", "names layers");
  in.ignore("attn_cfg|residual_in_fp32|fused_add_norm");
  return decoder;
}

Values build_published2(Network& net, const Keys& in, const Decoder& decoder, const Keys& ssm) {
  const std::int64_t inner = ssm.size_or("expand", 2) * decoder.width;
  Mamba2Mixer mixer{.head = ssm.size_or("headdim", 64),
                    .groups = ssm.size_or("ngroups", 1),
                    .state = ssm.size_or("d_state", 128),
                    .kernel = ssm.size_or("d_conv", 4),
                    .bias = ssm.flag("bias", false),
                    .conv_bias = ssm.flag("conv_bias", true),
                    .has_norm = ssm.flag("rmsnorm", true)};
  ssm.refuse_if(inner % mixer.head != 0, "headdim", "does not divide the channels evenly");
  mixer.heads = std::max<std::int64_t>(1, inner / mixer.head);
  check(ssm, mixer);
  ssm.ignore("chunk_size|A_init_range|dt_min|dt_max|dt_init_floor|norm_before_gate|D_has_hdim");
  if (in.has_fault()) return {};
  return build_layers(net, in, decoder,
                      [&](Value x) { return mamba2_mixer(net, "mixer", x, mixer); });
}

Values build_published(Network& net, const Keys& in) {
  const Decoder decoder = read_published(in);
  const Keys ssm = in.inner("ssm_cfg");
  const std::string layer = ssm.text_or("layer", "Mamba1");
  if (layer == "Mamba2") return build_published2(net, in, decoder, ssm);
  ssm.refuse_if(layer != "Mamba1", "layer", "is neither \"Mamba1\" nor \"Mamba2\"");
  const MambaMixer mixer{.inner = ssm.size_or("expand", 2) * decoder.width,
                         .state = ssm.size_or("d_state", 16),
                         .kernel = ssm.size_or("d_conv", 4),
                         .rank = read_rank(ssm, "dt_rank", decoder.width),
                         .bias = ssm.flag("bias", false),
                         .conv_bias = ssm.flag("conv_bias", true)};
  ssm.ignore("dt_min|dt_max|dt_init|dt_scale|dt_init_floor|use_fast_path");
  if (in.has_fault()) return {};
  return build_layers(net, in, decoder,
                      [&](Value x) { return mamba_mixer(net, "mixer", x, mixer); });
}

char kind_of(std::string_view type) {
  if (type == "mamba" || type == "linear_attention") return 'M';
  if (type == "attention" || type == "full_attention") return '*';
  if (type == "moe") return 'E';
  return type == "mlp" ? '-' : '?';
}

/// The kind of each layer: M for Mamba-2, * attention, - an MLP, E experts.
std::string read_pattern(const Keys& in) {
  std::string pattern = in.text_or("hybrid_override_pattern", "");
  for (const std::string& type : in.texts("layers_block_type|layer_types")) {
    pattern += kind_of(type);
  }
  const std::string_view key =
      in.has("hybrid_override_pattern") ? "hybrid_override_pattern" : "layers_block_type";
  in.refuse_if(pattern.find_first_not_of("M*-E") != std::string::npos, key,
               "names a kind of layer other than Mamba (M), attention (*), MLP (-), experts (E)");
  in.refuse_if(pattern.empty() || pattern.size() > 2000, key, "names no layer, or more than 2000");
  const auto layers = static_cast<std::int64_t>(pattern.size());
  const std::int64_t stated = in.size_or("num_hidden_layers", layers);
  if (stated != layers) {
    in.refuse(key, fmt::format("names {} layers of {}", layers, stated));
  }
  return pattern;
}

struct Nemotron {
  Mamba2Mixer mamba;
  Attention attention;
  PlainMlp mlp;
  Experts experts;
  std::int64_t shared_width = 0;  ///< 0: none
};

void read_experts(const Keys& in, Nemotron& nemotron) {
  nemotron.experts = {.count = in.size("n_routed_experts"),
                      .per_token = in.size("num_experts_per_tok"),
                      .width = in.size("moe_intermediate_size"),
                      .activation = nemotron.mlp.activation,
                      .is_gated = false,
                      .router = {.is_sigmoid = true,
                                 .has_correction = true,
                                 .normalize = in.flag("norm_topk_prob", true),
                                 .scale = in.number_or("routed_scaling_factor", 1),
                                 .groups = in.size_or("n_group", 1),
                                 .best_groups = in.size_or("topk_group", 1),
                                 .group_by_two = true}};
  const Experts& experts = nemotron.experts;
  const std::int64_t shared = in.size_or("n_shared_experts", 1, 0);
  nemotron.shared_width = in.size_or("moe_shared_expert_intermediate_size", 7688, 0) * shared;
  nemotron.experts.latent = in.size_or("moe_latent_size", 0, 0);
  in.refuse_if(experts.per_token > experts.count, "num_experts_per_tok",
               "is more than there are experts");
  in.refuse_if(experts.count % experts.router.groups != 0 ||
                   experts.router.best_groups > experts.router.groups,
               "n_group", "does not go with the experts");
  in.ignore("moe_shared_expert_overlap");
}

Nemotron read_nemotron(const Keys& in, const std::string& pattern) {
  Nemotron nemotron{.mamba = {.heads = in.size("mamba_num_heads"),
                              .head = in.size("mamba_head_dim"),
                              .groups = in.size_or("n_groups", 8),
                              .state = in.size_or("ssm_state_size", 128),
                              .kernel = in.size_or("conv_kernel", 4),
                              .bias = in.flag("use_bias", false),
                              .conv_bias = in.flag("use_conv_bias", true),
                              .activation = read_activation(in, "mamba_hidden_act", "silu")},
                    .attention = {},
                    .mlp = {.width = in.size("intermediate_size"),
                            .activation = read_activation(in, "mlp_hidden_act", "relu2"),
                            .bias = in.flag("mlp_bias", false),
                            .up = "up_proj",
                            .down = "down_proj"},
                    .experts = {}};
  check(in, nemotron.mamba);
  const bool bias = in.flag("attention_bias", false);
  nemotron.attention = read_attention(in, {.bias = bias, .out_bias = bias}, 1, 128);
  nemotron.attention.width = in.size_or("head_dim|attention_head_dim", 128);
  nemotron.attention.rotary = {};
  if (pattern.find('E') != std::string::npos) read_experts(in, nemotron);
  ignore_initialization(in);
  return nemotron;
}

Value nemotron_experts(Network& net, Value x, const Nemotron& nemotron) {
  const Value y = experts(net, "mixer", x, nemotron.experts);
  if (nemotron.shared_width == 0) return y;
  PlainMlp shared = nemotron.mlp;
  shared.width = nemotron.shared_width;
  const auto scope = net.enter("mixer");
  return net.add(y, plain_mlp(net, "shared_experts", x, shared));
}

Value nemotron_mixer(Network& net, Value x, char kind, const Nemotron& nemotron) {
  switch (kind) {
    case 'M':
      return mamba2_mixer(net, "mixer", x, nemotron.mamba);
    case '*':
      return self_attention(net, "mixer", x, nemotron.attention);
    case 'E':
      return nemotron_experts(net, x, nemotron);
    default:
      return plain_mlp(net, "mixer", x, nemotron.mlp);
  }
}

Values build_nemotron_h(Network& net, const Keys& in) {
  const std::string pattern = read_pattern(in);
  Decoder decoder{.width = in.size("hidden_size"),
                  .layers = static_cast<std::int64_t>(pattern.size()),
                  .vocabulary = in.size("vocab_size"),
                  .tied = in.flag("tie_word_embeddings", false),
                  .names = backbone_names()};
  if (in.size_or("num_nextn_predict_layers", 0, 0) > 0) {
    net.note(
        "Modules that predict further tokens are not described: their parameters are left out.");
    in.ignore("mtp_layers_block_type|mtp_hybrid_override_pattern");
  }
  const Nemotron nemotron = read_nemotron(in, pattern);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "norm", rms, x);
    return net.add(x, nemotron_mixer(net, y, pattern[static_cast<std::size_t>(layer)], nemotron));
  });
}

Values build_jamba(Network& net, const Keys& in) {
  Decoder decoder = read_decoder(in, {});
  decoder.names.norm = "model.final_layernorm";
  Attention attention = read_attention(in, {});
  attention.rotary = {};
  const MambaMixer mixer{.inner = in.size_or("mamba_expand", 2) * decoder.width,
                         .state = in.size_or("mamba_d_state", 16),
                         .kernel = in.size_or("mamba_d_conv", 4),
                         .rank = read_rank(in, "mamba_dt_rank", decoder.width),
                         .bias = in.flag("mamba_proj_bias", false),
                         .conv_bias = in.flag("mamba_conv_bias", true),
                         .inner_norm = rms,
                         .activation = read_activation(in, "hidden_act", "silu")};
  const GatedMlp dense{.width = in.size("intermediate_size"), .activation = mixer.activation};
  const Experts mixture{.count = in.size_or("num_experts", 16),
                        .per_token = in.size_or("num_experts_per_tok", 2),
                        .width = dense.width,
                        .activation = mixer.activation,
                        .router = {.name = "router"}};
  in.refuse_if(mixture.per_token > mixture.count && mixture.count > 1, "num_experts_per_tok",
               "is more than there are experts");
  const std::int64_t attention_period = in.size_or("attn_layer_period", 8);
  const std::int64_t attention_offset = in.size_or("attn_layer_offset", 4, 0);
  const std::int64_t expert_period = in.size_or("expert_layer_period", 2);
  const std::int64_t expert_offset = in.size_or("expert_layer_offset", 1, 0);
  ignore_initialization(in);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    const Value y = normalize(net, "input_layernorm", rms, x);
    const bool attends = layer % attention_period == attention_offset;
    x = net.add(x, attends ? self_attention(net, "self_attn", y, attention)
                           : mamba_mixer(net, "mamba", y, mixer));
    const Value z = normalize(net, "pre_ff_layernorm", rms, x);
    const bool has_experts = mixture.count > 1 && layer % expert_period == expert_offset;
    return net.add(x, has_experts ? experts(net, "feed_forward", z, mixture)
                                  : gated_mlp(net, "feed_forward", z, dense));
  });
}

constexpr std::string_view mamba_types[] = {"mamba"};
constexpr std::string_view falcon_mamba_types[] = {"falcon_mamba"};
constexpr std::string_view mamba2_types[] = {"mamba2"};
constexpr std::string_view published_types[] = {"mamba_ssm"};
constexpr std::string_view nemotron_h_types[] = {"nemotron_h"};
constexpr std::string_view jamba_types[] = {"jamba"};
constexpr Family families[] = {{.model_types = mamba_types, .build = build_mamba1},
                               {.model_types = falcon_mamba_types, .build = build_falcon_mamba},
                               {.model_types = mamba2_types, .build = build_mamba2},
                               {.model_types = published_types, .build = build_published},
                               {.model_types = nemotron_h_types, .build = build_nemotron_h},
                               {.model_types = jamba_types, .build = build_jamba}};

}  // namespace

extern constinit const FamilyGroup mamba{families};

}  // namespace pfsday::config
