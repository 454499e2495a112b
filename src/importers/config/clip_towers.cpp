// Sources: transformers models/{clip,siglip}.
#include "importers/config/clip_towers.h"

#include "importers/config/decoder.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Tower {
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1;
  Activation activation = Activation::gelu_quick;
};

Tower read_tower(const Keys& in, ClipKind kind) {
  Tower tower{.width = in.size("hidden_size"),
              .layers = in.layers("num_hidden_layers"),
              .heads = in.size("num_attention_heads"),
              .inner = in.size("intermediate_size"),
              .activation = read_activation(
                  in, "hidden_act", kind == ClipKind::clip ? "quick_gelu" : "gelu_pytorch_tanh")};
  if (tower.width % tower.heads != 0) in.refuse("hidden_size", "is no multiple of the heads");
  return tower;
}

/// Where `features` are asked for, they are what goes into the last layer.
Value encode(Network& net, const Tower& tower, Value x, bool causal, Value* features = nullptr) {
  const Attention attention{.heads = tower.heads,
                            .key_heads = tower.heads,
                            .width = tower.width / tower.heads,
                            .bias = true,
                            .out_bias = true,
                            .causal = causal,
                            .names = {.out = "out_proj"}};
  for (std::int64_t i = 0; i < tower.layers && x; ++i) {
    const auto scope = net.enter("encoder.layers", i);
    if (features != nullptr && i + 1 == tower.layers) *features = x;
    x = net.add(
        x, self_attention(net, "self_attn", normalize(net, "layer_norm1", norm, x), attention));
    x = net.add(x, plain_mlp(net, "mlp", normalize(net, "layer_norm2", norm, x),
                             {.width = tower.inner, .activation = tower.activation}));
  }
  return x;
}

/// One learned query attends to all tokens, then an MLP: how SigLIP pools an image.
Value pool_by_attention(Network& net, const Tower& tower, Value x) {
  if (!x) return {};
  const auto scope = net.enter("head");
  Builder& b = net.builder();
  const std::int64_t width = tower.width;
  net.begin("probe", "Token");
  const Value probe = b.broadcast(net.weight("probe", {1, 1, width}), {net.shape(x)[0], 1, width});
  net.begin("attention", "Attention");
  const Value weights = net.weight("attention.in_proj_weight", {3 * width, width});
  const Value biases = net.weight("attention.in_proj_bias", {3 * width});
  const auto part = [&](Value v, std::int64_t i) {
    const Value w = b.slice_axis(weights, 0, i * width, (i + 1) * width);
    const Value y = b.add(net.project(v, w), b.slice_axis(biases, 0, i * width, (i + 1) * width));
    return split_heads(net, y, tower.heads);
  };
  const Attention attention{.heads = tower.heads, .width = width / tower.heads, .causal = false};
  const Value y = merge_heads(net, attend(net, part(probe, 0), part(x, 1), part(x, 2), attention));
  const Value seen = net.linear("attention.out_proj", y, width, true);
  const Value m = plain_mlp(net, "mlp", normalize(net, "layernorm", norm, seen),
                            {.width = tower.inner, .activation = tower.activation});
  return take_token(net, net.add(seen, m), 0);
}

Json number(double value) { return {.kind = Json::Kind::number, .number = value}; }

Json defaults_of(std::initializer_list<std::pair<std::string_view, double>> keys) {
  Json json{.kind = Json::Kind::object};
  for (const auto& [name, value] : keys) {
    json.names.emplace_back(name);
    json.items.push_back(number(value));
  }
  return json;
}

}  // namespace

const Json& clip_vision_defaults(ClipKind kind) {
  static const Json clip = defaults_of({{"hidden_size", 768},
                                        {"intermediate_size", 3072},
                                        {"projection_dim", 512},
                                        {"num_hidden_layers", 12},
                                        {"num_attention_heads", 12},
                                        {"num_channels", 3},
                                        {"image_size", 224},
                                        {"patch_size", 32}});
  static const Json siglip = defaults_of({{"hidden_size", 768},
                                          {"intermediate_size", 3072},
                                          {"num_hidden_layers", 12},
                                          {"num_attention_heads", 12},
                                          {"num_channels", 3},
                                          {"image_size", 224},
                                          {"patch_size", 16}});
  return kind == ClipKind::clip ? clip : siglip;
}

const Json& clip_text_defaults(ClipKind kind) {
  static const Json clip = defaults_of({{"vocab_size", 49408},
                                        {"hidden_size", 512},
                                        {"intermediate_size", 2048},
                                        {"projection_dim", 512},
                                        {"num_hidden_layers", 12},
                                        {"num_attention_heads", 8},
                                        {"max_position_embeddings", 77}});
  static const Json siglip = defaults_of({{"vocab_size", 32000},
                                          {"hidden_size", 768},
                                          {"intermediate_size", 3072},
                                          {"num_hidden_layers", 12},
                                          {"num_attention_heads", 12},
                                          {"max_position_embeddings", 64}});
  return kind == ClipKind::clip ? clip : siglip;
}

TowerOutput vision_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind,
                         const TowerUse& use) {
  const Tower tower = read_tower(in, kind);
  const bool is_clip = kind == ClipKind::clip;
  const std::int64_t patch = in.size("patch_size");
  const Value image =
      image_input(net, in.size_or("num_channels", 3), read_image_size(in, "image_size"));
  if (in.has_fault()) return {};
  const auto scope = net.enter(prefix);
  Value x = embed_patches(net, "embeddings.patch_embedding", image, patch, tower.width, !is_clip);
  if (is_clip) x = with_token(net, "embeddings.class_embedding", {tower.width}, x);
  if (!x) return {};
  net.begin("embeddings.position_embedding", "Add");
  x = net.builder().add(
      x, net.weight("embeddings.position_embedding.weight", {net.shape(x)[1], tower.width}));
  if (is_clip) x = normalize(net, "pre_layrnorm", norm, x);
  TowerOutput output;
  output.tokens = encode(net, tower, x, false, use.has_features ? &output.features : nullptr);
  if (is_clip) {
    output.pooled = normalize(net, "post_layernorm", norm, take_token(net, output.tokens, 0));
    return output;
  }
  output.tokens = normalize(net, "post_layernorm", norm, output.tokens);
  const bool has_head = in.flag("vision_use_head", true) && use.has_head;
  if (has_head) output.pooled = pool_by_attention(net, tower, output.tokens);
  return output;
}

TowerOutput text_tower(Network& net, const Keys& in, std::string_view prefix, ClipKind kind) {
  const Tower tower = read_tower(in, kind);
  const std::int64_t vocabulary = in.size("vocab_size");
  const std::int64_t rows = in.size_or("max_position_embeddings", kind == ClipKind::clip ? 77 : 64);
  if (in.has_fault()) return {};
  const auto scope = net.enter(prefix);
  Value x = net.embedding("embeddings.token_embedding", token_ids(net), vocabulary, tower.width);
  x = net.add(
      x, table_rows(net, "embeddings.position_embedding", rows, 0, net.pass.length, tower.width));
  x = encode(net, tower, x, kind == ClipKind::clip);
  x = normalize(net, "final_layer_norm", norm, x);
  const Value last = take_token(net, x, net.pass.length - 1);
  if (kind == ClipKind::clip) return {.tokens = x, .features = {}, .pooled = last};
  const Value head = net.linear("head", last, in.size_or("projection_size", tower.width), true);
  return {.tokens = x, .features = {}, .pooled = head};
}

}  // namespace pfsday::config
