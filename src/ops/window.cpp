#include "ops/window.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace pfsday::ops {
namespace {

__extension__ using Int128 = __int128;

Int128 floor_div(Int128 a, Int128 b) { return a / b - (a % b < 0 ? 1 : 0); }
Int128 ceil_div(Int128 a, Int128 b) { return -floor_div(-a, b); }

/// Sum of (a * i + b) / m, rounded down, over i in 0..n-1; nothing negative. As Euclid's algorithm:
/// each step counts the points below the line and swaps the axes.
Int128 floor_sum(Int128 n, Int128 m, Int128 a, Int128 b) {
  Int128 sum = 0;
  while (n > 0) {
    sum += n * (n - 1) / 2 * (a / m) + n * (b / m);
    const Int128 top = a % m * n + b % m;
    a = std::exchange(m, a % m);
    n = top / a;
    b = top % a;
  }
  return sum;
}

/// Pairs of output and tap with o * stride + k * dilation < limit.
Int128 pairs_below(const WindowAxis& axis, Int128 limit) {
  const Int128 last_start = Int128{axis.output - 1} * axis.stride;
  // Taps that some output meets, and of those the ones that all do.
  const Int128 some = std::clamp<Int128>(ceil_div(limit, axis.dilation), 0, axis.taps);
  const Int128 all = std::clamp<Int128>(ceil_div(limit - last_start, axis.dilation), 0, some);
  // The others, from the last: each meets the outputs below (limit - k * dilation) / stride.
  const Int128 below = limit - (some - 1) * axis.dilation + axis.stride - 1;
  return all * axis.output + floor_sum(some - all, axis.stride, axis.dilation, below);
}

Count to_count(Int128 n) { return Count(static_cast<units::Uint128>(n)); }

}  // namespace

Count WindowAxis::real_pairs() const {
  return to_count(pairs_below(*this, Int128{input} + pad_low) - pairs_below(*this, pad_low));
}

Count WindowAxis::real_outputs() const {
  if (input == 0) return 0;
  const auto clamp = [this](Int128 o) { return std::clamp<Int128>(o, 0, output); };
  // From this output on, the first tap is not before the input; up to that one, not behind it.
  const Int128 inside = clamp(ceil_div(pad_low, stride));
  const Int128 end = clamp(ceil_div(Int128{input} + pad_low, stride));
  // Outputs before it: the first tap that is not before the input may step over a short one.
  const Int128 reach = Int128{taps - 1} * dilation;
  const Int128 start = std::min(clamp(ceil_div(pad_low - reach, stride)), inside);
  Int128 before = inside - start;
  if (input < dilation) {
    const Int128 offset = start * stride - pad_low;
    const Int128 first = offset - floor_div(offset, dilation) * dilation;
    before += floor_sum(before, dilation, stride, first) -
              floor_sum(before, dilation, stride, first + dilation - input);
  }
  return to_count(before + end - inside);
}

Count counted_pairs(std::span<const WindowAxis> axes, const Rules& rules) {
  const bool is_real = rules.padding == Rules::Padding::real;
  Count pairs = 1;
  for (const WindowAxis& axis : axes) {
    pairs *= is_real ? axis.real_pairs() : Count(axis.output) * axis.taps;
  }
  return pairs;
}

Count counted_outputs(std::span<const WindowAxis> axes, const Rules& rules) {
  const bool is_real = rules.padding == Rules::Padding::real;
  Count outputs = 1;
  for (const WindowAxis& axis : axes) outputs *= is_real ? axis.real_outputs() : axis.output;
  return outputs;
}

/// Pairs less those that meet an index again: with g = gcd(stride, dilation), pair (o, k) meets
/// that of (o - dilation / g, k + stride / g).
Count counted_inputs(std::span<const WindowAxis> axes, const Rules& rules) {
  Count inputs = 1;
  for (const WindowAxis& axis : axes) {
    const std::int64_t common = std::gcd(axis.stride, axis.dilation);
    WindowAxis again = axis;
    again.output = std::max<std::int64_t>(axis.output - axis.dilation / common, 0);
    again.taps = std::max<std::int64_t>(axis.taps - axis.stride / common, 0);
    const bool is_empty = again.output == 0 || again.taps == 0;
    if (!is_empty) again.pad_low -= axis.dilation / common * axis.stride;
    const Count twice = is_empty ? Count(0) : counted_pairs(std::span(&again, 1), rules);
    inputs *= counted_pairs(std::span(&axis, 1), rules) - twice;
  }
  return inputs;
}

/// As outputs, with the roles of outputs and taps exchanged.
Count counted_taps(std::span<const WindowAxis> axes, const Rules& rules) {
  Count taps = 1;
  for (WindowAxis axis : axes) {
    std::swap(axis.output, axis.taps);
    std::swap(axis.stride, axis.dilation);
    taps *= counted_outputs(std::span(&axis, 1), rules);
  }
  return taps;
}

std::int64_t window_output_size(std::int64_t input, std::int64_t taps, std::int64_t stride,
                                std::int64_t dilation, std::int64_t pad_low,
                                std::int64_t pad_high) {
  const Count reach = Count(taps - 1) * dilation + 1;
  if (reach > Count(size_limit)) return 0;
  const std::int64_t room = input + pad_low + pad_high - static_cast<std::int64_t>(reach.value());
  return static_cast<std::int64_t>(floor_div(room, stride)) + 1;
}

Result<void> require_window_attributes(const NodeView& node, std::size_t rank) {
  TRY(require_sizes(node, "strides", rank, 1, window_limit));
  TRY(require_sizes(node, "dilations", rank, 1, window_limit));
  TRY(require_sizes(node, "pads_low", rank, -window_limit, window_limit));
  TRY(require_sizes(node, "pads_high", rank, -window_limit, window_limit));
  return {};
}

}  // namespace pfsday::ops
