// The UNet of Stable Diffusion: residual blocks of convolutions on the way down and up, with what
// was seen on the way down beside what goes up; transformers look at the text between them. Source:
// diffusers models/unets/{unet_2d_condition,unet_2d_blocks}.py,
// models/transformers/transformer_2d.py.
#include <fmt/format.h>

#include <algorithm>

#include "importers/config/attention.h"
#include "importers/config/diffusion.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

struct UNet {
  std::vector<std::int64_t> widths = {}, layers = {}, heads = {}, depths = {};  ///< of each level
  std::vector<std::string> down = {}, up = {};
  std::int64_t groups = 32, text = 1, time = 1;
  bool is_linear = false;  ///< projections of the transformers are no convolutions
};

/// One for all levels, or a list of one for each.
std::vector<std::int64_t> for_each_level(const Keys& in, std::string_view names, std::size_t levels,
                                         std::int64_t otherwise) {
  std::vector<std::int64_t> sizes = in.sizes(names);
  if (sizes.empty()) sizes = {otherwise};
  if (sizes.size() == 1) sizes.resize(levels, sizes[0]);
  in.refuse_if(sizes.size() != levels, names, "has another length than \"block_out_channels\"");
  const bool is_small = std::ranges::all_of(sizes, [](auto size) { return size <= 4096; });
  in.refuse_if(!is_small, names, "is too large");
  sizes.resize(levels, 1);
  return sizes;
}

void refuse_other_parts(const Keys& in) {
  for (const std::string_view key :
       {"class_embed_type", "num_class_embeds", "encoder_hid_dim", "encoder_hid_dim_type",
        "time_cond_proj_dim", "timestep_post_act", "reverse_transformer_layers_per_block",
        "cross_attention_norm", "time_embedding_act_fn"}) {
    in.refuse_if(in.has(key), key, "is not described");
  }
  for (const std::string_view key :
       {"only_cross_attention", "dual_cross_attention", "mid_block_only_cross_attention",
        "class_embeddings_concat", "resnet_skip_time_act"}) {
    const Json* const value = in.find(key);
    const bool is_on = value != nullptr && (value->kind != Json::Kind::flag || value->flag);
    in.refuse_if(is_on, key, "is not described");
  }
  in.refuse_if(in.text_or("resnet_time_scale_shift", "default") != "default",
               "resnet_time_scale_shift", "is not \"default\"");
  in.refuse_if(in.text_or("time_embedding_type", "positional") != "positional",
               "time_embedding_type", "is not \"positional\"");
  const std::string middle = in.text_or("mid_block_type", "UNetMidBlock2DCrossAttn");
  in.refuse_if(middle != "UNetMidBlock2DCrossAttn", "mid_block_type", "is not described");
  for (const std::string_view key : {"conv_in_kernel", "conv_out_kernel"}) {
    in.refuse_if(in.size_or(key, 3) != 3, key, "is not 3");
  }
  in.refuse_if(in.size_or("downsample_padding", 1, 0) != 1, "downsample_padding", "is not 1");
  in.refuse_if(in.text_or("act_fn", "silu") != "silu", "act_fn", "is not \"silu\"");
  in.refuse_if(in.text_or("attention_type", "default") != "default", "attention_type",
               "is not \"default\"");
  in.refuse_if(in.has("time_embedding_dim"), "time_embedding_dim", "is not described");
  in.ignore("center_input_sample");
  in.ignore("flip_sin_to_cos|freq_shift|mid_block_scale_factor|resnet_out_scale_factor");
  in.ignore("upcast_attention|addition_embed_type_num_heads|dropout");
  in.ignore("addition_time_embed_dim");
}

