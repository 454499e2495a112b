// Models that see an image before they read a text: LLaVA, LLaVA-NeXT, PaliGemma, Gemma 3. A tower
// makes tokens of the image, a projection makes them as wide as those of the text, and a decoder
// reads both. The text has the bound size; the tokens of its image come on top. LLaVA-NeXT sees the
// image once as a whole and once in tiles. Source: transformers
// models/{llava,llava_next,paligemma,gemma3}.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/config/clip_towers.h"
#include "importers/config/composite.h"
#include "importers/config/norm.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

struct Llava {
  Text text;
  Keys vision;
  ClipKind kind = ClipKind::clip;
  bool drops_first = true;  ///< the token that stands for the whole
  bool bias = true;
  Activation activation = Activation::gelu;
};

Llava read_llava(const Keys& in) {
  Llava llava{
      .text = read_text(in, "llama"),
      .vision = in.inner("vision_config").with_defaults(clip_vision_defaults(ClipKind::clip))};
  const std::string type = llava.vision.text_or("model_type", "clip_vision_model");
  const bool is_clip = type == "clip_vision_model";
  in.refuse_if(!is_clip && type != "siglip_vision_model", "vision_config", "is of no known tower");
  llava.kind = is_clip ? ClipKind::clip : ClipKind::siglip;
  const std::string selected = in.text_or("vision_feature_select_strategy", "default");
  in.refuse_if(selected != "default" && selected != "full", "vision_feature_select_strategy",
               "is neither \"default\" nor \"full\"");
  llava.drops_first = is_clip && selected == "default";
  const Json* const layer = in.find("vision_feature_layer");
  in.refuse_if(layer != nullptr && layer->number != -2, "vision_feature_layer", "is not -2");
  llava.bias = in.flag("multimodal_projector_bias", true);
  llava.activation = read_activation(in, "projector_hidden_act", "gelu");
  llava.vision.ignore("vocab_size|projection_dim");
  ignore_tokens(in);
  return llava;
}

/// What the tower makes of an image and gives to the text, and what it gives beside that.
struct Seen {
  Value tokens = {}, unused = {};
};

/// The tokens of the last layer but one, as wide as those of the text.
Seen see(Network& net, const Llava& llava) {
  const TowerOutput tower = vision_tower(net, llava.vision, "vision_tower.vision_model", llava.kind,
                                         {.has_features = true});
  Value image = tower.features;
  if (llava.drops_first && image) {
    image = net.builder().slice_axis(image, 1, 1, net.shape(image)[1]);
  }
  const std::int64_t width = llava.text.width();
  image = net.linear("multi_modal_projector.linear_1", image, width, llava.bias);
  image = net.linear("multi_modal_projector.linear_2", net.apply(llava.activation, image), width,
                     llava.bias);
  return {.tokens = image, .unused = tower.pooled ? tower.pooled : tower.tokens};
}

Values build_llava(Network& net, const Keys& in) {
  const Llava llava = read_llava(in);
  in.refuse_if(in.has("image_grid_pinpoints"), "image_grid_pinpoints", "is not described");
  if (in.has_fault()) return {};
  const Seen seen = see(net, llava);
  return read_behind(net, llava.text, seen.tokens, seen.unused);
}

/// The size of those allowed that keeps most of the image, and of such ones wastes least.
ImageSize best_size(const Keys& in, ImageSize image) {
  ImageSize best;
  double most_kept = -1;
  double least_wasted = 0;
  const Json* const sizes = in.find("image_grid_pinpoints");
  if (sizes == nullptr || sizes->items.empty()) {
    in.refuse("image_grid_pinpoints", "is no list of sizes");
    return best;
  }
  for (const Json& size : sizes->items) {
    const bool is_pair = size.items.size() == 2 && size.items[0].number >= 1 &&
                         size.items[1].number >= 1 && size.items[0].number <= 1e5 &&
                         size.items[1].number <= 1e5;
    if (!is_pair) {
      in.refuse("image_grid_pinpoints", "is no list of sizes");
      return best;
    }
    const double height = size.items[0].number;
    const double width = size.items[1].number;
    const double scale = std::min(width / static_cast<double>(image.width),
                                  height / static_cast<double>(image.height));
    const double scaled = std::floor(static_cast<double>(image.width) * scale) *
                          std::floor(static_cast<double>(image.height) * scale);
    const double kept = std::min(scaled, static_cast<double>(image.width * image.height));
    const double wasted = width * height - kept;
    if (kept > most_kept || (kept == most_kept && wasted < least_wasted)) {
      most_kept = kept;
      least_wasted = wasted;
      best = {static_cast<std::int64_t>(height), static_cast<std::int64_t>(width)};
    }
  }
  return best;
}

