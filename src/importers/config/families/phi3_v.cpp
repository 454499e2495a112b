// Phi-3-Vision and Phi-3.5-Vision: CLIP's tower sees an image as a whole and in crops; squares of
// four patches become one token, rows of tokens end with a learned one, and the decoder of Phi-3
// reads them before the text. Source: modeling_phi3_v.py beside Phi-3.5-vision-instruct, from
// memory; its parameters agree with the checkpoint's 4.15 billion.
#include <algorithm>

#include "importers/config/clip_towers.h"
#include "importers/config/composite.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

/// The tower that the file names, of which it gives no sizes.
const Json& named_tower() {
  static const Json tower = [] {
    Json json{.kind = Json::Kind::object};
    for (const auto& [name, size] : {std::pair<const char*, double>{"hidden_size", 1024},
                                     {"intermediate_size", 4096},
                                     {"num_hidden_layers", 24},
                                     {"num_attention_heads", 16},
                                     {"num_channels", 3},
                                     {"image_size", 336},
                                     {"patch_size", 14}}) {
      json.names.emplace_back(name);
      json.items.push_back({.kind = Json::Kind::number, .number = size});
    }
    return json;
  }();
  return tower;
}

struct Crops {
  std::int64_t rows = 1, columns = 1;
};

/// Tokens of crops in rows [batch, H, W, width], each row with a learned token at its end.
Value with_ends(Network& net, Value x) {
  if (!x) return {};
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  net.begin("sub_GN", "Token");
  const Value end = b.reshape(net.weight("sub_GN", {1, 1, 1, s[3]}), {1, 1, 1, s[3]});
  const Value rows = b.concat({x, b.broadcast(end, {s[0], s[1], 1, s[3]})}, 2);
  return b.reshape(rows, {s[0], s[1] * (s[2] + 1), s[3]});
}

/// Crops first, then a learned token, then the whole.
Value put_together(Network& net, Value x, const Crops& crops) {
  if (!x) return {};
  Builder& b = net.builder();
  const std::int64_t count = crops.rows * crops.columns + 1;
  constexpr std::int64_t side = 12;  // 24 patches of 14 pixels, two of which make a token
  const Value folded = fold_squares(net, x, {2 * side, 2 * side}, 2);
  const std::int64_t width = net.width(folded);
  const std::int64_t batch = net.shape(folded)[0] / count;
  const Value apart = b.reshape(folded, {batch, count, side, side, width});
  const Value whole = b.reshape(b.slice_axis(apart, 1, 0, 1), {batch, side, side, width});
  Value rest = b.reshape(b.slice_axis(apart, 1, 1, count),
                         {batch, crops.rows, crops.columns, side, side, width});
  rest = b.reshape(b.transpose(rest, {0, 1, 3, 2, 4, 5}),
                   {batch, crops.rows * side, crops.columns * side, width});
  const Value between = b.broadcast(net.weight("glb_GN", {1, 1, width}), {batch, 1, width});
  return b.concat({with_ends(net, rest), between, with_ends(net, whole)}, 1);
}

void check(const Keys& in) {
  const Keys processor = in.inner("img_processor");
  const std::string named = processor.text_or("model_name", "openai/clip-vit-large-patch14-336");
  processor.refuse_if(named != "openai/clip-vit-large-patch14-336", "model_name",
                      "is no tower whose sizes are known");
  const Keys layer = in.inner("embd_layer");
  layer.refuse_if(!layer.flag("use_hd_transform", true), "use_hd_transform", "is false");
  layer.refuse_if(!layer.flag("with_learnable_separator", true), "with_learnable_separator",
                  "is false");
  processor.ignore("name|image_dim_out|num_img_tokens|layer_idx|type_feature");
  layer.ignore("embedding_cls|hd_transform_order|projection_cls");
}

Values build_phi3_v(Network& net, const Keys& in) {
  check(in);
  const Text text = read_flat_text(in, "phi3");
  const std::int64_t width = text.width();
  const auto crops_of = [](std::int64_t pixels) {
    return std::max<std::int64_t>(1, (pixels + 335) / 336);
  };
  const Crops crops{crops_of(net.pass.image_height), crops_of(net.pass.image_width)};
  in.refuse_if(crops.rows > 64 || crops.columns > 64, "img_processor",
               "is not for an image of more than 64 crops a side");
  if (in.has_fault()) return {};
  net.note(
      "The image has crops of 336 x 336 pixels that cover it, one unless \"height\" and \"width\" "
      "are bound, and is seen once more as a whole; how large the processor makes it stands in "
      "another file.");
  const Json empty{.kind = Json::Kind::object};
  const std::int64_t batch = net.pass.batch;
  net.pass.batch *= crops.rows * crops.columns + 1;
  const TowerOutput tower = vision_tower(net, in.of(empty).with_defaults(named_tower()),
                                         "model.vision_embed_tokens.img_processor.vision_model",
                                         ClipKind::clip, {.has_features = true});
  net.pass.batch = batch;
  if (!tower.features) return {};
  Value image = net.builder().slice_axis(tower.features, 1, 1, net.shape(tower.features)[1]);
  {
    const auto scope = net.enter("model.vision_embed_tokens");
    image = put_together(net, image, crops);
    image = net.linear("img_projection.0", image, width, true);
    image = net.linear("img_projection.2", net.apply(Activation::gelu, image), width, true);
  }
  return read_behind(net, text, image, tower.pooled);
}

constexpr std::string_view types[] = {"phi3_v"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::tiled_image_and_text, .build = build_phi3_v}};

}  // namespace

extern constinit const FamilyGroup phi3_v{families};

}  // namespace pfsday::config
