// The places that a label may take, each with its cost.
//
//   const auto places = places_around(i, {40, 7}, obstacles, 80);   // of the disc with index i
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "chart/geometry.h"
#include "chart/obstacles.h"

namespace pfsday::chart {

/// Places for a label of the given half extents beside the disc with this index: close ones on all
/// sides, then farther ones with a leader, up to `farthest` pixels away. Only those inside the
/// frame that cover no disc.
std::vector<LabelPlace> places_around(std::size_t disc, Vec half, const Obstacles& obstacles,
                                      double farthest);

/// Places for a label along a path of two or more points: turned with it on both of its sides where
/// it is straight, or else upright with a leader.
std::vector<LabelPlace> places_along(std::span<const Vec> path, Vec half,
                                     const Obstacles& obstacles);

/// Upright places on both sides of a line that runs up the page, from its foot.
std::vector<LabelPlace> places_beside(const Segment& line, Vec half, const Obstacles& obstacles);

}  // namespace pfsday::chart
