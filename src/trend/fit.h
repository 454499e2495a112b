// The exponential through a set of points: least squares of log10(amount) on the date.
//
//   const Fit fit = TRY(fit_exponential(points, {.interval = {.level = 0.90}}));
//   fit.doubling_months    // 3.350 for the chart of 2018
//
// With slope b in decades (orders of magnitude) per year:
//   factor per year = 10^b            doubling time = m log10(2) / b months
// where a year has m = 12 months but under one date convention (trend/axis.h).
// The interval is that of the slope, by Student's t with n - 2 degrees of freedom or another method
// (trend/interval_method.h), carried through these formulas. It describes the scatter about the
// line; that the points were chosen is not in it.
//
// A weighted fit knows how well each figure is known (trend/row_errors.h) and estimates the scatter
// between systems that this does not explain: the maximum likelihood of stats/scatter.h, with the
// normal interval of its error.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "stats/line.h"
#include "trend/axis.h"
#include "trend/interval_method.h"
#include "trend/row_errors.h"
#include "trend/system.h"

namespace pfsday::trend {

struct FitOptions {
  IntervalOptions interval = {};
  const DateConvention* axis = date_conventions().data();
  bool weighted = false;          ///< by the errors of the rows, with scatter between them
  KnownWithin known_within = {};  ///< for a weighted fit and for noise by row
};

/// What a weighted fit finds besides its line.
struct Scatter {
  double deviation = 0;    ///< between systems, beyond their errors; decades
  double variance_se = 0;  ///< standard error of its square
  double log_likelihood = 0;
};

/// An interval that may be open on either side.
struct Bounds {
  std::optional<double> low = {};
  std::optional<double> high = {};
};

struct Fit {
  std::vector<Point> points = {};  ///< in the order given
  const DateConvention* axis = nullptr;
  stats::Line line = {};                 ///< log10 amount over years of that convention
  std::optional<Scatter> scatter = {};   ///< of a weighted fit
  std::optional<RowErrors> errors = {};  ///< where the fit uses them
  IntervalOptions interval = {};         ///< how the bounds came about
  stats::Interval slope = {};            ///< decades per year
  std::optional<double> slope_se = {};   ///< of that method; none of a bootstrap
  double factor_per_year = 0;
  stats::Interval factor_interval = {};
  /// Negative where the amount falls: then it halves in that many months. None for a flat line.
  std::optional<double> doubling_months = {};
  /// Open above where the slope may be 0; open on both sides where it also seems to fall.
  Bounds doubling_interval = {};

  /// log10 of the point's amount less the line's, in decades.
  double residual(const Point& point) const;
};

/// Faults: too_few_points: fewer than 3 distinct dates; those of uncertainty_of and errors_of.
Result<Fit> fit_exponential(std::span<const Point> points, const FitOptions& options);

/// months_per_year log10(2) / slope; none for slope 0.
std::optional<double> doubling_months_of(double decades_per_year, double months_per_year = 12);

}  // namespace pfsday::trend
