// Swin: attention within windows of an image, every other time shifted by half a window; patches
// are merged between stages. Source: transformers models/swin; Liu et al.,
// https://arxiv.org/abs/2103.14030, section 3.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/config/attention.h"
#include "importers/config/family.h"
#include "importers/config/mlp.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

constexpr NormKind norm = NormKind::layer;

struct Swin {
  std::int64_t width = 96, window = 7, patch = 4, channels = 3;
  std::vector<std::int64_t> depths, heads;
  double mlp_ratio = 4;
  bool bias = true;
  Activation activation = Activation::gelu;
};

Swin read_swin(const Keys& in) {
  Swin swin{.width = in.size("embed_dim"),
            .window = in.size_or("window_size", 7),
            .patch = in.size_or("patch_size", 4),
            .channels = in.size_or("num_channels", 3),
            .depths = in.sizes("depths"),
            .heads = in.sizes("num_heads"),
            .mlp_ratio = in.number_or("mlp_ratio", 4),
            .bias = in.flag("qkv_bias", true),
            .activation = read_activation(in, "hidden_act", "gelu")};
  const bool fits = !swin.depths.empty() && swin.depths.size() == swin.heads.size() &&
                    swin.depths.size() <= 8 &&
                    std::ranges::all_of(swin.depths, [](auto depth) { return depth <= 200; });
  in.refuse_if(!fits, "depths", "does not go with \"num_heads\", or is too long");
  in.refuse_if(swin.mlp_ratio <= 0 || swin.mlp_ratio > 64, "mlp_ratio", "is not from 0 to 64");
  in.refuse_if(in.flag("use_absolute_embeddings", false), "use_absolute_embeddings",
               "is not described");
  in.ignore("num_layers|hidden_size|encoder_stride|path_norm|out_features|out_indices|stage_names");
  for (std::size_t i = 0; i < swin.heads.size() && fits; ++i) {
    const std::int64_t width = swin.width << i;
    in.refuse_if(width % swin.heads[i] != 0, "num_heads", "does not divide the width evenly");
  }
  return swin;
}

/// An image of tokens, [batch, height, width, channels], and its axes.
struct Grid {
  Value x = {};
  std::int64_t height = 1, width = 1, channels = 1;
};

Value padded(Network& net, const Grid& grid, std::int64_t height, std::int64_t width) {
  Builder& b = net.builder();
  Value x = grid.x;
  const auto pad = [&](std::int64_t axis, std::int64_t more) {
    if (more == 0 || !x) return;
    Shape shape = net.shape(x);
    shape[static_cast<std::size_t>(axis)] = more;
    x = b.concat({x, b.full({net.element(), shape}, 0)}, axis);
  };
  pad(1, height - grid.height);
  pad(2, width - grid.width);
  return x;
}

struct WindowAttention {
  std::int64_t window = 7, heads = 1, batch = 1;
  bool is_shifted = false;
};

/// A bias for each distance of two places in a window; where windows are shifted, a mask keeps
/// apart what does not belong together: [windows * batch or 1, heads or 1, places, places].
Value window_bias(Network& net, const WindowAttention& spec, std::int64_t windows) {
  Builder& b = net.builder();
  const std::int64_t places = spec.window * spec.window;
  const std::int64_t distances = (2 * spec.window - 1) * (2 * spec.window - 1);
  const Value table =
      net.weight("attention.self.relative_position_bias_table", {distances, spec.heads});
  const Value index =
      net.once("relative_position_index", fmt::format("{}", spec.window), "Input", [&] {
        return net.input(fmt::format("relative_position_index.{}", spec.window), ElementType::i64,
                         {places, places});
      });
  const Value rows = b.transpose(b.gather(table, index, 0), {2, 0, 1});
  const Value bias = b.reshape(rows, {1, spec.heads, places, places});
  if (!spec.is_shifted) return bias;
  const Value mask = net.once("attention_mask", fmt::format("{}", windows), "Input", [&] {
    return net.input(fmt::format("attention_mask.{}", windows), net.element(),
                     {1, windows, 1, places, places});
  });
  const Value both = b.add(b.reshape(bias, {1, 1, spec.heads, places, places}), mask);
  const Value all = b.broadcast(both, {spec.batch, windows, spec.heads, places, places});
  return b.reshape(all, {spec.batch * windows, spec.heads, places, places});
}

/// Shifts an image by half a window along both axes, or back.
Value rolled(Network& net, Value x, std::int64_t shift) {
  Builder& b = net.builder();
  for (const std::int64_t axis : {1, 2}) {
    if (!x) return {};
    const std::int64_t size = net.shape(x)[static_cast<std::size_t>(axis)];
    const std::int64_t cut = ((shift % size) + size) % size;
    x = b.concat({b.slice_axis(x, axis, cut, size), b.slice_axis(x, axis, 0, cut)}, axis);
  }
  return x;
}

/// [batch, height, width, c] to [batch * windows, places, c], and back.
Value to_windows(Builder& b, Value x, std::int64_t window) {
  const Shape s = b.shape(x);
  x = b.reshape(x, {s[0], s[1] / window, window, s[2] / window, window, s[3]});
  x = b.transpose(x, {0, 1, 3, 2, 4, 5});
  return b.reshape(x, {s[0] * (s[1] / window) * (s[2] / window), window * window, s[3]});
}

