// Llama 3.2 Vision: the tokens of an image are read across, by layers of their own that stand among
// those of the text and whose gates are learned. The tower sees the tiles of the image together,
// and gives the states of some of its layers beside the last. Source: transformers models/mllama.
#include <algorithm>

#include "importers/config/composite.h"
#include "importers/config/decoder.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

struct Tower {
  std::int64_t width = 1280, layers = 32, global_layers = 8, heads = 16, inner = 5120;
  std::int64_t patch = 14, channels = 3, image = 560, tiles = 4, ratios = 9;
  std::vector<std::int64_t> given = {};  ///< layers whose states stand beside the last
  Activation activation = Activation::gelu;

  std::int64_t patches() const { return (image / patch) * (image / patch) + 1; }
  /// With the zeros that fill a tile up to a multiple of 8.
  std::int64_t padded() const { return (patches() + 7) / 8 * 8; }
  std::int64_t out() const { return width * (1 + static_cast<std::int64_t>(given.size())); }
};

Tower read_tower(const Keys& in) {
  Tower tower{.width = in.size_or("hidden_size", 1280),
              .layers = in.has("num_hidden_layers") ? in.layers("num_hidden_layers") : 32,
              .global_layers = in.has("num_global_layers") ? in.layers("num_global_layers") : 8,
              .heads = in.size_or("attention_heads|num_attention_heads", 16),
              .inner = in.size_or("intermediate_size", 5120),
              .patch = in.size_or("patch_size", 14),
              .channels = in.size_or("num_channels", 3),
              .image = in.size_or("image_size", 448),
              .tiles = in.size_or("max_num_tiles", 4),
              .given = in.sizes("intermediate_layers_indices", 0),
              .activation = read_activation(in, "hidden_act", "gelu")};
  const Json* const ratios = in.find("supported_aspect_ratios");
  if (ratios != nullptr) tower.ratios = static_cast<std::int64_t>(ratios->items.size()) + 1;
  if (!in.has("intermediate_layers_indices")) tower.given = {3, 7, 15, 23, 30};
  in.refuse_if(tower.width % tower.heads != 0, "hidden_size", "is no multiple of the heads");
  in.refuse_if(tower.image < tower.patch || tower.image > 1 << 14 || tower.tiles > 256,
               "image_size", "is less than a patch, or it and its tiles are too large");
  const bool fits =
      std::ranges::all_of(tower.given, [&](auto layer) { return layer < tower.layers; });
  in.refuse_if(!fits || in.size_or("vision_output_dim", tower.out()) != tower.out(),
               "intermediate_layers_indices", "does not go with \"vision_output_dim\"");
  return tower;
}

/// What a block makes, times the tangent of a learned number.
Value gated(Network& net, std::string_view gate, Value y) {
  if (!y) return {};
  net.begin(gate, "Gate");
  Builder& b = net.builder();
  return b.mul(y, b.emit("tanh", {net.weight(gate, {1})}));
}

Value tower_layer(Network& net, const Tower& tower, Value x, bool has_gates) {
  constexpr NormKind norm = NormKind::layer;
  const Attention attention{.heads = tower.heads,
                            .key_heads = tower.heads,
                            .width = tower.width / tower.heads,
                            .causal = false};
  Value a = self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention);
  if (has_gates) a = gated(net, "gate_attn", a);
  x = net.add(x, a);
  Value m = plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x),
                      {.width = tower.inner, .activation = tower.activation});
  if (has_gates) m = gated(net, "gate_ffn", m);
  return net.add(x, m);
}

/// A row for the shape of the image, whose tiles each have a vector: [batch, tiles, 1, width].
Value tile_positions(Network& net, const Tower& tower, std::string_view name, Value ratio) {
  Builder& b = net.builder();
  const auto scope = net.enter(name);
  const Value row = net.embedding("embedding", ratio, tower.ratios, tower.tiles * tower.width);
  return gated(net, "gate", b.reshape(row, {net.pass.batch, tower.tiles, 1, tower.width}));
}

/// x [batch, tiles, patches, width] with a vector for each patch, and one for each patch of a tile.
Value with_positions(Network& net, const Tower& tower, Value x, Value ratio) {
  Builder& b = net.builder();
  const auto scope = net.enter("gated_positional_embedding");
  net.begin("", "Gate");
  const Value gate = b.emit("tanh", {net.weight("gate", {1})});
  const Value plain = net.weight("embedding", {tower.patches(), tower.width});
  x = b.add(x, b.mul(plain, b.sub(b.full(b.type(gate), 1), gate)));
  const Value row = net.embedding("tile_embedding", ratio, tower.ratios,
                                  tower.tiles * tower.patches() * tower.width);
  const Value of_tiles =
      b.reshape(row, {net.pass.batch, tower.tiles, tower.patches(), tower.width});
  return b.add(x, b.mul(of_tiles, gate));
}

