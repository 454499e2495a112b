// The best partition into segments with a line each; a part of breaks.h.
#pragma once

#include <cstddef>
#include <vector>

#include "stats/breaks.h"
#include "stats/segments.h"

namespace pfsday::stats {

/// Inner cuts of a partition, and what it costs: the sum of squares, or under per_segment the sum
/// of n_s ln(RSS_s / n_s); infinite where there is none.
struct Partition {
  std::vector<std::size_t> cuts = {};
  double cost = 0;
};

/// Of the sum of squares about the mean, below which residuals are rounding.
inline constexpr double no_scatter = 1e-13;

/// What one segment adds to the cost; infinite for a segment that is not allowed, and under
/// per_segment for one without scatter, whose likelihood has no bound.
double segment_cost(const Cuts& cuts, const SegmentLimits& limits, VarianceRule variance,
                    std::size_t first, std::size_t last);

/// tails[r][i]: the least cost of r + 1 segments from cut i to the end, by dynamic programming.
std::vector<std::vector<double>> tail_costs(const Cuts& cuts, const SegmentLimits& limits,
                                            VarianceRule variance, std::size_t most);

/// The best partitions with 0, 1, ..., `most` inner cuts.
std::vector<Partition> search_jumps(const Cuts& cuts, const SegmentLimits& limits,
                                    const BreakOptions& options);

}  // namespace pfsday::stats
