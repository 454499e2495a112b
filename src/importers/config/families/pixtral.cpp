// Mistral 3 and Ministral 3: the tower of Pixtral sees an image of any size in patches, with rotary
// positions, root-mean-square norms and gated MLPs; squares of its patches become one token each,
// which a decoder as Mistral's reads before the text. Source: transformers
// models/{mistral3,pixtral,ministral3}.
#include "importers/config/attention.h"
#include "importers/config/composite.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::rms;

struct Tower {
  std::int64_t width = 1, layers = 1, heads = 1, head = 1, inner = 1, patch = 16, channels = 3;
  std::int64_t merge = 2;  ///< patches of a side that become one token
  ImageSize image = {};
  Activation activation = Activation::silu;

  std::int64_t rows() const { return image.height / patch; }
  std::int64_t columns() const { return image.width / patch; }
};

/// The image has the bound size, or the largest that the file names.
Tower read_tower(const Network& net, const Keys& in, std::int64_t merge) {
  Tower tower{.width = in.size_or("hidden_size", 1024),
              .layers = in.has("num_hidden_layers") ? in.layers("num_hidden_layers") : 24,
              .heads = in.size_or("num_attention_heads", 16),
              .inner = in.size_or("intermediate_size", 4096),
              .patch = in.size_or("patch_size", 16),
              .channels = in.size_or("num_channels", 3),
              .merge = merge,
              .activation = read_activation(in, "hidden_act", "gelu")};
  const std::int64_t largest = in.size_or("image_size", 1024);
  tower.head = in.size_or("head_dim", std::max<std::int64_t>(1, tower.width / tower.heads));
  const std::int64_t unit = tower.patch * merge;
  const auto side = [&](std::int64_t bound) {
    return std::max<std::int64_t>(1, (bound > 0 ? bound : largest) / unit) * unit;
  };
  tower.image = {side(net.pass.image_height), side(net.pass.image_width)};
  in.refuse_if(tower.image.height > 1 << 16 || tower.image.width > 1 << 16, "image_size",
               "is not for an image of more than 65536 pixels a side");
  return tower;
}

Value layer_of(Network& net, const Tower& tower, Value x) {
  const Attention attention{
      .heads = tower.heads,
      .key_heads = tower.heads,
      .width = tower.head,
      .causal = false,
      .rotary = {.width = tower.head / 2 * 2, .table = "vision_tower.patch_positional_embedding"}};
  x = net.add(
      x, self_attention(net, "attention", normalize(net, "attention_norm", norm, x), attention));
  return net.add(x, gated_mlp(net, "feed_forward", normalize(net, "ffn_norm", norm, x),
                              {.width = tower.inner, .activation = tower.activation}));
}

Value see(Network& net, const Tower& tower) {
  const Value image = image_input(net, tower.channels, tower.image);
  return over_patches(net, tower.rows() * tower.columns(), [&] {
    const auto scope = net.enter("vision_tower");
    Value x = embed_patches(net, "patch_conv", image, tower.patch, tower.width, false);
    x = normalize(net, "ln_pre", norm, x);
    for (std::int64_t i = 0; i < tower.layers && x; ++i) {
      const auto layer = net.enter("transformer.layers", i);
      x = layer_of(net, tower, x);
    }
    return x;
  });
}

/// Squares of patches side by side, to the width of one, and to that of the text.
Value project_patches(Network& net, const Tower& tower, Value x, std::int64_t width, bool bias,
                      Activation activation) {
  const auto scope = net.enter("multi_modal_projector");
  x = normalize(net, "norm", norm, x);
  x = fold_squares(net, x, {tower.rows(), tower.columns()}, tower.merge);
  x = net.linear("patch_merger.merging_layer", x, tower.width);
  x = net.apply(activation, net.linear("linear_1", x, width, bias));
  return net.linear("linear_2", x, width, bias);
}

Values build_mistral3(Network& net, const Keys& in) {
  const Text text = read_text(in, "mistral");
  const std::int64_t merge = in.size_or("spatial_merge_size", 2);
  in.refuse_if(merge > 16, "spatial_merge_size", "is more than 16");
  const Keys vision = in.inner("vision_config");
  const Tower tower = read_tower(net, vision, merge);
  const bool bias = in.flag("multimodal_projector_bias", false);
  const Activation activation = read_activation(in, "projector_hidden_act", "gelu");
  in.refuse_if(in.has("vision_feature_layer") && in.number_or("vision_feature_layer", -1) != -1,
               "vision_feature_layer", "is not -1");
  ignore_tokens(in);
  const std::int64_t width = text.width();
  if (in.has_fault()) return {};
  net.note(
      "The sides of the image are cut to a multiple of a merged patch; the tokens that end its "
      "rows "
      "are part of the text.");
  return read_behind(net, text,
                     project_patches(net, tower, see(net, tower), width, bias, activation), {});
}

constexpr std::string_view types[] = {"mistral3"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::tiled_image_and_text, .build = build_mistral3}};

}  // namespace

extern constinit const FamilyGroup pixtral{families};

}  // namespace pfsday::config
