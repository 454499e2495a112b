// Transformers in which an image and the text for it look at each other, each with weights of its
// own, moved and scaled by the step: Stable Diffusion 3 and FLUX. Source: diffusers models/
// transformers/{transformer_sd3,transformer_flux}.py,
// models/{attention,normalization,embeddings}.py.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "importers/config/attention.h"
#include "importers/config/diffusion.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

/// Pixels along each side of one of the latent image that the autoencoder makes.
constexpr std::int64_t pixels_of_latent = 8;

struct Mmdit {
  Attention attention = {};
  std::int64_t layers = 1;
  std::int64_t joined_layers = 0;  ///< behind them, with the same weights for both
  std::int64_t text = 4096;        ///< width of a token of the text
  std::int64_t pooled = 1;         ///< and of the text as a whole
  std::int64_t channels = 1, out = 1, patch = 1;
  bool is_guided = false;                ///< by a number for how strongly
  bool ends_with_image = false;          ///< the last layer has no use for the text
  std::vector<std::int64_t> twice = {};  ///< layers where the image also looks at itself alone

  std::int64_t width() const { return attention.heads * attention.width; }
};

/// `model` as far as the keys do not say otherwise.
Mmdit read_mmdit(const Keys& in, Mmdit model) {
  model.attention.heads = in.size_or("num_attention_heads", model.attention.heads);
  model.attention.key_heads = model.attention.heads;
  model.attention.width = in.size_or("attention_head_dim", model.attention.width);
  model.attention.causal = false;
  if (in.has("num_layers")) model.layers = in.layers("num_layers");
  if (in.has("num_single_layers")) model.joined_layers = in.layers("num_single_layers");
  model.text = in.size_or("joint_attention_dim", model.text);
  model.pooled = in.size_or("pooled_projection_dim", model.pooled);
  model.channels = in.size_or("in_channels", model.channels);
  model.out = in.size_or("out_channels", model.channels);
  model.patch = in.size_or("patch_size", model.patch);
  in.refuse_if(model.patch > 256, "patch_size", "is too large");
  return model;
}

// ---- both streams

struct Streams {
  Value text, image;  ///< [batch, tokens, width]
};

/// What silu and a layer make of the condition, in parts [batch, 1, width]: shifts, scales, gates.
Values read_condition(Network& net, std::string_view name, Value condition, std::int64_t width,
                      std::size_t parts) {
  net.begin(name, "AdaLayerNorm");
  const auto count = static_cast<std::int64_t>(parts);
  const std::string layer = std::string(name) + ".linear";
  const Value all = net.linear(layer, net.apply(Activation::silu, condition), count * width, true);
  net.begin(name, "AdaLayerNorm");
  if (!all) return Values(parts, Value{});
  const Value apart = net.builder().reshape(all, {net.shape(all)[0], 1, count * width});
  return split_columns(net, apart, Axes(parts, width));
}

/// normalized * (1 + scale) + shift
Value modulate(Network& net, Value normalized, Value shift, Value scale) {
  Builder& b = net.builder();
  return b.add(b.mul(normalized, b.with_scalar("add", scale, 1)), shift);
}

Value modulate_norm(Network& net, std::string_view name, Value x, Value shift, Value scale) {
  return modulate(net, normalize(net, name, NormKind::layer_plain, x), shift, scale);
}

Value add_gated(Network& net, Value x, Value gate, Value y) {
  return net.add(x, net.builder().mul(gate, y));
}

Value feed_forward(Network& net, std::string_view name, Value x) {
  return plain_mlp(net, name, x,
                   {.width = 4 * net.width(x),
                    .activation = Activation::gelu_tanh,
                    .up = "net.0.proj",
                    .down = "net.2"});
}

struct Heads {
  Value q, k, v;
};

struct HeadNames {
  std::string_view q = "to_q", k = "to_k", v = "to_v", q_norm = "norm_q", k_norm = "norm_k";
};
constexpr HeadNames of_image = {};
constexpr HeadNames of_text = {.q = "add_q_proj",
                               .k = "add_k_proj",
                               .v = "add_v_proj",
                               .q_norm = "norm_added_q",
                               .k_norm = "norm_added_k"};