/// What is left of a grid of tokens without the rows or columns that only pad the image.
ImageSize without_padding(ImageSize grid, ImageSize image) {
  const double aspect = static_cast<double>(image.width) / static_cast<double>(image.height);
  const bool is_wider = aspect > static_cast<double>(grid.width) / static_cast<double>(grid.height);
  const auto scaled = [](std::int64_t side, std::int64_t to, std::int64_t from) {
    const double size =
        static_cast<double>(side) * (static_cast<double>(to) / static_cast<double>(from));
    return static_cast<std::int64_t>(std::round(size * 1e7) / 1e7);
  };
  if (is_wider) {
    const std::int64_t height = scaled(image.height, grid.width, image.width);
    return {grid.height - (grid.height - height) / 2 * 2, grid.width};
  }
  const std::int64_t width = scaled(image.width, grid.height, image.height);
  return {grid.height, grid.width - (grid.width - width) / 2 * 2};
}

/// The tokens of the whole, then those of the tiles in rows, each of which ends with a learned
/// token.
Value put_together(Network& net, Value tokens, ImageSize tiles, ImageSize image) {
  if (!tokens) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(tokens);
  const std::int64_t count = tiles.height * tiles.width + 1;
  const std::int64_t batch = s[0] / count;
  const auto side = static_cast<std::int64_t>(std::sqrt(static_cast<double>(s[1])));
  const Value apart = b.reshape(tokens, {batch, count, s[1], s[2]});
  const Value whole = b.reshape(b.slice_axis(apart, 1, 0, 1), {batch, s[1], s[2]});
  Value rest = b.reshape(b.slice_axis(apart, 1, 1, count),
                         {batch, tiles.height, tiles.width, side, side, s[2]});
  const ImageSize grid{tiles.height * side, tiles.width * side};
  rest = b.reshape(b.transpose(rest, {0, 1, 3, 2, 4, 5}), {batch, grid.height, grid.width, s[2]});
  const ImageSize kept = without_padding(grid, image);
  rest = b.slice_axis(b.slice_axis(rest, 1, 0, kept.height), 2, 0, kept.width);
  net.begin("image_newline", "Token");
  const Value end = b.broadcast(net.weight("image_newline", {s[2]}), {batch, kept.height, 1, s[2]});
  rest = b.reshape(b.concat({rest, end}, 2), {batch, kept.height * (kept.width + 1), s[2]});
  return b.concat({whole, rest}, 1);
}

Values build_llava_next(Network& net, const Keys& in) {
  const Llava llava = read_llava(in);
  const std::int64_t tile = llava.vision.size("image_size");
  const std::int64_t patch = llava.vision.size("patch_size");
  const Pass& bound = net.pass;
  const ImageSize image{bound.image_height > 0 ? bound.image_height : tile,
                        bound.image_width > 0 ? bound.image_width : tile};
  in.refuse_if(image.height > 1 << 16 || image.width > 1 << 16, "image_size",
               "is not for an image of more than 65536 pixels a side");
  const ImageSize size = best_size(in, image);
  const ImageSize tiles{size.height / tile, size.width / tile};
  in.refuse_if(tiles.height < 1 || tiles.width < 1 || tiles.height * tiles.width > 256,
               "image_grid_pinpoints", "is less than one tile, or more than 256 of them");
  llava.vision.refuse_if(tile % patch != 0 || !llava.drops_first, "patch_size",
                         "gives no square of tokens");
  in.ignore("use_image_newline_parameter");
  if (in.has_fault()) return {};
  const std::int64_t batch = net.pass.batch;
  net.pass.batch *= tiles.height * tiles.width + 1;
  const Seen seen = see(net, llava);
  net.pass.batch = batch;
  return read_behind(net, llava.text, put_together(net, seen.tokens, tiles, image), seen.unused);
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
  vision.ignore("projection_dim|num_image_tokens|vision_use_head|projector_hidden_act");
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
constexpr std::string_view llava_next_types[] = {"llava_next"};
constexpr std::string_view paligemma_types[] = {"paligemma"};
constexpr std::string_view gemma3_types[] = {"gemma3"};
constexpr Family families[] = {
    {.model_types = llava_types, .takes = Takes::image_and_text, .build = build_llava},
    {.model_types = llava_next_types,
     .takes = Takes::tiled_image_and_text,
     .build = build_llava_next},
    {.model_types = paligemma_types, .takes = Takes::image_and_text, .build = build_paligemma},
    {.model_types = gemma3_types, .takes = Takes::image_and_text, .build = build_gemma3}};

}  // namespace

extern constinit const FamilyGroup llava{families};

}  // namespace pfsday::config
