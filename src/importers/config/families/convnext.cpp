// ConvNeXt and ResNet: convolutions alone.
// Source: transformers models/{convnext,resnet}; https://arxiv.org/abs/2201.03545 section 2,
// https://arxiv.org/abs/1512.03385 section 3.3.
#include <algorithm>

#include "importers/config/family.h"
#include "importers/config/norm.h"
#include "importers/config/vision.h"

namespace pfsday::config {
namespace {

std::vector<std::int64_t> read_depths(const Keys& in, std::vector<std::int64_t> usual) {
  std::vector<std::int64_t> depths = in.sizes("depths");
  if (depths.empty()) depths = std::move(usual);
  const bool is_small =
      depths.size() <= 8 && std::ranges::all_of(depths, [](auto depth) { return depth <= 200; });
  in.refuse_if(!is_small, "depths", "is too long");
  return depths;
}

std::vector<std::int64_t> read_widths(const Keys& in, std::vector<std::int64_t> usual,
                                      std::size_t stages) {
  std::vector<std::int64_t> widths = in.sizes("hidden_sizes");
  if (widths.empty()) widths = std::move(usual);
  in.refuse_if(widths.size() != stages, "hidden_sizes", "has another length than \"depths\"");
  widths.resize(stages, 1);
  return widths;
}

/// A layer norm of the channels of an image.
Value normalize_channels(Network& net, std::string_view name, Value x) {
  return channels_second(net, normalize(net, name, NormKind::layer, channels_last(net, x)));
}

/// A wide convolution of each channel, then an MLP over the channels, scaled, beside a shortcut.
Value convnext_layer(Network& net, Value x, std::int64_t width, Activation activation,
                     bool is_scaled) {
  Builder& b = net.builder();
  Value y = convolve(net, "dwconv", x, width, {.kernel = 7, .pad = 3, .groups = width});
  y = normalize(net, "layernorm", NormKind::layer, channels_last(net, y));
  y = net.apply(activation, net.linear("pwconv1", y, 4 * width, true));
  y = net.linear("pwconv2", y, width, true);
  if (is_scaled) y = b.mul(y, net.weight("layer_scale_parameter", {width}));
  return net.add(x, channels_second(net, y));
}

Value pooled(Network& net, Value x) { return x ? net.builder().reduce_mean(x, {2, 3}) : x; }

Values build_convnext(Network& net, const Keys& in) {
  const std::vector<std::int64_t> depths = read_depths(in, {3, 3, 9, 3});
  const std::vector<std::int64_t> widths = read_widths(in, {96, 192, 384, 768}, depths.size());
  const std::int64_t patch = in.size_or("patch_size", 4);
  const Activation activation = read_activation(in, "hidden_act", "gelu");
  const bool is_scaled = in.number_or("layer_scale_init_value", 1e-6) > 0;
  const ImageSize image = in.has("image_size") ? read_image_size(in, "image_size")
                                               : ImageSize{.height = 224, .width = 224};
  const std::int64_t labels = read_labels(in);
  in.ignore("num_stages|stage_names");
  in.ignore("out_features|out_indices");
  if (in.has_fault()) return {};
  Value x = convolve(net, "convnext.embeddings.patch_embeddings",
                     image_input(net, in.size_or("num_channels", 3), image), widths[0],
                     {.kernel = patch, .stride = patch});
  x = normalize_channels(net, "convnext.embeddings.layernorm", x);
  for (std::size_t stage = 0; stage < depths.size() && x; ++stage) {
    const auto scope = net.enter("convnext.encoder.stages", static_cast<std::int64_t>(stage));
    if (stage > 0) {
      x = convolve(net, "downsampling_layer.1", normalize_channels(net, "downsampling_layer.0", x),
                   widths[stage], {.kernel = 2, .stride = 2});
    }
    for (std::int64_t i = 0; i < depths[stage]; ++i) {
      const auto layer = net.enter("layers", i);
      x = convnext_layer(net, x, widths[stage], activation, is_scaled);
    }
  }
  const Value y = normalize(net, "convnext.layernorm", NormKind::layer, pooled(net, x));
  if (net.task != Task::classify) return {x, y};
  return {net.linear("classifier", y, labels, true)};
}

/// A convolution, and its batch norm with the statistics that it holds.
Value convolve_and_normalize(Network& net, std::string_view name, Value x, std::int64_t width,
                             std::int64_t kernel, std::int64_t stride) {
  const auto scope = net.enter(name);
  const Value y = convolve(net, "convolution", x, width,
                           {.kernel = kernel, .stride = stride, .pad = kernel / 2, .bias = false});
  if (!y) return {};
  Builder& b = net.builder();
  net.begin("normalization", "BatchNorm");
  const auto column = [&](Value v) { return b.reshape(v, {width, 1, 1}); };
  const auto statistic = [&](std::string_view what) {
    return b.stop_gradient(net.buffer(net.full_name(what), {width}));
  };
  const Value root = b.sqrt(b.with_scalar("add", statistic("normalization.running_var"), 1e-5));
  const Value even = b.div(b.sub(y, column(statistic("normalization.running_mean"))), column(root));
  return b.add(b.mul(even, column(net.weight("normalization.weight", {width}))),
               column(net.weight("normalization.bias", {width})));
}

struct ResNet {
  bool is_bottleneck = true;
  bool strides_in_first = false;
  Activation activation = Activation::relu;
};

Value resnet_layer(Network& net, Value x, std::int64_t width, std::int64_t stride,
                   const ResNet& resnet) {
  if (!x) return {};
  const bool is_changed = net.shape(x)[1] != width || stride != 1;
  const auto bend = [&](Value v) { return net.apply(resnet.activation, v); };
  Value y;
  if (resnet.is_bottleneck) {
    const std::int64_t narrow = std::max<std::int64_t>(1, width / 4);
    const std::int64_t first = resnet.strides_in_first ? stride : 1;
    y = bend(convolve_and_normalize(net, "layer.0", x, narrow, 1, first));
    y = bend(convolve_and_normalize(net, "layer.1", y, narrow, 3, stride / first));
    y = convolve_and_normalize(net, "layer.2", y, width, 1, 1);
  } else {
    y = bend(convolve_and_normalize(net, "layer.0", x, width, 3, stride));
    y = convolve_and_normalize(net, "layer.1", y, width, 3, 1);
  }
  if (is_changed) x = convolve_and_normalize(net, "shortcut", x, width, 1, stride);
  return bend(net.add(y, x));
}

Value max_pool(Network& net, Value x) {
  if (!x) return {};
  net.begin("resnet.embedder.pooler", "MaxPool");
  return net.builder().window_max(x, {.size = {1, 1, 3, 3},
                                      .strides = {1, 1, 2, 2},
                                      .pads_low = {0, 0, 1, 1},
                                      .pads_high = {0, 0, 1, 1},
                                      .dilations = {1, 1, 1, 1}});
}

Values build_resnet(Network& net, const Keys& in) {
  const std::vector<std::int64_t> depths = read_depths(in, {3, 4, 6, 3});
  const std::vector<std::int64_t> widths = read_widths(in, {256, 512, 1024, 2048}, depths.size());
  const std::string kind = in.text_or("layer_type", "bottleneck");
  in.refuse_if(kind != "bottleneck" && kind != "basic", "layer_type",
               "is neither \"bottleneck\" nor \"basic\"");
  const ResNet resnet{.is_bottleneck = kind == "bottleneck",
                      .strides_in_first = in.flag("downsample_in_bottleneck", false),
                      .activation = read_activation(in, "hidden_act", "relu")};
  const bool is_first_halved = in.flag("downsample_in_first_stage", false);
  const ImageSize image = in.has("image_size") ? read_image_size(in, "image_size")
                                               : ImageSize{.height = 224, .width = 224};
  const std::int64_t stem = in.size_or("embedding_size", 64);
  const std::int64_t labels = read_labels(in);
  in.ignore("num_stages|stage_names");
  in.ignore("out_features|out_indices");
  if (in.has_fault()) return {};
  Value x =
      convolve_and_normalize(net, "resnet.embedder.embedder",
                             image_input(net, in.size_or("num_channels", 3), image), stem, 7, 2);
  x = max_pool(net, net.apply(resnet.activation, x));
  for (std::size_t stage = 0; stage < depths.size() && x; ++stage) {
    const auto scope = net.enter("resnet.encoder.stages", static_cast<std::int64_t>(stage));
    for (std::int64_t i = 0; i < depths[stage]; ++i) {
      const auto layer = net.enter("layers", i);
      const bool is_halved = i == 0 && (stage > 0 || is_first_halved);
      x = resnet_layer(net, x, widths[stage], is_halved ? 2 : 1, resnet);
    }
  }
  net.begin("resnet.pooler", "AvgPool");
  const Value y = pooled(net, x);
  if (net.task != Task::classify) return {x, y};
  return {net.linear("classifier.1", y, labels, true)};
}

constexpr std::string_view convnext_types[] = {"convnext"};
constexpr std::string_view resnet_types[] = {"resnet"};
constexpr Family families[] = {
    {.model_types = convnext_types, .takes = Takes::image, .build = build_convnext},
    {.model_types = resnet_types, .takes = Takes::image, .build = build_resnet}};

}  // namespace

extern constinit const FamilyGroup convnext{families};

}  // namespace pfsday::config
