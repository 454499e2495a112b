// CLIP and SigLIP: an image and a text are each made one vector; the score of a pair is their
// scaled product. A tower alone is a model of its own. Sources: transformers models/{clip,siglip}.
#include "importers/config/clip_towers.h"
#include "importers/config/family.h"

namespace pfsday::config {
namespace {

/// x over its length, [batch, width].
Value to_unit(Network& net, Value x) {
  Builder& b = net.builder();
  return b.div(x, b.sqrt(b.reduce_sum(b.mul(x, x), {1}, ops::keep_dims)));
}

/// The scores of each text and each image of the batch.
Values score_pairs(Network& net, Value image, Value text, bool has_bias) {
  Builder& b = net.builder();
  net.begin("logit_scale", "Scores");
  const Value products =
      b.dot(to_unit(net, text), to_unit(net, image), {.contract_a = {1}, .contract_b = {1}});
  const Value scale = b.exp(net.weight("logit_scale", has_bias ? Shape{1} : Shape{}));
  const Value scores = b.mul(products, scale);
  return {has_bias ? b.add(scores, net.weight("logit_bias", {1})) : scores};
}

Values build_clip(Network& net, const Keys& in) {
  const Keys vision = in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::clip));
  const Keys text = in.inner("text_config").with_defaults(clip_text_defaults(ClipKind::clip));
  in.ignore("text_config_dict|vision_config_dict|logit_scale_init_value");
  for (const Keys* inner : {&vision, &text}) inner->ignore("projection_dim");
  const std::int64_t width = in.size_or("projection_dim", 512);
  const TowerOutput image = vision_tower(net, vision, "vision_model", ClipKind::clip);
  const TowerOutput words = text_tower(net, text, "text_model", ClipKind::clip);
  return score_pairs(net, net.linear("visual_projection", image.pooled, width),
                     net.linear("text_projection", words.pooled, width), false);
}

bool has_projection(const Keys& in) {
  const std::vector<std::string> classes = in.texts("architectures");
  return !classes.empty() && classes.front().ends_with("WithProjection");
}

Values projected(Network& net, const Keys& in, const TowerOutput& tower, std::string_view name) {
  const std::int64_t width = in.size_or("projection_dim", 512);
  if (has_projection(in)) return {net.linear(name, tower.pooled, width)};
  return {tower.tokens, tower.pooled};
}

Values build_clip_vision(Network& net, const Keys& in) {
  return projected(net, in, vision_tower(net, in, "vision_model", ClipKind::clip),
                   "visual_projection");
}

Values build_clip_text(Network& net, const Keys& in) {
  return projected(net, in, text_tower(net, in, "text_model", ClipKind::clip), "text_projection");
}

Values build_siglip(Network& net, const Keys& in) {
  const Keys vision =
      in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::siglip));
  const Keys text = in.inner("text_config").with_defaults(clip_text_defaults(ClipKind::siglip));
  const TowerOutput image = vision_tower(net, vision, "vision_model", ClipKind::siglip);
  const TowerOutput words = text_tower(net, text, "text_model", ClipKind::siglip);
  return score_pairs(net, image.pooled, words.pooled, true);
}

Values build_siglip_vision(Network& net, const Keys& in) {
  const TowerOutput tower = vision_tower(net, in, "vision_model", ClipKind::siglip);
  return tower.pooled ? Values{tower.tokens, tower.pooled} : Values{tower.tokens};
}

constexpr std::string_view clip_types[] = {"clip"};
constexpr std::string_view clip_vision_types[] = {"clip_vision_model"};
constexpr std::string_view clip_text_types[] = {"clip_text_model"};
constexpr std::string_view siglip_types[] = {"siglip"};
constexpr std::string_view siglip_vision_types[] = {"siglip_vision_model"};
constexpr Family families[] = {
    {.model_types = clip_types, .takes = Takes::image_and_text, .build = build_clip},
    {.model_types = clip_vision_types, .takes = Takes::image, .build = build_clip_vision},
    {.model_types = clip_text_types, .takes = Takes::text, .build = build_clip_text},
    {.model_types = siglip_types, .takes = Takes::image_and_text, .build = build_siglip},
    {.model_types = siglip_vision_types, .takes = Takes::image, .build = build_siglip_vision}};

}  // namespace

extern constinit const FamilyGroup clip{families};

}  // namespace pfsday::config