Heads project_heads(Network& net, const Mmdit& model, Value x, const HeadNames& names) {
  const Attention& attention = model.attention;
  const auto heads = [&](std::string_view name) {
    return split_heads(net, net.linear(name, x, model.width(), true), attention.heads);
  };
  return {normalize(net, names.q_norm, attention.head_norm, heads(names.q)),
          normalize(net, names.k_norm, attention.head_norm, heads(names.k)), heads(names.v)};
}

Value attend_to_all(Network& net, const Mmdit& model, const Heads& heads) {
  net.begin("", "Attention");
  const Value q = rotate(net, heads.q, model.attention.rotary);
  const Value k = rotate(net, heads.k, model.attention.rotary);
  return merge_heads(net, attend(net, q, k, heads.v, model.attention));
}

/// Tokens with each other, of one stream; no layer is behind the heads.
Value attend_alone(Network& net, const Mmdit& model, std::string_view name, Value x) {
  const auto scope = net.enter(name);
  return attend_to_all(net, model, project_heads(net, model, x, of_image));
}

/// Both with both, and each back to its own width; the text only where it is used again.
Streams attend_jointly(Network& net, const Mmdit& model, const Streams& x, bool keeps_text) {
  const auto scope = net.enter("attn");
  const Heads image = project_heads(net, model, x.image, of_image);
  const Heads text = project_heads(net, model, x.text, of_text);
  net.begin("", "Attention");
  Builder& b = net.builder();
  const Value y = attend_to_all(net, model,
                                {b.concat({text.q, image.q}, 2), b.concat({text.k, image.k}, 2),
                                 b.concat({text.v, image.v}, 2)});
  if (!y) return {};
  const std::int64_t tokens = net.shape(x.text)[1];
  const Value of_image_alone = b.slice_axis(y, 1, tokens, net.shape(y)[1]);
  const Value of_text_alone = keeps_text ? b.slice_axis(y, 1, 0, tokens) : Value{};
  return {keeps_text ? net.linear("to_add_out", of_text_alone, model.width(), true) : Value{},
          net.linear("to_out.0", of_image_alone, model.width(), true)};
}

// ---- layers

Value finish_stream(Network& net, const std::string& of, Value x, const Values& parts) {
  const Value y = modulate_norm(net, "norm2" + of, x, parts[3], parts[4]);
  return add_gated(net, x, parts[5], feed_forward(net, "ff" + of, y));
}

Streams layer_of_both(Network& net, const Mmdit& model, const Streams& x, Value condition,
                      std::int64_t index) {
  const bool keeps_text = !model.ends_with_image || index + 1 < model.layers;
  const bool looks_twice = std::ranges::find(model.twice, index) != model.twice.end();
  const std::int64_t width = model.width();
  const Values image = read_condition(net, "norm1", condition, width, looks_twice ? 9 : 6);
  const Values text = read_condition(net, "norm1_context", condition, width, keeps_text ? 6 : 2);
  const Value normalized = normalize(net, "norm1", NormKind::layer_plain, x.image);
  const Streams y = attend_jointly(net, model,
                                   {modulate_norm(net, "norm1_context", x.text, text[0], text[1]),
                                    modulate(net, normalized, image[0], image[1])},
                                   keeps_text);
  Streams result = {{}, add_gated(net, x.image, image[2], y.image)};
  if (looks_twice) {
    const Value alone =
        attend_alone(net, model, "attn2", modulate(net, normalized, image[6], image[7]));
    const Value out = net.linear("attn2.to_out.0", alone, width, true);
    result.image = add_gated(net, result.image, image[8], out);
  }
  result.image = finish_stream(net, "", result.image, image);
  if (!keeps_text) return result;
  result.text = add_gated(net, x.text, text[2], y.text);
  result.text = finish_stream(net, "_context", result.text, text);
  return result;
}

