// Huber's robust fit: least squares for points near the line, least deviations for those far off.
//
//   const HuberFit fit = TRY(fit_huber(line_design(years), decades));
//   fit.weights[3]      // 1 for a point near the line, less the farther off it is
//
// With scale s and k = 1.345 (95 % as efficient as least squares where errors are normal) the fit
// solves sum psi(r_i / s) x_i = 0, psi(u) = u cut at -+k, together with s = median |r| / 0.67449.
// Found by weighted least squares, repeated. Covariance (Huber 1981, 7.6.4):
//   K^2 [sum psi^2 s^2 / (n - p)] / (mean psi')^2 (X'X)^-1,  K = 1 + (p / n) var(psi') / (mean
//   psi')^2
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "stats/least_squares.h"

namespace pfsday::stats {

struct HuberFit {
  std::vector<double> coefficients = {};
  double scale = 0;  ///< s, units of y
  SquareMatrix covariance = {};
  std::vector<double> weights = {};  ///< in (0, 1], per row
};

/// Faults: those of fit_least_squares; fit_degenerate or fit_not_converged: half of the points or
/// more lie on one line, which leaves no scale.
Result<HuberFit> fit_huber(const Design& design, std::span<const double> y);

}  // namespace pfsday::stats
