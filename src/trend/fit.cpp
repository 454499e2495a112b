#include "trend/fit.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

namespace pfsday::trend {
namespace {

constexpr double decades_per_doubling = std::numbers::ln2 / std::numbers::ln10;  // log10(2)

/// Doubling times for the slopes of an interval. Where the interval holds 0 they run to infinity.
Bounds doubling_bounds(const stats::Interval& slope, double middle, double months_per_year) {
  const auto fastest = doubling_months_of(slope.high, months_per_year);
  const bool may_be_flat = slope.low <= 0 && slope.high >= 0;
  if (!may_be_flat) return {fastest, doubling_months_of(slope.low, months_per_year)};
  return {.low = middle > 0 ? fastest : std::nullopt};
}

}  // namespace

std::optional<double> doubling_months_of(double decades_per_year, double months_per_year) {
  if (decades_per_year == 0) return std::nullopt;
  return months_per_year * decades_per_doubling / decades_per_year;
}

double Fit::residual(const Point& point) const {
  return std::log10(point.value) - line.at(axis->years(point.date));
}

Result<Fit> fit_exponential(std::span<const Point> points, const FitOptions& options) {
  std::vector<double> years, decades;
  for (const Point& point : points) {
    years.push_back(options.axis->years(point.date));
    decades.push_back(std::log10(point.value));
  }
  const auto fitted = stats::fit_line(years, decades);
  if (!fitted) {
    return fail(fitted.error().code,
                fmt::format("a fit needs systems of 3 different dates; the selection has {} in all",
                            points.size()),
                "widen the window, or leave out fewer");
  }
  const stats::Line& line = *fitted;
  const double months = options.axis->months_per_year;
  const Uncertainty uncertainty = TRY(uncertainty_of(years, decades, line, options.interval));
  const stats::Interval& slope = uncertainty.slope;
  return Fit{
      .points = {points.begin(), points.end()},
      .axis = options.axis,
      .line = line,
      .interval = options.interval,
      .slope = slope,
      .slope_se = uncertainty.slope_se,
      .factor_per_year = std::pow(10, line.slope),
      .factor_interval = {std::pow(10, slope.low), std::pow(10, slope.high)},
      .doubling_months = doubling_months_of(line.slope, months),
      .doubling_interval = doubling_bounds(slope, line.slope, months),
  };
}

}  // namespace pfsday::trend
