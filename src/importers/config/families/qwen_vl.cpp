// Qwen2-VL, Qwen2.5-VL, Qwen3-VL and Qwen3.5: an image of any size in patches, two rows and columns
// of which are merged to a token; the decoder, of the same generation, reads them before the text.
// The first tower has layer norms and plain MLPs, the second root-mean-square norms, gated MLPs
// and, but for a few layers, attention within windows; the third is as the first, with learned
// positions, and gives the first layers of the decoder the states of some of its own, which the
// fourth does not. Source: transformers models/{qwen2_vl,qwen2_5_vl,qwen3_vl,qwen3_5}, the third
// from memory; its parameters agree with the checkpoint's.
#include <algorithm>
#include <cmath>

#include "importers/config/attention.h"
#include "importers/config/composite.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

struct Tower {
  std::int64_t width = 1, layers = 1, heads = 1, inner = 1;
  std::int64_t patch = 14, frames = 2, channels = 3, merge = 2;
  std::int64_t window = 0;                    ///< of merged patches, along each side; 0: none
  std::vector<std::int64_t> seeing_all = {};  ///< layers, where there are windows
  std::int64_t positions = 0;                 ///< rows of a table of them; 0: none
  std::vector<std::int64_t> given = {};       ///< layers whose states the decoder is given
  bool patch_bias = false;
  std::string_view up = "fc1", down = "fc2";
  NormKind norm = NormKind::layer;
  Activation activation = Activation::gelu_quick;
};

/// Merged patches of the image.
struct Grid {
  std::int64_t height = 1, width = 1;
};

/// Sides are rounded to the nearest multiple of a merged patch, the even one of two, as the
/// processor of images does.
Grid grid_of(const Network& net, const Tower& tower) {
  const std::int64_t unit = tower.patch * tower.merge;
  const auto side = [&](std::int64_t pixels) {
    const double units = static_cast<double>(pixels) / static_cast<double>(unit);
    return std::max<std::int64_t>(1, std::lround(std::nearbyint(units)));
  };
  return {side(net.pass.image_height), side(net.pass.image_width)};
}

/// The patches of each window, in rows of windows: those at the edges are smaller.
std::vector<std::int64_t> window_lengths(const Grid& grid, const Tower& tower) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t y = 0; y < grid.height; y += tower.window) {
    for (std::int64_t x = 0; x < grid.width; x += tower.window) {
      const std::int64_t tokens =
          std::min(tower.window, grid.height - y) * std::min(tower.window, grid.width - x);
      lengths.push_back(tokens * tower.merge * tower.merge);
    }
  }
  return lengths;
}

bool sees_all(const Tower& tower, std::int64_t layer) {
  return tower.window == 0 || std::ranges::find(tower.seeing_all, layer) != tower.seeing_all.end();
}

Value layer_of(Network& net, const Tower& tower, Value x) {
  const std::int64_t head = tower.width / tower.heads;
  const Attention attention{.heads = tower.heads,
                            .key_heads = tower.heads,
                            .width = head,
                            .bias = true,
                            .out_bias = true,
                            .causal = false,
                            .rotary = {.width = head / 2 * 2, .table = "visual.rotary_pos_emb"},
                            .names = {.out = "proj", .fused = "qkv"}};
  x = net.add(x, self_attention(net, "attn", normalize(net, "norm1", tower.norm, x), attention));
  const Value y = normalize(net, "norm2", tower.norm, x);
  if (tower.norm == NormKind::layer) {
    return net.add(x, plain_mlp(net, "mlp", y,
                                {.width = tower.inner,
                                 .activation = tower.activation,
                                 .up = tower.up,
                                 .down = tower.down}));
  }
  return net.add(x,
                 gated_mlp(net, "mlp", y,
                           {.width = tower.inner, .activation = tower.activation, .bias = true}));
}

/// Patches of an image that stands for all frames of a patch: [batch, patches, width].
Value embed_image(Network& net, const Tower& tower, std::int64_t patches) {
  const std::int64_t numbers = tower.channels * tower.frames * tower.patch * tower.patch;
  const Value pixels = net.input("pixel_values", net.element(), {net.pass.batch, patches, numbers});
  net.begin("patch_embed.proj", "Conv");
  const Value weight =
      net.weight("patch_embed.proj.weight",
                 {tower.width, tower.channels, tower.frames, tower.patch, tower.patch});
  Builder& b = net.builder();
  const Value x = net.project(pixels, b.reshape(weight, {tower.width, numbers}));
  return tower.patch_bias ? b.add(x, net.weight("patch_embed.proj.bias", {tower.width})) : x;
}

