// Llama 4: attention within chunks, but for every fourth layer, which has no positions and sees
// all; experts whose weights scale what goes in, beside one that all tokens go through. The whole
// model sees one tile of an image before the text. Source: transformers models/llama4.
#include <algorithm>
#include <cmath>

#include "importers/config/composite.h"
#include "importers/config/decoder.h"
#include "importers/config/experts.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind rms = NormKind::rms;

struct Llama4 {
  Attention attention;
  Experts experts;
  GatedMlp dense, shared;
  std::int64_t chunk = 0;
  std::vector<std::int64_t> has_rotary;    ///< of each layer; empty: all but every fourth
  std::vector<std::int64_t> with_experts;  ///< numbers of layers
  bool tunes_temperature = true;
};

std::vector<std::int64_t> read_expert_layers(const Keys& in, std::int64_t layers) {
  std::vector<std::int64_t> listed = in.sizes("moe_layers", 0);
  const std::int64_t step = in.size_or("interleave_moe_layer_step", 1);
  if (!listed.empty()) return listed;
  for (std::int64_t i = step - 1; i < layers; i += step) listed.push_back(i);
  return listed;
}

Llama4 read_llama4(const Keys& in, std::int64_t layers) {
  const bool bias = in.flag("attention_bias", false);
  Llama4 model{
      .attention = read_attention(in, {.bias = bias, .out_bias = bias}),
      .experts = {.count = in.size("num_local_experts"),
                  .per_token = in.size("num_experts_per_tok"),
                  .width = in.size("intermediate_size"),
                  .activation = read_activation(in, "hidden_act", "silu"),
                  .weigh_input = true,
                  .prefix = "experts.",
                  .names = {.fused = "gate_up_proj"},
                  .router = {.name = "router", .is_sigmoid = true, .softmax_of_best = true}},
      .dense = {.width = in.size("intermediate_size_mlp")},
      .shared = {.width = in.size("intermediate_size")},
      .chunk = in.size_or("attention_chunk_size", 0, 0),
      .has_rotary = in.sizes("no_rope_layers", 0),
      .with_experts = read_expert_layers(in, layers),
      .tunes_temperature = in.flag("attn_temperature_tuning", true)};
  model.dense.activation = model.shared.activation = model.experts.activation;
  if (in.flag("use_qk_norm", true)) model.attention.head_norm = NormKind::rms_plain;
  in.refuse_if(model.experts.per_token > model.experts.count, "num_experts_per_tok",
               "is more than there are experts");
  in.ignore("no_rope_layer_interval|floor_scale|attn_scale|layer_types|for_llm_compressor");
  return model;
}

bool is_rotated(const Llama4& model, std::int64_t layer) {
  const auto at = static_cast<std::size_t>(layer);
  return at < model.has_rotary.size() ? model.has_rotary[at] != 0 : (layer + 1) % 4 != 0;
}

/// A chunk is a sequence of its own: the pass as if so many were packed.
std::vector<std::int64_t> chunks(std::int64_t length, std::int64_t chunk) {
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(length / chunk), chunk);
  if (length % chunk != 0) lengths.push_back(length % chunk);
  return lengths;
}

Value attend_to(Network& net, Value x, const Llama4& model, std::int64_t layer) {
  Attention attention = model.attention;
  const bool rotated = is_rotated(model, layer);
  if (!rotated) {
    attention.rotary.width = 0;
    attention.head_norm = NormKind::none;
    attention.query_scale = model.tunes_temperature;
    return self_attention(net, "self_attn", x, attention);
  }
  const Pass& pass = net.pass;
  const bool is_chunked =
      model.chunk > 0 && pass.lengths.empty() && pass.past + pass.length > model.chunk;
  if (!is_chunked) return self_attention(net, "self_attn", x, attention);
  if (pass.past > 0) {
    return net.builder().fault(Code::configuration_unsupported,
                               "a cache longer than \"attention_chunk_size\" is not described");
  }
  net.pass.lengths = chunks(pass.length, model.chunk);
  const Value y = self_attention(net, "self_attn", x, attention);
  net.pass.lengths.clear();
  return y;
}

Value feed(Network& net, Value x, const Llama4& model, std::int64_t layer) {
  const bool has_experts = std::ranges::find(model.with_experts, layer) != model.with_experts.end();
  if (!has_experts) return gated_mlp(net, "feed_forward", x, model.dense);
  const Value y = experts(net, "feed_forward", x, model.experts);
  const auto scope = net.enter("feed_forward");
  return net.add(y, gated_mlp(net, "shared_expert", x, model.shared));
}

Values build_llama4(Network& net, const Keys& in) {
  const Decoder decoder = read_decoder(in, {});
  const Llama4 model = read_llama4(in, decoder.layers);
  if (in.has_fault()) return {};
  return decode(net, in, decoder, [&](Value x, std::int64_t layer) {
    x = net.add(x, attend_to(net, normalize(net, "input_layernorm", rms, x), model, layer));
    const Value y = normalize(net, "post_attention_layernorm", rms, x);
    return net.add(x, feed(net, y, model, layer));
  });
}

struct Tower {
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1, patch = 14, channels = 3;
  std::int64_t mixed = 1, out = 1;  ///< widths of the two layers behind it
  std::int64_t shuffle = 2;         ///< patches of a side that become one token
  ImageSize image;
};

