// Models that see an image before they read a text: LLaVA, PaliGemma, Gemma 3. A tower makes tokens
// of the image, a projection makes them as wide as those of the text, and a decoder reads both. The
// text has the bound size; the tokens of its image come on top. Source: transformers
// models/{llava,paligemma,gemma3}.
#include <fmt/format.h>

#include <cmath>

#include "importers/config/clip_towers.h"
#include "importers/config/composite.h"
#include "importers/config/norm.h"

namespace pfsday::config {
namespace {

/// The tokens of the last layer but one, without the one that stands for the whole.
Values build_llava(Network& net, const Keys& in) {
  const Text text = read_text(in, "llama");
  const Keys vision = in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::clip));
  const std::string type = vision.text_or("model_type", "clip_vision_model");
  const bool is_clip = type == "clip_vision_model";
  in.refuse_if(!is_clip && type != "siglip_vision_model", "vision_config", "is of no known tower");
  const std::string selected = in.text_or("vision_feature_select_strategy", "default");
  in.refuse_if(selected != "default" && selected != "full", "vision_feature_select_strategy",
               "is neither \"default\" nor \"full\"");
  in.refuse_if(in.has("image_grid_pinpoints"), "image_grid_pinpoints", "is not described");
  const Json* const layer = in.find("vision_feature_layer");
  in.refuse_if(layer != nullptr && layer->number != -2, "vision_feature_layer", "is not -2");
  const bool bias = in.flag("multimodal_projector_bias", true);
  const Activation activation = read_activation(in, "projector_hidden_act", "gelu");
  ignore_tokens(in);
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model",
                   is_clip ? ClipKind::clip : ClipKind::siglip, {.has_features = true});
  Value image = tower.features;
  const bool drops_first = is_clip && selected == "default" && image;
  if (drops_first) image = net.builder().slice_axis(image, 1, 1, net.shape(image)[1]);
  const std::int64_t width = text.width();
  image = net.linear("multi_modal_projector.linear_1", image, width, bias);
  image = net.linear("multi_modal_projector.linear_2", net.apply(activation, image), width, bias);
  return read_behind(net, text, image, tower.pooled ? tower.pooled : tower.tokens);
}

Keys siglip_keys(const Keys& in) {
  return in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::siglip));
}

void note_image_pairs(Network& net) {
  net.note(
      "Attention is counted causal throughout; within an image the model sees all pairs of its "
      "tokens.");
}

Values build_paligemma(Network& net, const Keys& in) {
  const Text text = read_text(in, "gemma");
  const Keys vision = siglip_keys(in);
  for (const std::string_view key :
       {"projection_dim", "num_image_tokens", "vision_use_head", "projector_hidden_act"}) {
    vision.ignore(key);
  }
  ignore_tokens(in);
  const std::int64_t width = text.width();
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model", ClipKind::siglip, {.has_head = false});
  note_image_pairs(net);
  return read_behind(net, text,
                     net.linear("multi_modal_projector.linear", tower.tokens, width, true), {});
}

/// Patches are averaged to so many tokens, normalized and projected.
Value pool_patches(Network& net, Value x, std::int64_t tokens, std::int64_t width) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(s[1])));
  const auto pooled = static_cast<std::int64_t>(std::sqrt(static_cast<double>(tokens)));
  const bool fits = side * side == s[1] && pooled * pooled == tokens && side % pooled == 0;
  if (!fits) {
    return b.fault(Code::configuration_unsupported,
                   fmt::format("{} patches cannot be averaged to {} tokens", s[1], tokens));
  }
  const auto scope = net.enter("multi_modal_projector");
  net.begin("avg_pool", "AvgPool");
  const std::int64_t each = side / pooled;
  x = b.reshape(x, {s[0], pooled, each, pooled, each, s[2]});
  x = b.reshape(b.reduce_mean(x, {2, 4}), {s[0], tokens, s[2]});
  x = normalize(net, "mm_soft_emb_norm", NormKind::rms_plus_one, x);
  net.begin("mm_input_projection_weight", "Linear");
  return b.matmul(x, net.weight("mm_input_projection_weight", {s[2], width}));
}

Values build_gemma3(Network& net, const Keys& in) {
  const Text text = read_text(in, "gemma3_text");
  const Keys vision = siglip_keys(in);
  vision.ignore("vision_use_head");
  const std::int64_t tokens = in.size_or("mm_tokens_per_image", 256);
  ignore_tokens(in);
  const std::int64_t width = text.width();
  if (in.has_fault()) return {};
  const TowerOutput tower =
      vision_tower(net, vision, "vision_tower.vision_model", ClipKind::siglip, {.has_head = false});
  note_image_pairs(net);
  return read_behind(net, text, pool_patches(net, tower.tokens, tokens, width), {});
}

constexpr std::string_view llava_types[] = {"llava"};
constexpr std::string_view paligemma_types[] = {"paligemma"};
constexpr std::string_view gemma3_types[] = {"gemma3"};
constexpr Family families[] = {
    {.model_types = llava_types, .takes = Takes::image_and_text, .build = build_llava},
    {.model_types = paligemma_types, .takes = Takes::image_and_text, .build = build_paligemma},
    {.model_types = gemma3_types, .takes = Takes::image_and_text, .build = build_gemma3}};

}  // namespace

extern constinit const FamilyGroup llava{families};

}  // namespace pfsday::config