/// Attention and the feed-forward part beside each other, on the tokens of both.
Value joined_layer(Network& net, const Mmdit& model, Value x, Value condition) {
  const std::int64_t width = model.width();
  const Values parts = read_condition(net, "norm", condition, width, 3);
  const Value y = modulate_norm(net, "norm", x, parts[0], parts[1]);
  const Value inner = net.apply(Activation::gelu_tanh, net.linear("proj_mlp", y, 4 * width, true));
  const Value attended = attend_alone(net, model, "attn", y);
  const Value both = net.builder().concat({attended, inner}, 2);
  return add_gated(net, x, parts[2], net.linear("proj_out", both, width, true));
}

// ---- the model

/// The step, how strongly the text guides, and the text as a whole.
Value embed_condition(Network& net, const Mmdit& model) {
  constexpr std::int64_t waves = 256;
  const auto scope = net.enter("time_text_embed");
  const auto number = [&](std::string_view input, std::string_view name) {
    return two_layers(net, name, embed_number(net, input, waves), model.width());
  };
  Value condition = number("timestep", "timestep_embedder");
  if (model.is_guided) condition = net.add(condition, number("guidance", "guidance_embedder"));
  const Value pooled =
      net.input("pooled_projections", net.element(), {net.pass.batch, model.pooled});
  return net.add(condition, two_layers(net, "text_embedder", pooled, model.width()));
}

Value text_tokens(Network& net, const Mmdit& model) {
  const Value text = net.input("encoder_hidden_states", net.element(),
                               {net.pass.batch, net.pass.length, model.text});
  return net.linear("context_embedder", text, model.width(), true);
}

Value finish(Network& net, const Mmdit& model, Value x, Value condition) {
  const Values parts = read_condition(net, "norm_out", condition, model.width(), 2);
  const Value y = modulate_norm(net, "norm_out", x, parts[0], parts[1]);
  return net.linear("proj_out", y, model.patch * model.patch * model.out, true);
}

/// The image that comes out, in tokens.
Value run(Network& net, const Mmdit& model, Streams x, Value condition) {
  if (!x.text || !x.image) return {};
  const std::int64_t text = net.shape(x.text)[1];
  const std::int64_t all = text + net.shape(x.image)[1];
  net.pass.length = all;
  for (std::int64_t i = 0; i < model.layers && x.image; ++i) {
    const auto scope = net.enter("transformer_blocks", i);
    x = layer_of_both(net, model, x, condition, i);
  }
  if (model.joined_layers > 0) {
    Value joined = net.builder().concat({x.text, x.image}, 1);
    for (std::int64_t i = 0; i < model.joined_layers && joined; ++i) {
      const auto scope = net.enter("single_transformer_blocks", i);
      joined = joined_layer(net, model, joined, condition);
    }
    x.image = net.builder().slice_axis(joined, 1, text, all);
  }
  return finish(net, model, x.image, condition);
}

/// Tokens along the sides, each of so many pixels, rounded down; `otherwise` where none are bound.
ImageSize bound_grid(Network& net, std::int64_t pixels, std::int64_t otherwise) {
  const auto side = [&](std::int64_t bound) {
    if (bound == 0) return otherwise;
    const std::int64_t tokens = std::max<std::int64_t>(1, bound / pixels);
    if (tokens * pixels != bound) {
      net.note(fmt::format("A side of {} pixels counts as {}: whole tokens, each of {}.", bound,
                           tokens * pixels, pixels));
    }
    return tokens;
  };
  return {side(net.pass.image_height), side(net.pass.image_width)};
}

/// The middle of a table of places, as large as the image.
Value crop_places(Network& net, ImageSize grid, std::int64_t side, std::int64_t width) {
  net.begin("pos_embed", "PatchEmbed");
  Builder& b = net.builder();
  const Value table = net.buffer("pos_embed.pos_embed", {1, side * side, width});
  const std::int64_t top = (side - grid.height) / 2;
  const std::int64_t left = (side - grid.width) / 2;
  const Value square = b.reshape(table, {1, side, side, width});
  const Value part =
      b.slice_axis(b.slice_axis(square, 1, top, top + grid.height), 2, left, left + grid.width);
  return b.reshape(part, {1, grid.height * grid.width, width});
}

