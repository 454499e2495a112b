// Convolutions and products. Tensors are [batch, spatial..., channels], filters [channels out,
// kernel..., channels in].
#include <fmt/format.h>

#include <algorithm>

#include "importers/tflite/lowering.h"

namespace pfsday::tflite {
namespace {

/// Padding so that each stride gives an output, a larger half of it at the end; or none.
enum class Padding : std::int8_t { same, valid };

Result<Padding> padding_of(const Operator& op) {
  const auto number = TRY(op.view().options.number<std::int8_t>(0, 0));
  if (number == 0 || number == 1) return static_cast<Padding>(number);
  return fail(Code::attribute_invalid, fmt::format("padding {} is not known", number));
}

/// The total padding that makes ceil(size / stride) outputs.
std::int64_t same_padding(std::int64_t size, std::int64_t outputs, std::int64_t taps,
                          std::int64_t stride, std::int64_t dilation) {
  return std::max<std::int64_t>(0, (outputs - 1) * stride + (taps - 1) * dilation + 1 - size);
}

Result<ops::Window> window_of(const Operator& op, const Shape& spatial, const Axes& size,
                              const Axes& strides, const Axes& dilations) {
  const Padding padding = TRY(padding_of(op));
  ops::Window window{.size = size, .strides = strides, .dilations = dilations};
  for (std::size_t i = 0; i < spatial.size(); ++i) {
    if (strides[i] < 1 || dilations[i] < 1 || size[i] < 1) {
      return fail(Code::attribute_invalid,
                  fmt::format("windows of {}, strides of {}, dilations of {}", to_string(size),
                              to_string(strides), to_string(dilations)));
    }
    const std::int64_t outputs = (spatial[i] - 1) / strides[i] + 1;
    const std::int64_t pad = padding == Padding::same ? same_padding(spatial[i], outputs, size[i],
                                                                     strides[i], dilations[i])
                                                      : 0;
    window.pads_low.push_back(pad / 2);
    window.pads_high.push_back(pad - pad / 2);
  }
  return window;
}

Shape spatial_of(const Shape& x) { return {x.begin() + 1, x.end() - 1}; }

/// The last axis before the spatial ones, or after them.
Axes channels_first(std::int64_t rank) {
  Axes order = {0, rank - 1};
  for (std::int64_t axis = 1; axis + 1 < rank; ++axis) order.push_back(axis);
  return order;
}
Axes channels_last(std::int64_t rank) {
  Axes order = {0};
  for (std::int64_t axis = 2; axis < rank; ++axis) order.push_back(axis);
  order.push_back(1);
  return order;
}

Result<void> check_ranks(const Operator& op, std::size_t x, std::size_t w, std::size_t rank,
                         Builder& b) {
  const Shape& first = b.shape(op.input(x));
  const Shape& second = b.shape(op.input(w));
  if (first.size() == rank && second.size() == rank) return {};
  return fail(Code::shapes_disagree,
              fmt::format("x is {}, w is {}", to_string(first), to_string(second)));
}

struct ConvolutionOptions {
  Axes strides = {}, dilations = {};
  Activation activation = Activation::none;
};

Result<ConvolutionOptions> read_conv_2d(const Operator& op) {
  return ConvolutionOptions{.strides = {TRY(op.integer(2)), TRY(op.integer(1))},
                            .dilations = {TRY(op.integer(5, 1)), TRY(op.integer(4, 1))},
                            .activation = TRY(op.activation(3))};
}
Result<ConvolutionOptions> read_depthwise(const Operator& op) {
  return ConvolutionOptions{.strides = {TRY(op.integer(2)), TRY(op.integer(1))},
                            .dilations = {TRY(op.integer(6, 1)), TRY(op.integer(5, 1))},
                            .activation = TRY(op.activation(4))};
}
Result<ConvolutionOptions> read_conv_3d(const Operator& op) {
  return ConvolutionOptions{
      .strides = {TRY(op.integer(1)), TRY(op.integer(3)), TRY(op.integer(2))},
      .dilations = {TRY(op.integer(5, 1)), TRY(op.integer(7, 1)), TRY(op.integer(6, 1))},
      .activation = TRY(op.activation(4))};
}

/// w in the order of the primitive: [channels out, channels in, kernel...].
Result<Values> convolve(const Operator& op, const Factors& factors, Value w,
                        const ConvolutionOptions& options, std::int64_t groups, Builder& b) {
  const Shape& shape = b.shape(op.input(0));
  const Shape& filter = b.shape(w);
  if (!w) return Values{Value{}};
  const Axes size(filter.begin() + 2, filter.end());
  const ops::Window window =
      TRY(window_of(op, spatial_of(shape), size, options.strides, options.dilations));
  const std::int64_t rank = std::ssize(shape);
  const Value x = b.transpose(factors.x, channels_first(rank));
  const Value y = b.transpose(b.convolution(x, w, window, groups), channels_last(rank));
  return Values{finish_products(op, y, factors, 0, 1, 2, options.activation, b)};
}

/// Channels of x are split evenly among as many groups as the filter asks for.
Result<std::int64_t> groups_of(std::int64_t channels, std::int64_t group) {
  if (group > 0 && channels % group == 0) return channels / group;
  return fail(Code::shapes_disagree, fmt::format("{} channels for filters of {}", channels, group));
}

Result<Values> lower_conv_2d(const Operator& op, Builder& b) {
  TRY(check_ranks(op, 0, 1, 4, b));
  const std::int64_t groups =
      TRY(groups_of(b.shape(op.input(0)).back(), b.shape(op.input(1)).back()));
  const Factors factors = factors_of(op, 0, 1, b);
  const Value w = b.transpose(factors.w, channels_first(4));
  return convolve(op, factors, w, TRY(read_conv_2d(op)), groups, b);
}

/// w is [1, kernel..., channels in * multiplier].
Result<Values> lower_depthwise(const Operator& op, Builder& b) {
  TRY(check_ranks(op, 0, 1, 4, b));
  const Factors factors = factors_of(op, 0, 1, b);
  const Value w = b.transpose(factors.w, {3, 0, 1, 2});
  return convolve(op, factors, w, TRY(read_depthwise(op)), b.shape(op.input(0)).back(), b);
}

/// w is [kernel..., channels in, channels out].
Result<Values> lower_conv_3d(const Operator& op, Builder& b) {
  TRY(check_ranks(op, 0, 1, 5, b));
  const Factors factors = factors_of(op, 0, 1, b);
  const Value w = b.transpose(factors.w, {4, 3, 0, 1, 2});
  return convolve(op, factors, w, TRY(read_conv_3d(op)), 1, b);
}

/// Inputs: sizes of the output, w [channels out, kernel..., channels in], x, bias. It is the
/// gradient of the input of a convolution from its output to x.
Result<Values> lower_transpose_conv(const Operator& op, Builder& b) {
  TRY(check_ranks(op, 2, 1, 4, b));
  const Axes whole = op.has_input(0) && b.known(op.input(0)) != nullptr
                         ? TRY(known_integers(op, 0, b))
                         : op.output_tensor(0).type.shape;
  if (whole.size() != 4) return fail(Code::shapes_disagree, "the output has not four axes");
  const Axes output = spatial_of(whole);
  const Shape input = spatial_of(b.shape(op.input(2)));
  const Factors factors = factors_of(op, 2, 1, b);
  const Value w = b.transpose(factors.w, {3, 0, 1, 2});
  const Axes kernel = spatial_of(b.shape(op.input(1)));
  const Axes strides = {TRY(op.integer(2)), TRY(op.integer(1))};
  const Padding padding = TRY(padding_of(op));
  Axes low, high;
  for (std::size_t i = 0; i < 2; ++i) {
    if (strides[i] < 1) return fail(Code::attribute_invalid, "a stride is less than 1");
    const std::int64_t pad =
        padding == Padding::same ? same_padding(output[i], input[i], kernel[i], strides[i], 1) : 0;
    low.push_back(pad / 2);
    high.push_back(pad - pad / 2);
  }
  const Value dy = b.transpose(factors.x, channels_first(4));
  const Value y = b.emit("convolution_input_gradient", {dy, w},
                         {{"strides", strides},
                          {"pads_low", low},
                          {"pads_high", high},
                          {"dilations", Axes{1, 1}},
                          {"groups", std::int64_t{1}},
                          {"input_sizes", output}});
  const Value last = b.transpose(y, channels_last(4));
  return Values{finish_products(op, last, factors, 2, 1, 3, TRY(op.activation(3)), b)};
}

/// w is [units, inputs]; x is seen as rows of so many inputs.
Result<Values> lower_fully_connected(const Operator& op, Builder& b) {
  const Shape& filter = b.shape(op.input(1));
  const Count elements = b.type(op.input(0)).elements();
  const bool fits = filter.size() == 2 && filter[1] > 0 &&
                    elements.value() % static_cast<units::Uint128>(filter[1]) == 0;
  if (!fits) {
    return fail(
        Code::shapes_disagree,
        fmt::format("x is {}, w is {}", to_string(b.shape(op.input(0))), to_string(filter)));
  }
  const auto rows = static_cast<std::int64_t>(elements.value()) / filter[1];
  const std::int64_t units = filter[0];
  const bool keeps_axes = TRY(op.flag(2));
  Shape shape = b.shape(op.input(0));
  if (keeps_axes && !shape.empty()) {
    shape.back() = units;
  } else {
    shape = {rows, units};
  }
  const Factors factors = factors_of(op, 0, 1, b);
  const Value x = b.reshape(factors.x, {rows, filter[1]});
  const Value sums = b.dot(x, factors.w, {{}, {}, {1}, {1}});
  const Value y = finish_products(op, sums, factors, 0, 1, 2, TRY(op.activation(0)), b);
  return Values{b.reshape(y, shape)};
}

Value with_last_two_swapped(Value x, bool swaps, Builder& b) {
  const std::int64_t rank = b.type(x).rank();
  if (!swaps || rank < 2) return x;
  Axes order;
  for (std::int64_t axis = 0; axis < rank; ++axis) order.push_back(axis);
  std::swap(order[rank - 1], order[rank - 2]);
  return b.transpose(x, order);
}

Result<Values> lower_batch_matmul(const Operator& op, Builder& b) {
  const Factors factors = factors_of(op, 0, 1, b);
  const Value x = with_last_two_swapped(factors.x, TRY(op.flag(0)), b);
  const Value w = with_last_two_swapped(factors.w, TRY(op.flag(1)), b);
  const Value sums = b.matmul(x, w);
  constexpr std::size_t no_bias = 2;
  return Values{finish_products(op, sums, factors, 0, 1, no_bias, Activation::none, b)};
}

// Pools

Result<ops::Window> pool_window(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  if (x.size() != 4) return fail(Code::shapes_disagree, fmt::format("x is {}", to_string(x)));
  const Axes size = {TRY(op.integer(4)), TRY(op.integer(3))};
  const Axes strides = {TRY(op.integer(2)), TRY(op.integer(1))};
  return window_of(op, spatial_of(x), size, strides, {1, 1});
}

/// With a window of one along the batch and the channels.
ops::Window over_all_axes(const ops::Window& spatial) {
  const auto widen = [](const Axes& inner, std::int64_t value) {
    return Axes{value, inner[0], inner[1], value};
  };
  return {.size = widen(spatial.size, 1),
          .strides = widen(spatial.strides, 1),
          .pads_low = widen(spatial.pads_low, 0),
          .pads_high = widen(spatial.pads_high, 0),
          .dilations = widen(spatial.dilations, 1)};
}

Result<Values> lower_max_pool(const Operator& op, Builder& b) {
  const ops::Window window = over_all_axes(TRY(pool_window(op, b)));
  const Value y = b.window_max(op.input(0), window);
  if (op.is_quantized(0)) return Values{y};
  return Values{finish(op, y, TRY(op.activation(5)), b)};
}

/// A sum and one division for each output. Padding counts for no divisor, which does not change how
/// many divisions there are.
Result<Values> lower_average_pool(const Operator& op, Builder& b) {
  const ops::Window window = over_all_axes(TRY(pool_window(op, b)));
  const Activation activation = TRY(op.activation(5));
  const bool is_integer = op.is_quantized(0);
  const Value x = is_integer ? b.cast(op.input(0), ElementType::i32) : op.input(0);
  const auto taps = static_cast<graph::Exact>(window.size[1] * window.size[2]);
  const Value y = b.with_scalar("div", b.window_sum(x, window), taps);
  // Input and output have one scale and zero point.
  if (is_integer) return Values{b.cast(y, b.type(op.input(0)).element)};
  return Values{finish(op, y, activation, b)};
}

/// The root of the sum of squares.
Result<Values> lower_l2_pool(const Operator& op, Builder& b) {
  const ops::Window window = over_all_axes(TRY(pool_window(op, b)));
  const Value x = real_input(op, 0, b);
  const auto taps = static_cast<graph::Exact>(window.size[1] * window.size[2]);
  const Value mean = b.with_scalar("div", b.window_sum(b.mul(x, x), window), taps);
  return Values{finish(op, b.sqrt(mean), TRY(op.activation(5)), b)};
}

constexpr Lowering rows[] = {
    {1, "AVERAGE_POOL_2D", 1, lower_average_pool},
    {3, "CONV_2D", 2, lower_conv_2d},
    {4, "DEPTHWISE_CONV_2D", 2, lower_depthwise},
    {9, "FULLY_CONNECTED", 2, lower_fully_connected},
    {12, "L2_POOL_2D", 1, lower_l2_pool},
    {17, "MAX_POOL_2D", 1, lower_max_pool},
    {67, "TRANSPOSE_CONV", 3, lower_transpose_conv},
    {126, "BATCH_MATMUL", 2, lower_batch_matmul},
    {132, "CONV_3D", 2, lower_conv_3d},
};

}  // namespace

constinit const std::span<const Lowering> products = rows;

}  // namespace pfsday::tflite
