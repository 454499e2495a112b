// A fit of points that each have their own known error, and scatter between them besides.
//
//   const ScatterFit fit = TRY(fit_with_scatter(line_design(years), decades, errors));
//   fit.scatter               // what the stated errors do not explain, in units of y
//
// Model: y_i = x_i'b + scatter + error, scatter ~ N(0, tau^2), error ~ N(0, s_i^2). Given tau, b is
// the least-squares fit with weights w_i = 1 / (s_i^2 + tau^2); tau maximizes the likelihood
//   ln L = -1/2 sum (ln(2 pi / w_i) + w_i r_i^2)
// over all of tau >= 0: a scan finds the hill, and the root of the score
//   2 d ln L / d tau^2 = sum w_i^2 r_i^2 - sum w_i
// its top. Covariance of b: (X'WX)^-1; standard error of tau^2: (2 / sum w_i^2)^(1/2).
// Source: Hardy and Thompson 1996 (random-effects model by maximum likelihood).
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/least_squares.h"

namespace pfsday::stats {

struct ScatterFit {
  std::vector<double> coefficients = {};
  SquareMatrix covariance = {};    ///< of the coefficients
  double scatter = 0;              ///< tau, units of y
  double scatter_variance_se = 0;  ///< standard error of tau^2
  double log_likelihood = 0;
};

/// `errors`: standard deviations s_i > 0, as many as y.
/// Faults: those of fit_least_squares; fit_degenerate: an error that is 0 or negative.
Result<ScatterFit> fit_with_scatter(const Design& design, std::span<const double> y,
                                    std::span<const double> errors);

}  // namespace pfsday::stats
