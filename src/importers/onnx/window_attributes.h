// The attributes kernel_shape, strides, pads, dilations, auto_pad and ceil_mode, which convolutions
// and pools share.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// A window over the spatial axes (those after the first two) of an input.
struct SpatialWindow {
  ops::Window window;
  Shape input;   ///< spatial sizes
  Shape output;  ///< spatial sizes, each at least 1
  /// Padding at the end that the attributes ask for; pads_high may be longer, where ceil_mode lets
  /// the last window reach beyond it.
  Axes stated_pads_high;
};

/// kernel: the sizes of the window. Where `ceil_mode` is set, a last window that would begin in the
/// padding after the input is left out, as PyTorch and ONNX 1.17 have it.
/// Errors: Code::attribute_invalid, Code::shapes_disagree if the window does not fit.
Result<SpatialWindow> read_window(const OnnxNode& node, const Shape& input, const Axes& kernel);

/// The convolution whose input gradient a transposed convolution is.
struct TransposedWindow {
  ops::Window window;
  Shape output;  ///< spatial sizes, each at least 1
};

/// input: the spatial sizes of a transposed convolution. Padding follows from `output_shape` where
/// that is stated; an odd one is split as `auto_pad` says, by default with more at the end.
/// Errors: Code::attribute_invalid, Code::shapes_disagree if nothing is left, Code::limit_exceeded.
Result<TransposedWindow> read_transposed_window(const OnnxNode& node, const Shape& input,
                                                const Axes& kernel);

/// The same window with size 1 along the first two axes, for the primitives that slide along all.
ops::Window over_all_axes(const ops::Window& spatial);

}  // namespace pfsday::onnx
