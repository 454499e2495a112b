// The taps of a sliding window along one axis: what convolutions and pooling share.
#pragma once

#include <cstdint>

#include "ops/infer.h"
#include "ops/primitive.h"

namespace pfsday::ops {

/// One axis of a window: input index of output `o` at tap `k` is o * stride + k * dilation -
/// pad_low.
struct WindowAxis {
  std::int64_t input = 0, output = 0;  ///< sizes
  std::int64_t taps = 0;
  std::int64_t stride = 1, dilation = 1, pad_low = 0;

  std::int64_t input_index(std::int64_t o, std::int64_t k) const {
    return o * stride + k * dilation - pad_low;
  }
  bool is_real(std::int64_t index) const { return index >= 0 && index < input; }
  /// Pairs of output and tap whose input index exists. In closed form: sizes may be huge.
  Count real_pairs() const;
  /// Outputs with at least one such tap.
  Count real_outputs() const;
};

/// Pairs of output and tap that count under the rules: product over the axes.
Count counted_pairs(std::span<const WindowAxis> axes, const Rules& rules);
/// Outputs with a tap that counts under the rules: product over the axes.
Count counted_outputs(std::span<const WindowAxis> axes, const Rules& rules);
/// Input indices, outside the input too, that a counted pair meets: product over the axes.
Count counted_inputs(std::span<const WindowAxis> axes, const Rules& rules);
/// Taps that a counted pair meets: product over the axes.
Count counted_taps(std::span<const WindowAxis> axes, const Rules& rules);

/// Output size for a window of that many taps; less than 1 if it does not fit.
std::int64_t window_output_size(std::int64_t input, std::int64_t taps, std::int64_t stride,
                                std::int64_t dilation, std::int64_t pad_low, std::int64_t pad_high);

/// The attributes strides, pads_low, pads_high and dilations of a node, for `rank` axes.
Result<void> require_window_attributes(const NodeView& node, std::size_t rank);

/// Pads may be negative: then the window starts inside.
constexpr std::int64_t window_limit = std::int64_t{1} << 40;

}  // namespace pfsday::ops
