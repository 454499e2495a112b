// The best lines that meet at cuts, for any number of breaks; a part of breaks.h.
//
// Dynamic programming over cuts whose state is a function: the least sum of squares of all points
// before the cut if the lines pass at height v there. It is the lowest of many parabolas
//   squares + (v - height)^2 / spread
// each of one choice of earlier breaks. A parabola that lies above another everywhere can never win
// and is dropped; so is one that, with the best free lines for the rest, is worse than what a
// coarse search found.
#pragma once

#include <cstddef>
#include <vector>

#include "stats/segments.h"

namespace pfsday::stats {

/// The inner cuts of the best hinges with `breaks` breaks, 1 to most_breaks, at every `stride`-th
/// cut; empty where none within the limits have a sum of squares below `cost`.
std::vector<std::size_t> search_hinge_grid(const Cuts& cuts, const SegmentLimits& limits,
                                           std::size_t breaks, std::size_t stride, double cost);

}  // namespace pfsday::stats
