// The places of the best breaks, for points and for resamples of them; a part of breaks.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/breaks.h"
#include "stats/segments.h"

namespace pfsday::stats {

/// Where breaks may stand, or for hinges between which: the places of the options, or the distinct
/// x and the two places that are least_length from the first and last x.
std::vector<double> break_places(const SortedPoints& points, const BreakOptions& options);

struct FoundBreaks {
  std::vector<double> at = {};
  double cost = 0;  ///< sum of squares, or under per_segment the sum of n_s ln(RSS_s / n_s)
};

/// The best with 0, 1, ... breaks, as many as there is room for up to options.most. `counts`: how
/// often each point counts; none for once.
/// Fault fit_degenerate: too many combinations to try.
Result<std::vector<FoundBreaks>> search_breaks(const SortedPoints& points,
                                               std::span<const double> places,
                                               const BreakOptions& options,
                                               std::span<const std::uint32_t> counts = {});

/// Coefficients, breaks and variances of a model.
std::size_t parameter_count(const BreakOptions& options, std::size_t breaks);

}  // namespace pfsday::stats
