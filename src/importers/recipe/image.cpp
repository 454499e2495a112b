// Layers of images, and of whatever else has channels and axes of space; a sequence is an image of
// one axis here.
#include <fmt/format.h>

#include <algorithm>

#include "importers/recipe/kinds.h"

namespace pfsday::recipe {
namespace {

using ops::Window;

std::size_t axes_of(Lowering& to, Value x) { return to.shape(x).size() - 2; }

/// A sequence [N, steps, channels] as [N, channels, steps].
Value steps_last(Lowering& to, Value x) { return to.builder().transpose(x, {0, 2, 1}); }

/// What `make` makes of an image, or of a sequence as an image of one axis.
template <class Make>
Result<Value> on_image(Lowering& to, Layer& in, Value x, Make&& make) {
  if (is_sequence(to, x)) return steps_last(to, TRY(make(steps_last(to, x))));
  TRY(need_image(to, in, x));
  return make(x);
}

/// Padding that keeps the size at stride 1: total = (ceil(in/stride) - 1) * stride + kernel - in.
void pad_same(Window& window, const Shape& x) {
  for (std::size_t i = 0; i < window.size.size(); ++i) {
    const std::int64_t size = x[i + 2];
    const std::int64_t stride = window.strides[i];
    const std::int64_t extent = (window.size[i] - 1) * window.dilations[i] + 1;
    const std::int64_t output = (size + stride - 1) / stride;
    const std::int64_t total = std::max<std::int64_t>(0, (output - 1) * stride + extent - size);
    window.pads_low[i] = total / 2;
    window.pads_high[i] = total - total / 2;
  }
}

Result<void> read_pad(Layer& in, Window& window, const Shape& x) {
  const TomlValue* pad = in.find_pad();
  const std::size_t axes = window.size.size();
  window.pads_low = window.pads_high = Axes(axes, 0);
  if (pad == nullptr) return {};
  if (const auto* word = std::get_if<std::string>(&pad->data)) {
    if (*word == "valid") return {};
    if (*word == "causal") {
      for (std::size_t i = 0; i < axes; ++i) {
        window.pads_low[i] = (window.size[i] - 1) * window.dilations[i];
      }
      return {};
    }
    if (*word == "same") {
      pad_same(window, x);
      return {};
    }
  }
  if (const auto* list = std::get_if<TomlValue::List>(&pad->data)) {
    if (list->size() != axes) {
      return in.toml().malformed("pad",
                                 fmt::format("has {} sizes for {} axes", list->size(), axes));
    }
    for (std::size_t i = 0; i < axes; ++i) {
      window.pads_low[i] = window.pads_high[i] = TRY(in.to_size("pad", (*list)[i], 0));
    }
    return {};
  }
  window.pads_low = window.pads_high = Axes(axes, TRY(in.to_size("pad", *pad, 0)));
  return {};
}

/// The window over the axes of space of x [N, channels, sizes...].
Result<Window> read_window(Layer& in, const Shape& x, const Axes& kernel,
                           const Axes& usual_stride) {
  const std::size_t axes = x.size() - 2;
  Window window{.size = kernel,
                .strides = in.has("stride") ? TRY(in.axes_or("stride", axes, 1)) : usual_stride,
                .dilations = TRY(in.axes_or("dilation", axes, 1))};
  TRY(read_pad(in, window, x));
  for (std::size_t i = 0; i < axes; ++i) {
    if (window.output_size(i, x[i + 2]) >= 1) continue;
    const auto written = [](std::span<const std::int64_t> sizes) {
      return fmt::format("{}", fmt::join(sizes, " x "));
    };
    return in.invalid(fmt::format("a window of {} does not fit an input of {}",
                                  written(std::span(kernel)), written(std::span(x).subspan(2))));
  }
  return window;
}

Result<Axes> read_kernel(Layer& in, std::string_view key, std::size_t axes) {
  if (!in.has(key)) return in.toml().missing(key);
  return in.axes_or(key, axes, 1);
}

/// What a convolution is made with, in the order in which it stands.
struct Around {
  bool bias = true;
  std::string norm = {}, activation = {};
};

Result<Around> read_around(Layer& in) {
  const Defaults& usual = in.scope().defaults;
  Around around{.norm = TRY(in.word_or("norm", usual.norm)),
                .activation = TRY(read_activation(in, usual.activation))};
  around.bias = TRY(in.flag_or("bias", usual.bias.value_or(around.norm == "none")));
  return around;
}

/// `make` with normalization and activation before or after it.
template <class Make>
Result<Value> in_order(Lowering& to, Layer& in, const Around& around, Value x, Make&& make) {
  for (const std::string& part : in.scope().defaults.order) {
    if (part == "conv") {
      x = TRY(make(x));
    } else if (part == "norm") {
      x = TRY(normalize(to, in, around.norm, x));
    } else {
      x = TRY(activate(to, in, around.activation, x));
    }
    if (!x) return x;
  }
  return x;
}

Result<void> check_groups(const Layer& in, std::int64_t groups, std::int64_t channels,
                          std::int64_t filters) {
  if (channels % groups == 0 && filters % groups == 0) return {};
  return in.invalid(fmt::format("{} groups divide neither {} channels nor {} filters evenly",
                                groups, channels, filters));
}

Result<Value> lower_conv(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const std::int64_t filters = TRY(in.size("conv"));
    const Axes kernel = TRY(read_kernel(in, "kernel", axes_of(to, image)));
    const Axes ones(kernel.size(), 1);
    const Window window = TRY(read_window(in, to.shape(image), kernel, ones));
    const std::int64_t groups = TRY(in.size_or("groups", 1));
    TRY(check_groups(in, groups, channels_of(to, image), filters));
    const Around around = TRY(read_around(in));
    return in_order(to, in, around, image, [&](Value v) -> Result<Value> {
      to.begin("", "Conv");
      v = convolve(to, "weight", v, {.filters = filters, .groups = groups, .window = window});
      return around.bias ? add_bias(to, "bias", v) : v;
    });
  });
}