Tower read_tower(const Keys& in) {
  const double ratio = in.number_or("pixel_shuffle_ratio", 0.5);
  Tower tower{.width = in.size_or("hidden_size", 768),
              .layers = in.has("num_hidden_layers") ? in.layers("num_hidden_layers") : 34,
              .heads = in.size_or("num_attention_heads", 16),
              .inner = in.size_or("intermediate_size", 5632),
              .patch = in.size_or("patch_size", 14),
              .channels = in.size_or("num_channels", 3),
              .mixed = in.size_or("projector_input_dim", 4096),
              .out = in.size_or("projector_output_dim", 4096),
              .shuffle = ratio > 0.01 && ratio <= 1 ? std::lround(1 / ratio) : 0,
              .image = in.has("image_size") ? read_image_size(in, "image_size")
                                            : ImageSize{.height = 448, .width = 448}};
  const std::int64_t rows = tower.image.height / tower.patch;
  const std::int64_t columns = tower.image.width / tower.patch;
  in.refuse_if(tower.width % tower.heads != 0, "hidden_size", "is no multiple of the heads");
  in.refuse_if(tower.shuffle == 0 || rows == 0 || rows != columns || rows % tower.shuffle != 0,
               "pixel_shuffle_ratio", "does not go with a square of patches");
  in.refuse_if(tower.inner != tower.width * tower.shuffle * tower.shuffle ||
                   tower.mixed != tower.out ||
                   in.size_or("vision_output_dim", tower.out) != tower.out,
               "intermediate_size", "does not go with the patches that become one token");
  in.refuse_if(in.has("vision_feature_layer") && in.number_or("vision_feature_layer", -1) != -1,
               "vision_feature_layer", "is not -1");
  in.ignore("multi_modal_projector_bias|vision_feature_select_strategy|hidden_act");
  return tower;
}

Value tower_layer(Network& net, const Tower& tower, Value x) {
  constexpr NormKind norm = NormKind::layer;
  const std::int64_t head = tower.width / tower.heads;
  const Attention attention{.heads = tower.heads,
                            .key_heads = tower.heads,
                            .width = head,
                            .bias = true,
                            .out_bias = true,
                            .causal = false,
                            .rotary = {.width = head / 2 * 2, .table = "vision_model.rotary"}};
  x = net.add(
      x, self_attention(net, "self_attn", normalize(net, "input_layernorm", norm, x), attention));
  return net.add(x, plain_mlp(net, "mlp", normalize(net, "post_attention_layernorm", norm, x),
                              {.width = tower.inner}));
}

/// Squares of patches become one token each, through two layers.
Value shuffled(Network& net, const Tower& tower, Value x) {
  const std::int64_t side = tower.image.height / tower.patch;
  x = fold_squares(net, x, {side, side}, tower.shuffle);
  const auto scope = net.enter("vision_adapter.mlp");
  x = net.apply(Activation::gelu, net.linear("fc1", x, tower.mixed));
  return net.apply(Activation::gelu, net.linear("fc2", x, tower.out));
}

/// The token of the whole stands behind the patches.
Value see(Network& net, const Tower& tower) {
  const Value image = image_input(net, tower.channels, tower.image);
  const std::int64_t patches =
      (tower.image.height / tower.patch) * (tower.image.width / tower.patch);
  return over_patches(net, patches + 1, [&]() -> Value {
    const auto scope = net.enter("vision_model");
    Builder& b = net.builder();
    Value x = embed_patches(net, "patch_embedding.linear", image, tower.patch, tower.width, false);
    if (!x) return {};
    net.begin("class_embedding", "Token");
    const Value whole =
        b.broadcast(net.weight("class_embedding", {tower.width}), {net.pass.batch, 1, tower.width});
    x = b.add(b.concat({x, whole}, 1),
              net.weight("positional_embedding_vlm", {patches + 1, tower.width}));
    x = normalize(net, "layernorm_pre", NormKind::layer, x);
    for (std::int64_t i = 0; i < tower.layers && x; ++i) {
      const auto layer = net.enter("model.layers", i);
      x = tower_layer(net, tower, x);
    }
    x = normalize(net, "layernorm_post", NormKind::layer, x);
    return x ? shuffled(net, tower, b.slice_axis(x, 1, 0, patches)) : x;
  });
}

Values build_llama4_whole(Network& net, const Keys& in) {
  const Text text = read_text(in, "llama4_text");
  const Tower tower = read_tower(in.inner("vision_config"));
  ignore_tokens(in);
  const std::int64_t width = text.width();
  if (in.has_fault()) return {};
  net.note("The image is one tile; larger ones are cut into several.");
  const Value image = net.linear("multi_modal_projector.linear_1", see(net, tower), width);
  return read_behind(net, text, image, {});
}

constexpr std::string_view text_types[] = {"llama4_text"};
constexpr std::string_view whole_types[] = {"llama4"};
constexpr Family families[] = {
    {.model_types = text_types, .build = build_llama4},
    {.model_types = whole_types, .takes = Takes::image_and_text, .build = build_llama4_whole}};

}  // namespace

extern constinit const FamilyGroup llama4{families};

}  // namespace pfsday::config
