// Conv and ConvTranspose.
#include "importers/onnx/convolution.h"

#include <fmt/format.h>

#include "importers/onnx/window_attributes.h"

namespace pfsday::onnx {
namespace {

Result<Axes> kernel_of(const OnnxNode& node, const Shape& w) {
  const Axes kernel(w.begin() + 2, w.end());
  const Axes stated = TRY(node.integers("kernel_shape", kernel));
  if (stated == kernel) return kernel;
  return fail(Code::shapes_disagree,
              fmt::format("kernel_shape is {}, w is {}", to_string(stated), to_string(w)));
}

Result<void> check_ranks(const Shape& x, const Shape& w) {
  if (x.size() >= 3 && w.size() == x.size()) return {};
  return fail(Code::shapes_disagree, fmt::format("x is {}, w is {}", to_string(x), to_string(w)));
}

/// y, and for each channel the bias, input 2, if there is one.
Value add_bias(const OnnxNode& node, Value y, Builder& b) {
  if (!node.has_input(2)) return y;
  b.use_as_parameter(node.input(2));
  return b.add(y, along_channels(node.input(2), b.type(y).rank(), b));
}

/// x [N, C, spatial...], w [M, C/group, kernel...], bias [M] or none.
Result<Values> lower_conv(const OnnxNode& node, Builder& b) {
  b.use_as_parameter(node.input(1));
  const Value y = TRY(convolve(node, node.input(0), node.input(1), b));
  return Values{add_bias(node, y, b)};
}

/// x [N, C, spatial...], w [C, M/group, kernel...], bias [M] or none: the gradient of the input of
/// a convolution of M channels with C filters.
Result<Values> lower_conv_transpose(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value w = node.input(1);
  const Shape& shape = b.shape(x);
  TRY(check_ranks(shape, b.shape(w)));
  const Axes kernel = TRY(kernel_of(node, b.shape(w)));
  const auto read =
      TRY(read_transposed_window(node, Shape(shape.begin() + 2, shape.end()), kernel));
  const std::int64_t groups = TRY(node.integer("group", 1));
  b.use_as_parameter(w);
  const Value y = b.emit("convolution_input_gradient", {x, w},
                         {{"strides", read.window.strides},
                          {"pads_low", read.window.pads_low},
                          {"pads_high", read.window.pads_high},
                          {"dilations", read.window.dilations},
                          {"groups", groups},
                          {"input_sizes", read.output}});
  return Values{add_bias(node, y, b)};
}

constexpr Lowering rows[] = {
    {.op = "Conv", .inputs = 2, .lower = lower_conv},
    {.op = "ConvTranspose", .inputs = 2, .lower = lower_conv_transpose},
};

}  // namespace

Value along_channels(Value v, std::int64_t rank, Builder& b) {
  if (rank < 2) return v;
  Shape aligned(static_cast<std::size_t>(rank) - 1, 1);
  aligned[0] = static_cast<std::int64_t>(b.type(v).elements().value());
  return b.reshape(v, aligned);
}

Result<Value> convolve(const OnnxNode& node, Value x, Value w, Builder& b) {
  const Shape& shape = b.shape(x);
  TRY(check_ranks(shape, b.shape(w)));
  const Axes kernel = TRY(kernel_of(node, b.shape(w)));
  const auto read = TRY(read_window(node, Shape(shape.begin() + 2, shape.end()), kernel));
  return b.convolution(x, w, read.window, TRY(node.integer("group", 1)));
}

extern constinit const LoweringFamily convolution{rows};

}  // namespace pfsday::onnx