Values build_sd3(Network& net, const Keys& in) {
  Mmdit model = read_mmdit(in, {.attention = {.heads = 18, .width = 64},
                                .layers = 18,
                                .pooled = 2048,
                                .channels = 16,
                                .patch = 2});
  model.ends_with_image = true;
  model.twice = in.sizes("dual_attention_layers", 0);
  const std::string norm = in.text_or("qk_norm", "");
  in.refuse_if(!norm.empty() && norm != "rms_norm", "qk_norm", "is not \"rms_norm\"");
  if (!norm.empty()) model.attention.head_norm = NormKind::rms;
  in.refuse_if(in.size_or("caption_projection_dim", 1152) != model.width(),
               "caption_projection_dim", "is not the width of the model");
  const std::int64_t side = in.size_or("sample_size", 128);
  const ImageSize grid = bound_grid(net, pixels_of_latent * model.patch, side / model.patch);
  const std::int64_t most = in.size_or("pos_embed_max_size", 96);
  in.refuse_if(grid.height < 1 || grid.height > most || grid.width > most || most > 1 << 12,
               "pos_embed_max_size", "is not for an image of that size");
  if (in.has_fault()) return {};
  const Value sample = net.input(
      "hidden_states", net.element(),
      {net.pass.batch, model.channels, grid.height * model.patch, grid.width * model.patch});
  Streams x;
  x.image = embed_patches(net, "pos_embed.proj", sample, model.patch, model.width(), true);
  x.image = net.builder().add(x.image, crop_places(net, grid, most, model.width()));
  x.text = text_tokens(net, model);
  const Value condition = embed_condition(net, model);
  return {run(net, model, x, condition)};
}

Values build_flux(Network& net, const Keys& in) {
  Mmdit model = read_mmdit(in, {.attention = {.heads = 24, .width = 128},
                                .layers = 19,
                                .joined_layers = 38,
                                .pooled = 768,
                                .channels = 64});
  model.is_guided = in.flag("guidance_embeds", false);
  model.attention.head_norm = NormKind::rms;
  const std::vector<std::int64_t> axes = in.sizes("axes_dims_rope");
  const std::int64_t rotated =
      axes.empty() ? 128 : std::accumulate(axes.begin(), axes.end(), std::int64_t{0});
  in.refuse_if(axes.size() > 8 || rotated != model.attention.width || rotated % 2 != 0,
               "axes_dims_rope", "does not add up to the width of a head");
  model.attention.rotary = {.width = rotated, .table = "pos_embed"};
  constexpr std::int64_t packed = 2;
  const ImageSize grid = bound_grid(net, pixels_of_latent * packed, 1);
  if (in.has_fault()) return {};
  net.note(
      "One token stands for 16 x 16 pixels: 8 x 8 by the autoencoder, of which 2 x 2 are packed "
      "together.");
  Streams x;
  const Value tokens = net.input("hidden_states", net.element(),
                                 {net.pass.batch, grid.height * grid.width, model.channels});
  x.image = net.linear("x_embedder", tokens, model.width(), true);
  x.text = text_tokens(net, model);
  const Value condition = embed_condition(net, model);
  return {run(net, model, x, condition)};
}

constexpr std::string_view sd3_types[] = {"SD3Transformer2DModel"};
constexpr std::string_view flux_types[] = {"FluxTransformer2DModel"};
constexpr Family families[] = {
    {.model_types = sd3_types, .takes = Takes::tiled_image_and_text, .build = build_sd3},
    {.model_types = flux_types, .takes = Takes::sized_image_and_text, .build = build_flux}};

}  // namespace

extern constinit const FamilyGroup mmdit{families};

}  // namespace pfsday::config
