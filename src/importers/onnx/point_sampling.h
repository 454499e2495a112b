// A tensor read at positions that the model computes: GridSample, RoiAlign, DeformConv.
//
// Along each axis a position has taps: the nearest element, the two around it (linear), or four
// (cubic). Counted as written: a position is rounded down (a compare), its fraction is a
// difference, and weights are polynomials of the fraction; each tap's index is kept inside by
// compares. The weight of a corner is the product over the axes; for each channel a corner then
// costs a multiply, and the corners are summed.
#pragma once

#include <vector>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

enum class PointMode : std::uint8_t { nearest, linear, cubic };

/// What stands outside the tensor.
enum class Outside : std::uint8_t {
  zeros,
  border,           ///< the nearest element
  reflect,          ///< mirrored at the outer edges of the elements
  reflect_centers,  ///< mirrored at the centers of the outer elements
};

/// One corner of every position.
struct Corner {
  Value values;  ///< [batch..., positions..., channels]
  Value weight;  ///< [batch..., positions...]; empty where it is one
};

/// x [batch..., sizes..., channels]; positions, one value for each of the sizes, of the shape
/// [batch..., positions...], in elements. `batch` axes are shared.
std::vector<Corner> corners_of(Value x, const Values& positions, std::size_t batch, PointMode mode,
                               Outside outside, Builder& b);

/// The sum of the weighted corners: [batch..., positions..., channels].
Value sample_points(Value x, const Values& positions, std::size_t batch, PointMode mode,
                    Outside outside, Builder& b);

/// Axis `from` put where axis `to` is, the others in order.
Value move_axis(Value x, std::size_t from, std::size_t to, Builder& b);

}  // namespace pfsday::onnx
