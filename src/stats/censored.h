// A fit of rows some of which are only bounds: "above 1e25", "between 1e24 and 1e26".
//
//   rows[3] = {25.0, infinity};   rows[4] = {24.0, 26.0};   rows[5] = {24.7, 24.7};
//   const CensoredFit fit = TRY(fit_censored(line_design(years), rows));
//
// Model: y_i ~ N(x_i'b, s^2), seen as low_i <= y_i <= high_i; the likelihood of a row is the normal
// density where low = high, else the probability between its bounds. It is maximized in d = b / s
// and g = 1 / s, in which its logarithm is concave (Olsen 1978; Burridge 1981 for intervals), by
// Newton's method with halved steps, so that a maximum found is the only one. The covariance of
// (b, s) is the inverse of the observed information.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/least_squares.h"

namespace pfsday::stats {

struct CensoredFit {
  std::vector<double> coefficients = {};
  double deviation = 0;          ///< s, units of y; of maximum likelihood, not corrected for p
  SquareMatrix covariance = {};  ///< of the coefficients and, last, of s
  double log_likelihood = 0;
};

/// `rows`: low <= high, either infinite in its own direction but not both.
/// Faults: those of fit_least_squares; value_not_finite: a bound that is not a number, bounds the
/// wrong way round or both infinite; fit_not_converged: no highest likelihood, as where all rows
/// are bounds the same way.
Result<CensoredFit> fit_censored(const Design& design, std::span<const Interval> rows);

}  // namespace pfsday::stats
