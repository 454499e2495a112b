// An axis of a tensor read at other positions: what Resize and Upsample do along each axis.
//
// Each output is a sum over taps, elements of the axis near its position, times weights. Positions
// and weights follow from the sizes alone, so both are constants: along one axis, T taps cost T
// multiplies and T - 1 adds for each output element. Taps that weigh nothing anywhere are left
// out, and taps that all weigh one cost no multiply: nearest neighbors are movement.
#pragma once

#include <vector>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// Where output index o lies on the input axis; see position_of in resample.cpp.
enum class Coordinates : std::uint8_t {
  half_pixel,
  half_pixel_symmetric,
  pytorch_half_pixel,
  tf_half_pixel_for_nn,
  align_corners,
  asymmetric,
  tf_crop_and_resize,
};

enum class Interpolation : std::uint8_t { nearest, linear, cubic };
enum class Nearest : std::uint8_t { round_prefer_floor, round_prefer_ceil, floor, ceil };

struct ResampleMode {
  Coordinates coordinates = Coordinates::asymmetric;
  Interpolation interpolation = Interpolation::nearest;
  Nearest nearest = Nearest::floor;
  double cubic_coefficient = -0.75;
  bool excludes_outside = false;  ///< taps outside weigh nothing, and the others more
  bool antialias = false;         ///< when sizes shrink, as many more taps as they shrink by
};

/// One axis; the region of interest is in fractions of it.
struct ResampleAxis {
  std::int64_t input = 0, output = 0;  ///< sizes, of which the input is at least 1
  double scale = 1;                    ///< more than 0
  double start = 0, end = 1;
};

/// index[t][o] and weight[t][o] of tap t of output o.
struct Taps {
  std::vector<Axes> index;
  std::vector<std::vector<graph::Exact>> weight;
  std::vector<bool> is_outside;  ///< by output: its position is outside the axis

  /// Every output is the element of its own index.
  bool is_identity(std::int64_t input) const;
};

/// How many taps an output has.
std::int64_t tap_count(const ResampleAxis& axis, const ResampleMode& mode);

Taps taps_of(const ResampleAxis& axis, const ResampleMode& mode);

/// x with that axis read at the taps. Its element type is real, unless nothing is weighted.
Value resample(Value x, std::int64_t axis, const Taps& taps, Builder& b);

/// The indices of outputs outside the axis get that value: movement.
Value fill_outside(Value y, std::int64_t axis, const Taps& taps, double value, Builder& b);

}  // namespace pfsday::onnx
