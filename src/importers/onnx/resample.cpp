#include "importers/onnx/resample.h"

#include <algorithm>
#include <cmath>

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// The position of output `o`, in elements of the input axis.
double position_of(double o, const ResampleAxis& axis, Coordinates coordinates) {
  const auto input = static_cast<double>(axis.input);
  const double output = axis.scale * input;  // not rounded
  switch (coordinates) {
    case Coordinates::align_corners:
      return output == 1 ? 0 : o * (input - 1) / (output - 1);
    case Coordinates::asymmetric:
      return o / axis.scale;
    case Coordinates::tf_half_pixel_for_nn:
      return (o + 0.5) / axis.scale;
    case Coordinates::tf_crop_and_resize: {
      const double first = axis.start * (input - 1);
      const double reach = (axis.end - axis.start) * (input - 1);
      return first + (output == 1 ? reach / 2 : o * reach / (output - 1));
    }
    case Coordinates::pytorch_half_pixel:
      return output == 1 ? -0.5 : (o + 0.5) / axis.scale - 0.5;
    case Coordinates::half_pixel_symmetric: {
      const double adjusted = static_cast<double>(axis.output) / output;
      return input / 2 * (1 - adjusted) + (o + 0.5) / axis.scale - 0.5;
    }
    case Coordinates::half_pixel:
      return (o + 0.5) / axis.scale - 0.5;
  }
  return 0;
}

/// Whether of the two neighbors of a position, `ratio` (0, 1] after the first, the second is taken.
bool takes_second(double ratio, Nearest nearest) {
  if (ratio == 1) return true;
  switch (nearest) {
    case Nearest::round_prefer_floor:
      return ratio > 0.5;
    case Nearest::round_prefer_ceil:
      return ratio >= 0.5;
    case Nearest::floor:
      return false;
    case Nearest::ceil:
      return true;
  }
  return false;
}

/// The cubic convolution kernel with coefficient a, at distance x.
double cubic_weight(double x, double a) {
  x = std::fabs(x);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/// How far the kernel is spread: 1, or less where sizes shrink and antialias is asked for.
double spread_of(const ResampleAxis& axis, const ResampleMode& mode) {
  return mode.antialias ? std::min(axis.scale, 1.0) : 1.0;
}

/// The first tap, counted from the neighbor before the position.
double first_tap(const ResampleAxis& axis, const ResampleMode& mode) {
  const double reach = mode.interpolation == Interpolation::cubic ? 2 : 1;
  return std::floor(-reach / spread_of(axis, mode)) + 1;
}

double weight_at(double distance, const ResampleAxis& axis, const ResampleMode& mode) {
  const double x = distance * spread_of(axis, mode);
  if (mode.interpolation == Interpolation::cubic) return cubic_weight(x, mode.cubic_coefficient);
  return std::max(0.0, 1 - std::fabs(x));
}

/// Weights that sum to 1, where taps were left out or the kernel is spread.
void normalize(std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  for (double& weight : weights) weight = sum != 0 ? weight / sum : weight;
}

/// The taps of one output, at that position.
void add_taps(double position, const ResampleAxis& axis, const ResampleMode& mode, Taps& taps) {
  double before = std::floor(position);
  if (before == position) before -= 1;
  const double ratio = position - before;
  const auto last = static_cast<double>(axis.input - 1);
  const auto clamped = [&](double at) {
    return static_cast<std::int64_t>(std::clamp(at, 0.0, last));
  };
  if (mode.interpolation == Interpolation::nearest) {
    taps.index[0].push_back(clamped(before + (takes_second(ratio, mode.nearest) ? 1 : 0)));
    taps.weight[0].push_back(1);
    return;
  }
  const double first = first_tap(axis, mode);
  std::vector<double> weights;
  for (std::size_t t = 0; t < taps.index.size(); ++t) {
    const double offset = first + static_cast<double>(t);
    const double at = before + offset;
    const bool is_left_out = mode.excludes_outside && (at < 0 || at > last);
    weights.push_back(is_left_out ? 0 : weight_at(offset - ratio, axis, mode));
    taps.index[t].push_back(clamped(at));
  }
  if (mode.excludes_outside || mode.antialias) normalize(weights);
  for (std::size_t t = 0; t < weights.size(); ++t) taps.weight[t].push_back(weights[t]);
}

bool all_are(const std::vector<Exact>& weights, Exact value) {
  return std::ranges::all_of(weights, [value](Exact weight) { return weight == value; });
}

}  // namespace

std::int64_t tap_count(const ResampleAxis& axis, const ResampleMode& mode) {
  if (mode.interpolation == Interpolation::nearest) return 1;
  constexpr double most = 1 << 30;
  return static_cast<std::int64_t>(std::min(2 - 2 * first_tap(axis, mode), most));
}

Taps taps_of(const ResampleAxis& axis, const ResampleMode& mode) {
  const auto count = static_cast<std::size_t>(tap_count(axis, mode));
  Taps taps{std::vector<Axes>(count), std::vector<std::vector<Exact>>(count), {}};
  const bool may_leave = mode.coordinates == Coordinates::tf_crop_and_resize;
  for (std::int64_t o = 0; o < axis.output; ++o) {
    const double position = position_of(static_cast<double>(o), axis, mode.coordinates);
    const bool leaves = position < 0 || position > static_cast<double>(axis.input - 1);
    taps.is_outside.push_back(may_leave && leaves);
    add_taps(position, axis, mode, taps);
  }
  return taps;
}

bool Taps::is_identity(std::int64_t input) const {
  if (static_cast<std::int64_t>(is_outside.size()) != input) return false;
  for (std::size_t o = 0; o < is_outside.size(); ++o) {
    if (is_outside[o]) return false;
    for (std::size_t t = 0; t < index.size(); ++t) {
      if (weight[t][o] != 0 && index[t][o] != static_cast<std::int64_t>(o)) return false;
    }
  }
  return true;
}

Value resample(Value x, std::int64_t axis, const Taps& taps, Builder& b) {
  if (!x) return {};
  Shape along(static_cast<std::size_t>(b.type(x).rank() - axis), 1);
  along[0] = std::ssize(taps.is_outside);
  Value sum;
  for (std::size_t t = 0; t < taps.index.size(); ++t) {
    if (all_are(taps.weight[t], 0)) continue;
    Value part = b.gather(x, b.integers(taps.index[t]), axis);
    if (!all_are(taps.weight[t], 1)) {
      part = b.mul(part, b.constant(Literal::of({b.type(x).element, along}, taps.weight[t])));
    }
    sum = sum ? b.add(sum, part) : part;
  }
  if (sum) return sum;
  TensorType zeros = b.type(x);
  zeros.shape[static_cast<std::size_t>(axis)] = along[0];
  return b.full(zeros, 0);
}

Value fill_outside(Value y, std::int64_t axis, const Taps& taps, double value, Builder& b) {
  if (!y || std::ranges::find(taps.is_outside, true) == taps.is_outside.end()) return y;
  TensorType row = b.type(y);
  row.shape[static_cast<std::size_t>(axis)] = 1;
  Axes source;
  for (std::size_t o = 0; o < taps.is_outside.size(); ++o) {
    source.push_back(taps.is_outside[o] ? std::ssize(taps.is_outside)
                                        : static_cast<std::int64_t>(o));
  }
  return b.gather(b.concat({y, b.full(row, value)}, axis), b.integers(source), axis);
}

}  // namespace pfsday::onnx