UNet read_unet(const Keys& in) {
  UNet unet{.widths = in.sizes("block_out_channels"),
            .down = in.texts("down_block_types"),
            .up = in.texts("up_block_types"),
            .groups = in.size_or("norm_num_groups", 32),
            .is_linear = in.flag("use_linear_projection", false)};
  const std::size_t levels = unet.widths.size();
  const bool fits =
      levels >= 1 && levels <= 8 && unet.down.size() == levels && unet.up.size() == levels;
  in.refuse_if(!fits, "block_out_channels",
               "does not go with \"down_block_types\" and \"up_block_types\"");
  if (!fits) return unet;
  unet.layers = for_each_level(in, "layers_per_block", levels, 2);
  // What the key calls the width of a head is, for reasons of history, their number.
  unet.heads = for_each_level(in, "num_attention_heads|attention_head_dim", levels, 8);
  unet.depths = for_each_level(in, "transformer_layers_per_block", levels, 1);
  const std::vector<std::int64_t> text = in.sizes("cross_attention_dim");
  unet.text = text.empty() ? 1280 : text[0];
  unet.time = 4 * unet.widths[0];
  for (std::size_t i = 0; i < levels; ++i) {
    in.refuse_if(unet.widths[i] % unet.groups != 0, "norm_num_groups", "does not divide evenly");
    in.refuse_if(unet.widths[i] % unet.heads[i] != 0, "attention_head_dim",
                 "does not divide evenly");
    in.refuse_if(unet.layers[i] > 64 || unet.depths[i] > 64, "layers_per_block", "is too large");
    in.refuse_if(unet.down[i] != "DownBlock2D" && unet.down[i] != "CrossAttnDownBlock2D",
                 "down_block_types", "names a block that is not described");
    in.refuse_if(unet.up[i] != "UpBlock2D" && unet.up[i] != "CrossAttnUpBlock2D", "up_block_types",
                 "names a block that is not described");
  }
  refuse_other_parts(in);
  return unet;
}

bool has_attention(std::string_view block) { return block.starts_with("CrossAttn"); }

/// What goes through the net with every block.
struct Given {
  const UNet* unet = nullptr;
  Value time = {};  ///< [batch, time], after its activation
  Value text = {};  ///< [batch, length, text]
};

Value residual_block(Network& net, std::int64_t index, Value x, std::int64_t width,
                     const Given& given) {
  return residual_block(net, index, x,
                        {.width = width, .groups = given.unet->groups, .time = given.time});
}

/// Self-attention, attention to the text, a gated MLP.
Value transformer_block(Network& net, Value x, std::int64_t heads, const Given& given) {
  const std::int64_t width = net.width(x);
  const Attention attention{.heads = heads,
                            .key_heads = heads,
                            .width = width / heads,
                            .out_bias = true,
                            .causal = false,
                            .names = {.q = "to_q", .k = "to_k", .v = "to_v", .out = "to_out.0"}};
  constexpr NormKind norm = NormKind::layer;
  x = net.add(x, self_attention(net, "attn1", normalize(net, "norm1", norm, x), attention));
  x = net.add(
      x, cross_attention(net, "attn2", normalize(net, "norm2", norm, x), given.text, attention));
  return net.add(x, gated_mlp(net, "ff.net", normalize(net, "norm3", norm, x),
                              {.width = 4 * width,
                               .activation = Activation::gelu,
                               .bias = true,
                               .names = {.down = "2", .fused = "0.proj"}}));
}

Value transformer(Network& net, std::string_view name, std::int64_t index, Value x,
                  std::int64_t heads, std::int64_t depth, const Given& given) {
  if (!x) return {};
  const auto scope = net.enter(name, index);
  const Shape shape = net.shape(x);
  const bool is_linear = given.unet->is_linear;
  Value y = normalize_groups(net, "norm", x, given.unet->groups);
  y = is_linear ? net.linear("proj_in", pixels_as_tokens(net, y), shape[1], true)
                : pixels_as_tokens(net, convolve(net, "proj_in", y, shape[1], {}));
  for (std::int64_t i = 0; i < depth && y; ++i) {
    const auto block = net.enter("transformer_blocks", i);
    y = transformer_block(net, y, heads, given);
  }
  if (!y) return {};
  y = is_linear ? tokens_as_pixels(net, net.linear("proj_out", y, shape[1], true), shape)
                : convolve(net, "proj_out", tokens_as_pixels(net, y, shape), shape[1], {});
  return net.add(x, y);
}

/// What each step on the way down leaves for the way up.
using Kept = std::vector<Value>;

Value go_down(Network& net, Value x, const Given& given, Kept& kept) {
  const UNet& unet = *given.unet;
  for (std::size_t i = 0; i < unet.widths.size(); ++i) {
    const auto scope = net.enter("down_blocks", static_cast<std::int64_t>(i));
    for (std::int64_t k = 0; k < unet.layers[i]; ++k) {
      x = residual_block(net, k, x, unet.widths[i], given);
      if (has_attention(unet.down[i])) {
        x = transformer(net, "attentions", k, x, unet.heads[i], unet.depths[i], given);
      }
      kept.push_back(x);
    }
    if (i + 1 == unet.widths.size()) continue;
    x = convolve(net, "downsamplers.0.conv", x, unet.widths[i],
                 {.kernel = 3, .stride = 2, .pad = 1});
    kept.push_back(x);
  }
  return x;
}

