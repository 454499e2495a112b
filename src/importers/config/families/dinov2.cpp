// DINOv2 and BEiT: as ViT, with a learned scale behind each block. DINOv2 may have further tokens
// that stand for nothing, and a gated MLP; BEiT has no positions but a bias of the scores for each
// distance of two patches, and no bias of its keys. Source: transformers
// models/{dinov2,dinov2_with_registers,beit}.
#include <algorithm>

#include "importers/config/attention.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Model {
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1, patch = 14, channels = 3;
  ImageSize image;
  Activation activation = Activation::gelu;
  bool is_gated = false;
  bool bias = true;
};

Model read_model(const Keys& in) {
  Model model{.width = in.size("hidden_size"),
              .layers = in.layers("num_hidden_layers"),
              .heads = in.size("num_attention_heads"),
              .patch = in.size("patch_size"),
              .channels = in.size_or("num_channels", 3),
              .image = read_image_size(in, "image_size"),
              .activation = read_activation(in, "hidden_act", "gelu"),
              .bias = in.flag("qkv_bias", true)};
  if (model.width % model.heads != 0) in.refuse("hidden_size", "is no multiple of the heads");
  in.ignore("out_features|out_indices|stage_names|apply_layernorm|layerscale_value");
  in.ignore("reshape_hidden_states");
  return model;
}

Attention attention_of(const Model& model) {
  return {.heads = model.heads,
          .key_heads = model.heads,
          .width = model.width / model.heads,
          .bias = model.bias,
          .out_bias = true,
          .causal = false,
          .names = {.q = "attention.query",
                    .k = "attention.key",
                    .v = "attention.value",
                    .out = "output.dense"}};
}

/// What a block makes, times a learned number for each channel.
Value scaled(Network& net, std::string_view name, Value x) {
  if (!x) return {};
  net.begin(name, "Scale");
  return net.builder().mul(x, net.weight(name, {net.width(x)}));
}

/// What hides a patch in pretraining: a parameter that a pass without hidden patches has no use of,
/// and so an output that teaches nothing.
void add_mask_token(Network& net, bool has_it, const Shape& shape, Values& outputs) {
  if (!has_it) return;
  net.begin("embeddings.mask_token", "Token");
  outputs.push_back(net.builder().stop_gradient(net.weight("embeddings.mask_token", shape)));
}

Value patches_of(Network& net, const Model& model) {
  return embed_patches(net, "embeddings.patch_embeddings.projection",
                       image_input(net, model.channels, model.image), model.patch, model.width,
                       true);
}

Value feed_dinov2(Network& net, const Model& model, Value x) {
  if (!model.is_gated) {
    return plain_mlp(net, "mlp", x, {.width = model.inner, .activation = model.activation});
  }
  return gated_mlp(net, "mlp", x,
                   {.width = (model.inner * 2 / 3 + 7) / 8 * 8,
                    .activation = Activation::silu,
                    .bias = true,
                    .names = {.down = "weights_out", .fused = "weights_in"}});
}

/// Registers stand behind the token for the whole, and take no position.
Value with_registers(Network& net, Value x, std::int64_t registers) {
  if (registers == 0 || !x) return x;
  Builder& b = net.builder();
  const Shape s = net.shape(x);
  net.begin("embeddings.register_tokens", "Token");
  const Value tokens = net.weight("embeddings.register_tokens", {1, registers, s[2]});
  return b.concat({b.slice_axis(x, 1, 0, 1), b.broadcast(tokens, {s[0], registers, s[2]}),
                   b.slice_axis(x, 1, 1, s[1])},
                  1);
}

Value embed_dinov2(Network& net, const Model& model, std::int64_t registers) {
  Value x = with_token(net, "embeddings.cls_token", {1, 1, model.width}, patches_of(net, model));
  if (!x) return {};
  net.begin("embeddings.position_embeddings", "Add");
  const Value positions =
      net.weight("embeddings.position_embeddings", {1, net.shape(x)[1], model.width});
  return with_registers(net, net.builder().add(x, positions), registers);
}

Values build_dinov2(Network& net, const Keys& in) {
  Model model = read_model(in);
  model.inner = in.size_or("mlp_ratio", 4) * model.width;
  model.is_gated = in.flag("use_swiglu_ffn", false);
  const bool has_mask = in.flag("use_mask_token", true);
  const std::string type = in.text_or("model_type", "dinov2");
  const std::int64_t registers = type == "dinov2" ? 0 : in.size_or("num_register_tokens", 4, 0);
  const std::int64_t labels = read_labels(in);
  if (in.has_fault()) return {};
  const std::string prefix = net.task == Task::classify ? type : "";
  Value x;
  Values unused;
  {
    const auto scope = net.enter(prefix);
    x = embed_dinov2(net, model, registers);
    add_mask_token(net, has_mask, {1, model.width}, unused);
    for (std::int64_t i = 0; i < model.layers && x; ++i) {
      const auto layer = net.enter("encoder.layer", i);
      const Value a =
          self_attention(net, "attention", normalize(net, "norm1", norm, x), attention_of(model));
      x = net.add(scaled(net, "layer_scale1.lambda1", a), x);
      const Value m = feed_dinov2(net, model, normalize(net, "norm2", norm, x));
      x = net.add(scaled(net, "layer_scale2.lambda1", m), x);
    }
    x = normalize(net, "layernorm", norm, x);
  }
  if (net.task == Task::classify && x) {
    Builder& b = net.builder();
    const Value patches = b.slice_axis(x, 1, 1 + registers, net.shape(x)[1]);
    const Value both = b.concat({take_token(net, x, 0), b.reduce_mean(patches, {1})}, 1);
    x = net.linear("classifier", both, labels, true);
  }
  unused.insert(unused.begin(), x);
  return unused;
}