/// For each patch what lies between four rows of the table, which stands for a square of patches.
Value with_positions(Network& net, const Tower& tower, Value x) {
  if (tower.positions == 0 || !x) return x;
  Builder& b = net.builder();
  const std::int64_t patches = net.shape(x)[1];
  const Value at = net.input("corner_position_ids", ElementType::i64, {4, patches});
  const Value shares = net.input("corner_shares", net.element(), {4, patches, 1});
  const Value rows = net.embedding("pos_embed", at, tower.positions, tower.width);
  return b.add(x, b.reduce_sum(b.mul(rows, shares), {0}));
}

struct MergerNames {
  std::string_view norm = "ln_q", up = "mlp.0", down = "mlp.2";
};

/// Neighbors side by side, through two layers: [batch, tokens, out]. The norm is of each patch, or
/// of the neighbors together.
Value merge_patches(Network& net, const Tower& tower, Value x, std::int64_t out,
                    const MergerNames& names, bool is_norm_last = false) {
  if (!x) return {};
  const auto beside = [&](Value v) {
    const Shape s = net.shape(v);
    const std::int64_t each = tower.merge * tower.merge;
    return net.builder().reshape(v, {s[0], s[1] / each, s[2] * each});
  };
  x = is_norm_last ? normalize(net, names.norm, tower.norm, beside(x))
                   : beside(normalize(net, names.norm, tower.norm, x));
  x = net.apply(Activation::gelu, net.linear(names.up, x, net.width(x), true));
  return net.linear(names.down, x, out, true);
}

/// The tokens of the image, and those that are added to what its tokens are behind the first layers
/// of the decoder.
struct Seen {
  Value tokens = {};
  Values deep = {};
};

Seen see(Network& net, const Tower& tower, std::int64_t out) {
  const bool is_third = tower.positions > 0;
  const MergerNames names =
      is_third ? MergerNames{.norm = "norm", .up = "linear_fc1", .down = "linear_fc2"}
               : MergerNames{};
  const Grid grid = grid_of(net, tower);
  const std::int64_t patches = grid.height * grid.width * tower.merge * tower.merge;
  const std::vector<std::int64_t> windows =
      tower.window == 0 ? std::vector<std::int64_t>{} : window_lengths(grid, tower);
  Seen seen;
  seen.tokens = over_patches(net, patches, [&] {
    const auto scope = net.enter("visual");
    Value x = with_positions(net, tower, embed_image(net, tower, patches));
    for (std::int64_t i = 0; i < tower.layers && x; ++i) {
      {
        const auto layer = net.enter("blocks", i);
        net.pass.lengths = sees_all(tower, i) ? std::vector<std::int64_t>{} : windows;
        x = layer_of(net, tower, x);
      }
      if (std::ranges::find(tower.given, i) == tower.given.end()) continue;
      const auto merger =
          net.enter("deepstack_merger_list", static_cast<std::int64_t>(seen.deep.size()));
      seen.deep.push_back(merge_patches(net, tower, x, out, names, true));
    }
    const auto merger = net.enter("merger");
    return merge_patches(net, tower, x, out, names);
  });
  return seen;
}

Tower read_tower(const Keys& in, std::string_view width) {
  Tower tower{.width = in.size(width),
              .layers = in.layers("depth"),
              .heads = in.size("num_heads"),
              .patch = in.size_or("patch_size|spatial_patch_size", 14),
              .frames = in.size_or("temporal_patch_size", 2),
              .channels = in.size_or("in_channels|in_chans", 3),
              .merge = in.size_or("spatial_merge_size", 2)};
  in.refuse_if(tower.width % tower.heads != 0, width, "is no multiple of the heads");
  in.refuse_if(tower.patch > 1024 || tower.merge > 16 || tower.frames > 64, "patch_size",
               "is too large");
  in.ignore("spatial_patch_size|in_chans|tokens_per_second|embed_dim");
  return tower;
}

/// The keys of the text stand under text_config, or, in older files, among those of the whole.
Text read_qwen_text(const Keys& in) {
  const bool is_nested = in.has("text_config") && in.inner("text_config").has("hidden_size");
  return is_nested ? read_text(in, "qwen2") : read_flat_text(in, "qwen2");
}