/// {depthwise = KERNEL}: `multiplier` filters for each channel alone.
Result<Value> lower_depthwise(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const Axes kernel = TRY(read_kernel(in, "depthwise", axes_of(to, image)));
    const Axes ones(kernel.size(), 1);
    const Window window = TRY(read_window(in, to.shape(image), kernel, ones));
    const std::int64_t channels = channels_of(to, image);
    const std::int64_t multiplier = TRY(in.size_or("multiplier", 1));
    if (multiplier > largest_size / channels) return in.invalid("it has too many filters");
    const Around around = TRY(read_around(in));
    return in_order(to, in, around, image, [&](Value v) -> Result<Value> {
      to.begin("", "Depthwise");
      v = convolve(to, "weight", v,
                   {.filters = channels * multiplier, .groups = channels, .window = window});
      return around.bias ? add_bias(to, "bias", v) : v;
    });
  });
}

/// A depthwise convolution and a pointwise one, with nothing between them.
Result<Value> lower_separable(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const std::int64_t filters = TRY(in.size("separable"));
    const Axes kernel = TRY(read_kernel(in, "kernel", axes_of(to, image)));
    const Axes ones(kernel.size(), 1);
    const Axes zeros(kernel.size(), 0);
    const Window window = TRY(read_window(in, to.shape(image), kernel, ones));
    const Window point{
        .size = ones, .strides = ones, .pads_low = zeros, .pads_high = zeros, .dilations = ones};
    const std::int64_t channels = channels_of(to, image);
    const Around around = TRY(read_around(in));
    return in_order(to, in, around, image, [&](Value v) -> Result<Value> {
      to.begin("depthwise", "Depthwise");
      v = convolve(to, "depthwise.weight", v,
                   {.filters = channels, .groups = channels, .window = window});
      to.begin("pointwise", "Conv");
      v = convolve(to, "pointwise.weight", v, {.filters = filters, .window = point});
      return around.bias ? add_bias(to, "bias", v) : v;
    });
  });
}

/// Sizes of what a convolution with that window makes x of, `added` on the far side.
Result<Shape> transposed_sizes(Layer& in, const Shape& x, const Window& window, const Axes& added) {
  Shape sizes;
  for (std::size_t i = 0; i < window.size.size(); ++i) {
    const std::int64_t size = (x[i + 2] - 1) * window.strides[i] + added[i] +
                              (window.size[i] - 1) * window.dilations[i] + 1 - window.pads_low[i] -
                              window.pads_high[i];
    const bool fits = size >= 1 && size <= largest_size && added[i] < window.strides[i];
    if (!fits) return in.invalid(fmt::format("a size of its result would be {}", size));
    sizes.push_back(size);
  }
  return sizes;
}