/// A number for each head and each distance of two patches, and three for the token of the whole.
Value distance_bias(Network& net, const Model& model, std::string_view module) {
  Builder& b = net.builder();
  const std::int64_t high = model.image.height / model.patch;
  const std::int64_t wide = model.image.width / model.patch;
  const std::int64_t rows = (2 * high - 1) * (2 * wide - 1) + 3;
  const std::int64_t places = high * wide + 1;
  const std::string name = std::string(module) + ".relative_position_bias_table";
  net.begin(module, "RelativePositionBias");
  const Value index = net.once("relative_position_index", "", "Input", [&] {
    return net.input("relative_position_index", ElementType::i64, {places, places});
  });
  const Value picked = b.gather(net.weight(name, {rows, model.heads}), index, 0);
  return b.reshape(b.transpose(picked, {2, 0, 1}), {1, model.heads, places, places});
}

struct Beit {
  Model model;
  bool has_bias = false, shares_bias = false;
  bool has_scales = true;
};

Value beit_layer(Network& net, const Beit& beit, Value x, Value shared_bias) {
  const Model& model = beit.model;
  Attention attention = attention_of(model);
  attention.key_bias = false;
  const Value own = beit.has_bias
                        ? distance_bias(net, model, "attention.attention.relative_position_bias")
                        : Value{};
  if (own || shared_bias) {
    Builder& b = net.builder();
    const Value both = own && shared_bias ? b.add(own, shared_bias) : own ? own : shared_bias;
    attention.score_bias = [both](std::int64_t, std::int64_t) { return both; };
  }
  const auto scale = [&](std::string_view name, Value y) {
    return beit.has_scales ? scaled(net, name, y) : y;
  };
  const Value a =
      self_attention(net, "attention", normalize(net, "layernorm_before", norm, x), attention);
  x = net.add(scale("lambda_1", a), x);
  const Value m = plain_mlp(net, "", normalize(net, "layernorm_after", norm, x),
                            {.width = model.inner,
                             .activation = model.activation,
                             .up = "intermediate.dense",
                             .down = "output.dense"});
  return net.add(scale("lambda_2", m), x);
}

Value embed_beit(Network& net, const Model& model, const Keys& in) {
  Value x = with_token(net, "embeddings.cls_token", {1, 1, model.width}, patches_of(net, model));
  if (!in.flag("use_absolute_position_embeddings", false) || !x) return x;
  net.begin("embeddings.position_embeddings", "Add");
  return net.builder().add(
      x, net.weight("embeddings.position_embeddings", {1, net.shape(x)[1], model.width}));
}

Beit read_beit(const Keys& in) {
  Beit beit{.model = read_model(in),
            .has_bias = in.flag("use_relative_position_bias", false),
            .shares_bias = in.flag("use_shared_relative_position_bias", false),
            .has_scales = in.number_or("layer_scale_init_value", 0.1) > 0};
  beit.model.inner = in.size("intermediate_size");
  in.ignore("pool_scales|use_auxiliary_head|auxiliary_loss_weight|auxiliary_channels");
  in.ignore("auxiliary_num_convs|auxiliary_concat_input|semantic_loss_ignore_index|add_fpn");
  const bool fits =
      beit.model.image.height >= beit.model.patch && beit.model.image.width >= beit.model.patch;
  in.refuse_if(!fits, "patch_size", "is more than the image");
  return beit;
}

Values build_beit(Network& net, const Keys& in) {
  const Beit beit = read_beit(in);
  const Model& model = beit.model;
  const bool has_mean = in.flag("use_mean_pooling", true);
  const std::int64_t labels = read_labels(in);
  if (in.has_fault()) return {};
  Value x;
  Value pooled;
  Values unused;
  {
    const auto scope = net.enter(net.task == Task::classify ? "beit" : "");
    x = embed_beit(net, model, in);
    add_mask_token(net, in.flag("use_mask_token", false), {1, 1, model.width}, unused);
    const Value shared =
        beit.shares_bias ? distance_bias(net, model, "encoder.relative_position_bias") : Value{};
    for (std::int64_t i = 0; i < model.layers && x; ++i) {
      const auto layer = net.enter("encoder.layer", i);
      x = beit_layer(net, beit, x, shared);
    }
    if (!has_mean) x = normalize(net, "layernorm", norm, x);
    if (!x) return {};
    Builder& b = net.builder();
    pooled = has_mean ? normalize(net, "pooler.layernorm", norm,
                                  b.reduce_mean(b.slice_axis(x, 1, 1, net.shape(x)[1]), {1}))
                      : take_token(net, x, 0);
  }
  Values outputs = {x, pooled};
  if (net.task == Task::classify) outputs = {net.linear("classifier", pooled, labels, true)};
  outputs.insert(outputs.end(), unused.begin(), unused.end());
  return outputs;
}

constexpr std::string_view dinov2_types[] = {"dinov2", "dinov2_with_registers"};
constexpr std::string_view beit_types[] = {"beit"};
constexpr Family families[] = {
    {.model_types = dinov2_types, .takes = Takes::image, .build = build_dinov2},
    {.model_types = beit_types, .takes = Takes::image, .build = build_beit}};

}  // namespace

extern constinit const FamilyGroup dinov2{families};

}  // namespace pfsday::config