Values build(Network& net, const Keys& in, const Text& text, const Tower& tower) {
  in.ignore("vision_token_id|vision_start_token_id|vision_end_token_id");
  if (text.keys.has("vision_config")) text.keys.ignore("vision_config");
  ignore_tokens(in);
  const std::int64_t width = text.width();
  if (in.has_fault()) return {};
  net.note(
      "The sides of the image are rounded to the nearest multiple of a merged patch; bounds of its "
      "pixels, which stand in another file, are not applied.");
  const Seen seen = see(net, tower, width);
  net.deep_front = seen.deep;
  return read_behind(net, text, seen.tokens, {});
}

Values build_qwen2_vl(Network& net, const Keys& in) {
  const Keys vision = in.inner("vision_config");
  Tower tower = read_tower(vision, "embed_dim");
  tower.activation = read_activation(vision, "hidden_act", "quick_gelu");
  const double inner = vision.number_or("mlp_ratio", 4) * static_cast<double>(tower.width);
  vision.refuse_if(inner < 1 || inner > 1e7, "mlp_ratio", "is no size of an MLP");
  tower.inner = static_cast<std::int64_t>(std::clamp(inner, 1.0, 1e7));
  vision.ignore("hidden_size");
  return build(net, in, read_qwen_text(in), tower);
}

Values build_qwen2_5_vl(Network& net, const Keys& in) {
  const Keys vision = in.inner("vision_config");
  Tower tower = read_tower(vision, "hidden_size");
  tower.norm = NormKind::rms;
  tower.activation = read_activation(vision, "hidden_act", "silu");
  tower.inner = vision.size("intermediate_size");
  tower.window = vision.size_or("window_size", 112) / (tower.patch * tower.merge);
  tower.seeing_all = vision.sizes("fullatt_block_indexes", 0);
  if (!vision.has("fullatt_block_indexes")) tower.seeing_all = {7, 15, 23, 31};
  vision.refuse_if(tower.window == 0, "window_size", "is less than a merged patch");
  const Text text = read_qwen_text(in);
  const bool fits = vision.size_or("out_hidden_size", text.width()) == text.width();
  vision.refuse_if(!fits, "out_hidden_size", "is not the width of the text");
  return build(net, in, text, tower);
}

/// `given` are the layers whose states the decoder is given, unless the file names them.
Values build_third(Network& net, const Keys& in, std::vector<std::int64_t> given,
                   std::string_view text_type) {
  const Keys vision = in.inner("vision_config");
  Tower tower = read_tower(vision, "hidden_size");
  tower.patch = vision.size_or("patch_size", 16);
  tower.activation = read_activation(vision, "hidden_act", "gelu_pytorch_tanh");
  tower.inner = vision.size("intermediate_size");
  tower.positions = vision.size_or("num_position_embeddings", 2304);
  tower.given = vision.has("deepstack_visual_indexes") ? vision.sizes("deepstack_visual_indexes", 0)
                                                       : std::move(given);
  tower.patch_bias = true;
  tower.up = "linear_fc1";
  tower.down = "linear_fc2";
  const Text text = read_text(in, text_type);
  const bool fits = vision.size_or("out_hidden_size", text.width()) == text.width();
  vision.refuse_if(!fits, "out_hidden_size", "is not the width of the text");
  return build(net, in, text, tower);
}

Values build_qwen3_vl(Network& net, const Keys& in) {
  return build_third(net, in, {8, 16, 24}, "qwen3_vl_text");
}
Values build_qwen3_5(Network& net, const Keys& in) {
  return build_third(net, in, {}, "qwen3_5_text");
}

constexpr std::string_view qwen3_5_types[] = {"qwen3_5", "qwen3_5_moe"};
constexpr std::string_view qwen3_vl_types[] = {"qwen3_vl", "qwen3_vl_moe"};
constexpr std::string_view qwen2_vl_types[] = {"qwen2_vl"};
constexpr std::string_view qwen2_5_vl_types[] = {"qwen2_5_vl"};
constexpr Family families[] = {
    {.model_types = qwen2_vl_types, .takes = Takes::sized_image_and_text, .build = build_qwen2_vl},
    {.model_types = qwen2_5_vl_types,
     .takes = Takes::sized_image_and_text,
     .build = build_qwen2_5_vl},
    {.model_types = qwen3_vl_types, .takes = Takes::sized_image_and_text, .build = build_qwen3_vl},
    {.model_types = qwen3_5_types, .takes = Takes::sized_image_and_text, .build = build_qwen3_5}};

}  // namespace

extern constinit const FamilyGroup qwen_vl{families};

}  // namespace pfsday::config
