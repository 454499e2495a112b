// Quantile regression of a line: the line that a share `tau` of the points stays below.
//
//   const QuantileLine frontier = TRY(fit_quantile_line(years, decades, 0.9));
//
// It minimizes sum rho(y - a - b x), rho(r) = tau r for r >= 0 and (tau - 1) r for r < 0 (Koenker
// and Bassett 1978). The optimum passes through two points. The search goes from line to line:
// turning about a point of the line, the best slope is a weighted median of the slopes to all other
// points; where no point of the line, of two or more, gives a better one, the convex sum has no way
// down, and the optimum is exact. Where several lines are optimal it is one of them; the sum is
// theirs.
#pragma once

#include <span>

#include "base/result.h"

namespace pfsday::stats {

struct QuantileLine {
  double slope = 0;
  double intercept = 0;  ///< y at x = 0
  double objective = 0;  ///< the sum above, units of y
};

/// tau in (0, 1); as many x as y.
/// Faults: value_not_finite; too_few_points: fewer than 3 distinct x.
Result<QuantileLine> fit_quantile_line(std::span<const double> x, std::span<const double> y,
                                       double tau);

}  // namespace pfsday::stats
