// The best lines that meet; a part of breaks.h.
#pragma once

#include <cstddef>
#include <vector>

#include "stats/breaks.h"
#include "stats/segments.h"

namespace pfsday::stats {

struct HingeBreaks {
  std::vector<double> at = {};  ///< x less its mean, as in Cuts
  double cost = 0;              ///< as of Partition, jump_search.h; infinite where there is none
};

/// The best hinges with `breaks` breaks, 1 to most_breaks, by the pooled sum of squares.
/// `between`: breaks may stand between cuts, else only at them.
HingeBreaks search_hinges(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks,
                          bool between);

/// The same by the likelihood with a variance per segment, at cuts only: tries all combinations.
HingeBreaks search_hinges_per_segment(const Cuts& cuts, const SegmentLimits& limits,
                                      std::size_t breaks);

/// Whether there are at most 20 million of them.
bool can_try_all(const Cuts& cuts, std::size_t breaks);

}  // namespace pfsday::stats
