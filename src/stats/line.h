// The least-squares line of y on x, with the classical errors of its coefficients.
//
//   const Line line = TRY(fit_line(years, log10_flop));
//   const Interval slope = slope_interval(line, 0.90);   // Student's t, n - 2 degrees of freedom
//
// Formulas, with means mx and my, Sxx = sum (x - mx)^2, Sxy = sum (x - mx)(y - my):
//   slope = Sxy / Sxx                        intercept = my - slope mx
//   s^2 = sum residual^2 / (n - 2)           R2 = 1 - sum residual^2 / sum (y - my)^2
//   se(slope)^2 = s^2 / Sxx                  se(intercept)^2 = s^2 (1/n + mx^2 / Sxx)
// Source: any text on linear regression, e.g. Draper and Smith, Applied Regression
// Analysis, 1.2-1.4. Sums run over centered values in extended precision, so an origin far from the
// data (dates counted from year 0) costs no digits.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.h"
#include "stats/interval.h"

namespace pfsday::stats {

struct Line {
  std::size_t n = 0;
  double slope = 0;      ///< units of y per unit of x
  double intercept = 0;  ///< y at x = 0
  double slope_se = 0;
  double intercept_se = 0;
  double residual_deviation = 0;  ///< s, in units of y
  double r2 = 0;                  ///< 0 where all y are equal
  double mean_x = 0;
  double mean_y = 0;

  std::size_t degrees_of_freedom() const { return n - 2; }
  /// Height of the line at x, computed from the center of the data.
  double at(double x) const { return mean_y + slope * (x - mean_x); }
};

/// The line through points (x[i], y[i]); as many x as y.
/// Faults: value_not_finite; too_few_points: fewer than 3 distinct x, which leave no error to
/// estimate.
Result<Line> fit_line(std::span<const double> x, std::span<const double> y);

/// Two-sided interval of the slope at `level` in (0, 1): slope -+ t((1 + level) / 2, n - 2) se.
Interval slope_interval(const Line& line, double level);

}  // namespace pfsday::stats