Value from_windows(Builder& b, Value x, std::int64_t window, const Shape& s) {
  x = b.reshape(x, {s[0], s[1] / window, s[2] / window, window, window, s[3]});
  return b.reshape(b.transpose(x, {0, 1, 3, 2, 4, 5}), s);
}

Value attend_in_windows(Network& net, const Grid& grid, const Swin& swin, std::int64_t heads,
                        bool is_shifted) {
  Builder& b = net.builder();
  const std::int64_t window = std::min({swin.window, grid.height, grid.width});
  const auto up = [&](std::int64_t size) { return (size + window - 1) / window * window; };
  const bool has_several = std::min(grid.height, grid.width) > swin.window;
  const std::int64_t shift = is_shifted && has_several ? window / 2 : 0;
  net.begin("attention", "Window");
  Value x = padded(net, grid, up(grid.height), up(grid.width));
  if (shift > 0) x = rolled(net, x, shift);
  if (!x) return {};
  const Shape shape = net.shape(x);
  const WindowAttention spec{
      .window = window, .heads = heads, .batch = shape[0], .is_shifted = shift > 0};
  const std::int64_t windows = (shape[1] / window) * (shape[2] / window);
  Attention attention{
      .heads = heads,
      .key_heads = heads,
      .width = grid.channels / heads,
      .bias = swin.bias,
      .out_bias = true,
      .causal = false,
      .names = {.q = "self.query", .k = "self.key", .v = "self.value", .out = "output.dense"}};
  const Value bias = window_bias(net, spec, windows);
  attention.score_bias = [bias](std::int64_t, std::int64_t) { return bias; };
  Value y = self_attention(net, "attention", to_windows(b, x, window), attention);
  if (!y) return {};
  y = from_windows(b, y, window, shape);
  if (shift > 0) y = rolled(net, y, -shift);
  y = b.slice_axis(b.slice_axis(y, 1, 0, grid.height), 2, 0, grid.width);
  return y;
}

Value block(Network& net, Grid grid, const Swin& swin, std::int64_t heads, bool is_shifted) {
  const Value start = grid.x;
  grid.x = normalize(net, "layernorm_before", norm, grid.x);
  const Value x = net.add(start, attend_in_windows(net, grid, swin, heads, is_shifted));
  const auto inner = static_cast<std::int64_t>(swin.mlp_ratio * static_cast<double>(grid.channels));
  return net.add(x, plain_mlp(net, "", normalize(net, "layernorm_after", norm, x),
                              {.width = inner,
                               .activation = swin.activation,
                               .up = "intermediate.dense",
                               .down = "output.dense"}));
}

/// Four neighbours become one token of twice the channels.
Grid merge(Network& net, const Grid& grid) {
  Builder& b = net.builder();
  const std::int64_t height = (grid.height + 1) / 2;
  const std::int64_t width = (grid.width + 1) / 2;
  net.begin("downsample", "Merge");
  Value x = padded(net, grid, 2 * height, 2 * width);
  if (!x) return {};
  const std::int64_t batch = net.shape(x)[0];
  x = b.reshape(x, {batch, height, 2, width, 2, grid.channels});
  x = b.reshape(b.transpose(x, {0, 1, 3, 2, 4, 5}), {batch, height, width, 4 * grid.channels});
  x = normalize(net, "downsample.norm", norm, x);
  return {.x = net.linear("downsample.reduction", x, 2 * grid.channels),
          .height = height,
          .width = width,
          .channels = 2 * grid.channels};
}

Grid embed(Network& net, const Keys& in, const Swin& swin) {
  const ImageSize image = read_image_size(in, "image_size");
  Value x = convolve(net, "embeddings.patch_embeddings.projection",
                     image_input(net, swin.channels, image), swin.width,
                     {.kernel = swin.patch, .stride = swin.patch});
  x = normalize(net, "embeddings.norm", norm, channels_last(net, x));
  if (!x) return {};
  const Shape shape = net.shape(x);
  return {.x = x, .height = shape[1], .width = shape[2], .channels = swin.width};
}

Values build_swin(Network& net, const Keys& in) {
  const Swin swin = read_swin(in);
  const std::int64_t labels = read_labels(in);
  if (in.has_fault()) return {};
  Value pooled;
  Value tokens;
  {
    const auto scope = net.enter("swin");
    Grid grid = embed(net, in, swin);
    for (std::size_t stage = 0; stage < swin.depths.size() && grid.x; ++stage) {
      const auto layers = net.enter("encoder.layers", static_cast<std::int64_t>(stage));
      for (std::int64_t i = 0; i < swin.depths[stage]; ++i) {
        const auto one = net.enter("blocks", i);
        grid.x = block(net, grid, swin, swin.heads[stage], i % 2 == 1);
      }
      if (stage + 1 < swin.depths.size()) grid = merge(net, grid);
    }
    tokens = normalize(net, "layernorm", norm, grid.x);
    net.begin("pooler", "AvgPool");
    pooled = net.builder().reduce_mean(tokens, {1, 2});
  }
  if (net.task != Task::classify) return {tokens, pooled};
  return {net.linear("classifier", pooled, labels, true)};
}

constexpr std::string_view swin_types[] = {"swin"};
constexpr Family families[] = {
    {.model_types = swin_types, .takes = Takes::image, .build = build_swin}};

}  // namespace

extern constinit const FamilyGroup swin{families};

}  // namespace pfsday::config
