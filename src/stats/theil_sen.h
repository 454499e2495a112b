// The Theil-Sen line: the median of the slopes through all pairs of points.
//
//   const TheilSenLine line = TRY(fit_theil_sen(years, decades, 0.90));
//
// Pairs of equal x have no slope and are left out. The line passes as many points above as below:
// its intercept is the median of y - slope x. The interval takes the slopes whose ranks are
// (N -+ z sigma) / 2 of N, sigma^2 the variance of Kendall's score with ties (Sen 1968):
//   18 sigma^2 = n (n - 1) (2n + 5) - sum over ties in x and in y of k (k - 1) (2k + 5)
// The slopes are not kept but counted twice, so that 10,000 points need no more memory than a few
// million numbers; the time grows with n^2.
#pragma once

#include <span>

#include "base/result.h"
#include "stats/interval.h"

namespace pfsday::stats {

struct TheilSenLine {
  double slope = 0;
  double intercept = 0;  ///< y at x = 0
  Interval slope_interval = {};
};

/// As many x as y; level in (0, 1).
/// Faults: value_not_finite; too_few_points: fewer than 3 distinct x.
Result<TheilSenLine> fit_theil_sen(std::span<const double> x, std::span<const double> y,
                                   double level);

}  // namespace pfsday::stats
