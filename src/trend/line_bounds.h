// Where the line of a fit may be at a date, and where a new system falls, by the interval method of
// the fit.
//
//   const LineBounds bounds = TRY(LineBounds::of(fit));
//   bounds.line(date, 0.90)      // of the trend itself, in decades
//   bounds.single(date, 0.90)    // of one new system
//
// With x the years of the fit's convention, m the height of the line at x, s the deviation of the
// residuals and v the variance of m under the method's covariance (stats/covariance.h):
//   t, hc0 .. hc3, newey-west   line m -+ t sqrt(v), single m -+ t sqrt(s^2 + v), n - 2 degrees of
//                               freedom; for t this is stats/prediction.h
//   likelihood                  the same with the normal quantile
//   percentile, bca             line: that interval of the resampled heights. single: percentiles
//                               of the resampled heights, each with a residual e / sqrt(1 - h) that
//                               is drawn for it, h the leverage
// Source of the last: Davison and Hinkley, Bootstrap Methods and their Application, 6.3.3.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "trend/fit.h"

namespace pfsday::trend {

class LineBounds {
 public:
  /// Faults: those of covariance_of and bootstrap_of.
  static Result<LineBounds> of(const Fit& fit);

  stats::Interval line(units::Date date, double level) const;
  stats::Interval single(units::Date date, double level) const;

 private:
  explicit LineBounds(const Fit& fit)
      : axis_(fit.axis), fitted_(fit.line), method_(fit.interval.method) {}
  stats::Interval around(double x, double variance, double level) const;

  const DateConvention* axis_;
  stats::Line fitted_;
  IntervalMethod method_;
  LineCovariance covariance_ = {};                      ///< where it is no bootstrap
  std::optional<stats::LineBootstrap> resamples_ = {};  ///< where it is one, with
  std::vector<double> residuals_ = {};                  ///< one for each resample
};

}  // namespace pfsday::trend