/// The input gradient of a convolution, as a layer: [channels, filters / groups, kernel...].
Result<Value> lower_transposed(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const std::int64_t filters = TRY(in.size("transposed_conv"));
    const Shape shape = to.shape(image);
    const std::size_t axes = axes_of(to, image);
    Window window{.size = TRY(read_kernel(in, "kernel", axes)),
                  .strides = TRY(in.axes_or("stride", axes, 1)),
                  .dilations = Axes(axes, 1)};
    const Axes pads = TRY(in.axes_or("pad", axes, 0, 0));
    window.pads_low = window.pads_high = pads;
    const Axes added = TRY(in.axes_or("output_pad", axes, 0, 0));
    const Shape sizes = TRY(transposed_sizes(in, shape, window, added));
    const std::int64_t groups = TRY(in.size_or("groups", 1));
    TRY(check_groups(in, groups, shape[1], filters));
    const Around around = TRY(read_around(in));
    return in_order(to, in, around, image, [&](Value v) -> Result<Value> {
      to.begin("", "TransposedConv");
      Shape kernel = {shape[1], filters / groups};
      kernel.insert(kernel.end(), window.size.begin(), window.size.end());
      v = to.builder().emit("convolution_input_gradient", {v, to.weight("weight", kernel)},
                            {{"strides", window.strides},
                             {"pads_low", window.pads_low},
                             {"pads_high", window.pads_high},
                             {"dilations", window.dilations},
                             {"groups", groups},
                             {"input_sizes", Axes(sizes.begin(), sizes.end())}});
      return around.bias && v ? add_bias(to, "bias", v) : v;
    });
  });
}

/// The same window over all axes.
Window over_all_axes(const Window& spatial) {
  const auto extend = [](const Axes& axes, std::int64_t other) {
    Axes all = {other, other};
    all.insert(all.end(), axes.begin(), axes.end());
    return all;
  };
  return {.size = extend(spatial.size, 1),
          .strides = extend(spatial.strides, 1),
          .pads_low = extend(spatial.pads_low, 0),
          .pads_high = extend(spatial.pads_high, 0),
          .dilations = extend(spatial.dilations, 1)};
}

constexpr std::string_view pool_words[] = {"max", "average"};

Result<Value> lower_pool(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const bool is_max = TRY(in.choice_or("pool", "", pool_words)) == "max";
    const Axes kernel = TRY(read_kernel(in, "kernel", axes_of(to, image)));
    const Axes stride(kernel.size(), *std::ranges::max_element(kernel));
    const Window window = TRY(read_window(in, to.shape(image), kernel, stride));
    to.begin("", is_max ? "MaxPool" : "AveragePool");
    Builder& b = to.builder();
    if (is_max) return b.window_max(image, over_all_axes(window));
    graph::Exact taps = 1;
    for (const std::int64_t size : kernel) taps *= static_cast<graph::Exact>(size);
    return b.with_scalar("div", b.window_sum(image, over_all_axes(window)), taps);
  });
}

/// Over all of space, or over all steps of a sequence.
Result<Value> lower_global_pool(Lowering& to, Layer& in, Value x) {
  if (!is_sequence(to, x)) TRY(need_image(to, in, x));
  const bool is_max = TRY(in.choice_or("global_pool", "", pool_words)) == "max";
  to.begin("", is_max ? "GlobalMaxPool" : "GlobalAveragePool");
  Axes axes;
  const std::size_t end = is_sequence(to, x) ? 2 : to.shape(x).size();
  for (std::size_t i = end == 2 ? 1 : 2; i < end; ++i) axes.push_back(static_cast<std::int64_t>(i));
  return is_max ? to.builder().reduce_max(x, axes) : to.builder().reduce_mean(x, axes);
}

/// Each element so many times along each axis.
Value nearest_neighbors(Builder& b, Value x, std::int64_t factor) {
  const Shape shape = b.shape(x);
  Shape apart = {shape[0], shape[1]};
  Shape wide = apart;
  Shape result = apart;
  for (std::size_t i = 2; i < shape.size(); ++i) {
    apart.insert(apart.end(), {shape[i], 1});
    wide.insert(wide.end(), {shape[i], factor});
    result.push_back(shape[i] * factor);
  }
  return b.reshape(b.broadcast(b.reshape(x, apart), wide), result);
}

Result<Value> lower_upsample(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const std::int64_t factor = TRY(in.size("upsample"));
    if (factor > 64) return in.invalid("it is larger than 64 times");
    to.begin("", "Upsample");
    return nearest_neighbors(to.builder(), image, factor);
  });
}

