#include "ops/window.h"

#include <algorithm>

namespace pfsday::ops {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

}  // namespace

Count WindowAxis::real_pairs() const {
  Count pairs = 0;
  for (std::int64_t k = 0; k < taps; ++k) {
    // 0 <= o * stride + shift < input
    const std::int64_t shift = k * dilation - pad_low;
    const std::int64_t first = std::max<std::int64_t>(0, -floor_div(shift, stride));
    const std::int64_t last = std::min(output - 1, floor_div(input - 1 - shift, stride));
    if (last >= first) pairs += last - first + 1;
  }
  return pairs;
}

Count counted_pairs(std::span<const WindowAxis> axes, const Rules& rules) {
  Count pairs = 1;
  for (const WindowAxis& axis : axes) {
    pairs *=
        rules.padding == Rules::Padding::real ? axis.real_pairs() : Count(axis.output) * axis.taps;
  }
  return pairs;
}

std::int64_t window_output_size(std::int64_t input, std::int64_t taps, std::int64_t stride,
                                std::int64_t dilation, std::int64_t pad_low,
                                std::int64_t pad_high) {
  const Count reach = Count(taps - 1) * dilation + 1;
  if (reach > Count(size_limit)) return 0;
  const std::int64_t room = input + pad_low + pad_high - static_cast<std::int64_t>(reach.value());
  return floor_div(room, stride) + 1;
}

Result<void> require_window_attributes(const NodeView& node, std::size_t rank) {
  TRY(require_sizes(node, "strides", rank, 1, window_limit));
  TRY(require_sizes(node, "dilations", rank, 1, window_limit));
  TRY(require_sizes(node, "pads_low", rank, -window_limit, window_limit));
  TRY(require_sizes(node, "pads_high", rank, -window_limit, window_limit));
  return {};
}

}  // namespace pfsday::ops