Value embed_tiles(Network& net, const Tower& tower, Value ratio) {
  Builder& b = net.builder();
  const std::int64_t batch = net.pass.batch;
  const Value pixels = net.input("pixel_values", net.element(),
                                 {batch * tower.tiles, tower.channels, tower.image, tower.image});
  Value x = embed_patches(net, "patch_embedding", pixels, tower.patch, tower.width, false);
  if (!x) return {};
  x = b.reshape(x, {batch, tower.tiles, tower.patches() - 1, tower.width});
  x = b.add(x, tile_positions(net, tower, "pre_tile_positional_embedding", ratio));
  x = b.reshape(x, {batch * tower.tiles, tower.patches() - 1, tower.width});
  x = with_token(net, "class_embedding", {tower.width}, x);
  x = b.reshape(x, {batch, tower.tiles, tower.patches(), tower.width});
  return normalize(net, "layernorm_pre", NormKind::layer, with_positions(net, tower, x, ratio));
}

/// The tokens of all tiles side by side, without what fills them up: [batch, tokens, width].
Value without_filling(Network& net, const Tower& tower, Value x) {
  Builder& b = net.builder();
  x = b.reshape(x, {net.pass.batch, tower.tiles, tower.padded(), tower.width});
  x = b.slice_axis(x, 2, 0, tower.patches());
  return b.reshape(x, {net.pass.batch, tower.tiles * tower.patches(), tower.width});
}

Value see(Network& net, const Tower& tower) {
  const auto scope = net.enter("vision_model");
  Builder& b = net.builder();
  const Value ratio = net.input("aspect_ratio_ids", ElementType::i64, {net.pass.batch});
  Value x = embed_tiles(net, tower, ratio);
  if (!x) return {};
  const std::int64_t batch = net.pass.batch;
  const std::int64_t rest = tower.padded() - tower.patches();
  if (rest > 0) {
    const Value zeros = b.full({net.element(), {batch, tower.tiles, rest, tower.width}}, 0);
    x = b.concat({x, zeros}, 2);
  }
  x = b.reshape(x, {batch, tower.tiles * tower.padded(), tower.width});
  Values states;
  for (std::int64_t i = 0; i < tower.layers && x; ++i) {
    const auto layer = net.enter("transformer.layers", i);
    x = tower_layer(net, tower, x, false);
    if (std::ranges::find(tower.given, i) != tower.given.end()) {
      states.push_back(without_filling(net, tower, x));
    }
  }
  x = normalize(net, "layernorm_post", NormKind::layer, x);
  x = b.reshape(x, {batch, tower.tiles, tower.padded(), tower.width});
  x = b.add(x, tile_positions(net, tower, "post_tile_positional_embedding", ratio));
  x = b.reshape(x, {batch, tower.tiles * tower.padded(), tower.width});
  for (std::int64_t i = 0; i < tower.global_layers && x; ++i) {
    const auto layer = net.enter("global_transformer.layers", i);
    x = tower_layer(net, tower, x, true);
  }
  states.insert(states.begin(), without_filling(net, tower, x));
  return b.concat(states, 2);
}

struct Reader {
  Attention attention;
  GatedMlp mlp;
  std::vector<std::int64_t> across;  ///< layers that read the image
};

/// Queries of the text, keys and values of the image, each normalized by head; no positions.
Value read_across(Network& net, const Reader& reader, Value x, Value image) {
  Attention attention = reader.attention;
  attention.rotary = {};
  attention.head_norm = NormKind::rms;
  attention.causal = false;
  const Value y = normalize(net, "input_layernorm", NormKind::rms, x);
  x = net.add(x, gated(net, "cross_attn_attn_gate",
                       cross_attention(net, "cross_attn", y, image, attention)));
  const Value m = gated_mlp(
      net, "mlp", normalize(net, "post_attention_layernorm", NormKind::rms, x), reader.mlp);
  return net.add(x, gated(net, "cross_attn_mlp_gate", m));
}

Value read_on(Network& net, const Reader& reader, Value x) {
  x = net.add(x,
              self_attention(net, "self_attn", normalize(net, "input_layernorm", NormKind::rms, x),
                             reader.attention));
  return net.add(x,
                 gated_mlp(net, "mlp", normalize(net, "post_attention_layernorm", NormKind::rms, x),
                           reader.mlp));
}

Values build_mllama(Network& net, const Keys& in) {
  const Tower tower = read_tower(in.inner("vision_config"));
  const Keys text = in.inner("text_config");
  const Decoder decoder = read_decoder(text, {});
  const Reader reader{.attention = read_attention(text, {}),
                      .mlp = {.width = text.size("intermediate_size"),
                              .activation = read_activation(text, "hidden_act", "silu")},
                      .across = text.sizes("cross_attention_layers", 0)};
  ignore_tokens(in);
  if (in.has_fault()) return {};
  net.note(
      "The image has as many tiles as the file allows. The table of words has 8 rows more than the "
      "head, for tokens that stand for an image.");
  const Value image = net.linear("multi_modal_projector", see(net, tower), decoder.width, true);
  const auto scope = net.enter("language_model");
  const Value words =
      net.embedding(decoder.names.embedding, token_ids(net), decoder.vocabulary + 8, decoder.width);
  return decode_from(net, text, decoder, words, [&](Value x, std::int64_t layer) {
    const bool is_across = std::ranges::find(reader.across, layer) != reader.across.end();
    return is_across ? read_across(net, reader, x, image) : read_on(net, reader, x);
  });
}

constexpr std::string_view types[] = {"mllama"};
constexpr Family families[] = {
    {.model_types = types, .takes = Takes::image_and_text, .build = build_mllama}};

}  // namespace

extern constinit const FamilyGroup mllama{families};

}  // namespace pfsday::config