Value go_through(Network& net, Value x, const Given& given) {
  const UNet& unet = *given.unet;
  const auto scope = net.enter("mid_block");
  const std::int64_t width = unet.widths.back();
  x = residual_block(net, 0, x, width, given);
  x = transformer(net, "attentions", 0, x, unet.heads.back(), unet.depths.back(), given);
  return residual_block(net, 1, x, width, given);
}

/// Twice the size, cut to that of what comes next.
Value enlarged(Network& net, Value x, const Shape& next) {
  x = enlarge(net, x);
  if (!x) return {};
  Builder& b = net.builder();
  return b.slice_axis(b.slice_axis(x, 2, 0, next[2]), 3, 0, next[3]);
}

Value go_up(Network& net, Value x, const Given& given, Kept& kept) {
  const UNet& unet = *given.unet;
  const std::size_t levels = unet.widths.size();
  for (std::size_t i = 0; i < levels; ++i) {
    const auto scope = net.enter("up_blocks", static_cast<std::int64_t>(i));
    const std::size_t level = levels - 1 - i;
    for (std::int64_t k = 0; k <= unet.layers[level]; ++k) {
      if (!x || kept.empty() || !kept.back()) return {};
      x = residual_block(net, k, net.builder().concat({x, kept.back()}, 1), unet.widths[level],
                         given);
      kept.pop_back();
      if (has_attention(unet.up[i])) {
        x = transformer(net, "attentions", k, x, unet.heads[level], unet.depths[level], given);
      }
    }
    if (i + 1 == levels || kept.empty() || !kept.back()) continue;
    net.begin("upsamplers.0", "Upsample");
    x = convolve(net, "upsamplers.0.conv", enlarged(net, x, net.shape(kept.back())),
                 unet.widths[level], {.kernel = 3, .pad = 1});
  }
  return x;
}

/// The step, and for some nets what else is given, through two layers each.
Value embed_time(Network& net, const Keys& in, const UNet& unet) {
  const Value waves = embed_number(net, "timestep", unet.widths[0]);
  Value time = two_layers(net, "time_embedding", waves, unet.time);
  const std::string added = in.text_or("addition_embed_type", "");
  if (added == "text_time") {
    const Value given =
        net.input("added_conditions", net.element(),
                  {net.pass.batch, in.size("projection_class_embeddings_input_dim")});
    time = net.add(time, two_layers(net, "add_embedding", given, unet.time));
  } else {
    in.refuse_if(!added.empty(), "addition_embed_type", "is not described");
    in.ignore("projection_class_embeddings_input_dim");
  }
  return net.apply(Activation::silu, time);
}

Values build_unet(Network& net, const Keys& in) {
  const UNet unet = read_unet(in);
  const std::int64_t channels = in.size_or("in_channels", 4);
  const std::int64_t out = in.size_or("out_channels", 4);
  const ImageSize size = read_image_size(in, "sample_size");
  if (in.has_fault()) return {};
  Given given{.unet = &unet, .time = embed_time(net, in, unet)};
  given.text = net.input("encoder_hidden_states", net.element(),
                         {net.pass.batch, net.pass.length, unet.text});
  const Value sample =
      net.input("sample", net.element(), {net.pass.batch, channels, size.height, size.width});
  Value x = convolve(net, "conv_in", sample, unet.widths[0], {.kernel = 3, .pad = 1});
  Kept kept = {x};
  x = go_down(net, x, given, kept);
  x = go_through(net, x, given);
  x = go_up(net, x, given, kept);
  return {convolve(net, "conv_out", normalize_and_activate(net, "conv_norm_out", x, unet.groups),
                   out, {.kernel = 3, .pad = 1})};
}

constexpr std::string_view unet_types[] = {"UNet2DConditionModel"};
constexpr Family families[] = {
    {.model_types = unet_types, .takes = Takes::image_and_text, .build = build_unet}};

}  // namespace

extern constinit const FamilyGroup unet{families};

}  // namespace pfsday::config