/// The middle of an image, of those sizes.
Result<Value> lower_crop(Lowering& to, Layer& in, Value x) {
  return on_image(to, in, x, [&](Value image) -> Result<Value> {
    const Axes sizes = TRY(in.axes_or("crop", axes_of(to, image), 1));
    to.begin("", "Crop");
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::int64_t size = to.shape(image)[i + 2];
      if (sizes[i] > size) {
        return in.invalid(fmt::format("{} cannot be cut out of {}", sizes[i], size));
      }
      const std::int64_t start = (size - sizes[i]) / 2;
      image =
          to.builder().slice_axis(image, static_cast<std::int64_t>(i) + 2, start, start + sizes[i]);
    }
    return image;
  });
}

/// Channels of an image, those of its groups by turns.
Result<Value> lower_shuffle(Lowering& to, Layer& in, Value x) {
  TRY(need_image(to, in, x));
  const std::int64_t groups = TRY(in.size("shuffle"));
  const Shape shape = to.shape(x);
  TRY(check_groups(in, groups, shape[1], shape[1]));
  to.begin("", "Shuffle");
  Builder& b = to.builder();
  Shape apart = {shape[0], groups, shape[1] / groups};
  apart.insert(apart.end(), shape.begin() + 2, shape.end());
  Axes swapped = {0, 2, 1};
  for (std::size_t i = 3; i < apart.size(); ++i) swapped.push_back(static_cast<std::int64_t>(i));
  return b.reshape(b.transpose(b.reshape(x, apart), swapped), shape);
}

/// {response_norm = SIZE}: x / (k + alpha / SIZE * the sum of squares over that many neighboring
/// channels) ^ beta, with the constants of AlexNet, which change no count.
Result<Value> lower_response_norm(Lowering& to, Layer& in, Value x) {
  TRY(need_image(to, in, x));
  const std::int64_t size = TRY(in.size("response_norm"));
  constexpr double alpha = 1e-4, beta = 0.75, k = 2;
  const std::size_t rank = to.shape(x).size();
  Window window{.size = Axes(rank, 1),
                .strides = Axes(rank, 1),
                .pads_low = Axes(rank, 0),
                .pads_high = Axes(rank, 0),
                .dilations = Axes(rank, 1)};
  window.size[1] = size;
  window.pads_low[1] = (size - 1) / 2;
  window.pads_high[1] = size - 1 - window.pads_low[1];
  to.begin("", "LRN");
  Builder& b = to.builder();
  const Value squares = b.window_sum(b.mul(x, x), window);
  const Value scaled = b.with_scalar("mul", squares, alpha / static_cast<double>(size));
  return b.div(x, b.with_scalar("pow", b.with_scalar("add", scaled, k), beta));
}

constexpr Kind listed[] = {
    {"conv", lower_conv},           {"depthwise", lower_depthwise},
    {"separable", lower_separable}, {"transposed_conv", lower_transposed},
    {"pool", lower_pool},           {"global_pool", lower_global_pool},
    {"upsample", lower_upsample},   {"crop", lower_crop},
    {"shuffle", lower_shuffle},     {"response_norm", lower_response_norm},
};

}  // namespace

const std::span<const Kind> image_kinds = listed;

Value convolve(Lowering& to, std::string_view name, Value x, const ConvolutionSpec& spec) {
  if (!x) return x;
  Shape shape = {spec.filters, to.shape(x)[1] / spec.groups};
  shape.insert(shape.end(), spec.window.size.begin(), spec.window.size.end());
  return to.builder().convolution(x, to.weight(name, shape), spec.window, spec.groups);
}

Result<Value> project(Lowering& to, Layer& in, Value x, const Shape& shape) {
  const Shape from = to.shape(x);
  const Defaults& usual = in.scope().defaults;
  to.begin("", "Conv");
  const std::size_t axes = shape.size() - 2;
  Window window{.size = Axes(axes, 1),
                .strides = Axes(axes, 1),
                .pads_low = Axes(axes, 0),
                .pads_high = Axes(axes, 0),
                .dilations = Axes(axes, 1)};
  for (std::size_t i = 0; i < axes; ++i) {
    window.strides[i] = (from[i + 2] + shape[i + 2] - 1) / shape[i + 2];
  }
  x = convolve(to, "weight", x, {.filters = shape[1], .window = window});
  if (usual.bias.value_or(usual.norm == "none")) x = add_bias(to, "bias", x);
  return normalize(to, in, usual.norm, x);
}

}  // namespace pfsday::recipe
