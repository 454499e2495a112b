#include "trend/fit.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <utility>

#include "stats/covariance.h"
#include "stats/distributions.h"
#include "stats/least_squares.h"
#include "stats/scatter.h"

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

/// The points on the axes of a fit.
struct Numbers {
  std::vector<double> years = {}, decades = {};
};

Numbers numbers_of(std::span<const Point> points, const DateConvention& axis) {
  Numbers numbers;
  for (const Point& point : points) {
    numbers.years.push_back(axis.years(point.date));
    numbers.decades.push_back(std::log10(point.value));
  }
  return numbers;
}

/// Puts the weighted line in the place of the plain one. Its middle is where height and slope are
/// independent; deviation and R2 are of the plain residuals about it.
void replace_line(stats::Line& line, const stats::ScatterFit& weighted, const Numbers& numbers) {
  const double mean_y = line.mean_y;
  const auto& covariance = weighted.covariance;
  line.slope = weighted.coefficients[1];
  line.intercept = weighted.coefficients[0];
  line.slope_se = stats::standard_error(covariance, 1);
  line.intercept_se = stats::standard_error(covariance, 0);
  line.mean_x = -covariance(0, 1) / covariance(1, 1);
  line.mean_y = line.intercept + line.slope * line.mean_x;
  double squares = 0, all = 0;
  for (std::size_t i = 0; i < numbers.years.size(); ++i) {
    const double residual = numbers.decades[i] - line.at(numbers.years[i]);
    squares += residual * residual;
    all += (numbers.decades[i] - mean_y) * (numbers.decades[i] - mean_y);
  }
  line.residual_deviation = std::sqrt(squares / static_cast<double>(line.degrees_of_freedom()));
  line.r2 = all > 0 ? 1 - squares / all : 0;
}

/// `fit` has the plain line and the errors of its rows.
Result<void> weigh(Fit& fit, const Numbers& numbers) {
  std::vector<double> deviations;
  for (const stats::Interval& bounds : fit.errors->bounds) {
    if (bounds.high <= bounds.low) {
      return fail(Code::usage, "a figure that is known exactly has no weight beside others",
                  "give --known-within a factor above 1");
    }
    deviations.push_back(standard_deviation(bounds));
  }
  const auto weighted =
      TRY(stats::fit_with_scatter(stats::line_design(numbers.years), numbers.decades, deviations));
  replace_line(fit.line, weighted, numbers);
  fit.scatter = Scatter{.deviation = weighted.scatter,
                        .variance_se = weighted.scatter_variance_se,
                        .log_likelihood = weighted.log_likelihood};
  fit.interval.method = IntervalMethod::likelihood;
  fit.slope_se = fit.line.slope_se;
  const double reach = stats::normal_quantile((1 + fit.interval.level) / 2) * fit.line.slope_se;
  fit.slope = {fit.line.slope - reach, fit.line.slope + reach};
  return {};
}

/// Factor and doubling time, of the slope and its interval.
void describe_growth(Fit& fit) {
  const double months = fit.axis->months_per_year;
  fit.factor_per_year = std::pow(10, fit.line.slope);
  fit.factor_interval = {std::pow(10, fit.slope.low), std::pow(10, fit.slope.high)};
  fit.doubling_months = doubling_months_of(fit.line.slope, months);
  fit.doubling_interval = doubling_bounds(fit.slope, fit.line.slope, months);
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
  const Numbers numbers = numbers_of(points, *options.axis);
  const auto line = stats::fit_line(numbers.years, numbers.decades);
  if (!line) {
    return fail(line.error().code,
                fmt::format("a fit needs systems of 3 different dates; the selection has {} in all",
                            points.size()),
                "widen the window, or leave out fewer");
  }
  Fit fit{.points = {points.begin(), points.end()},
          .axis = options.axis,
          .line = *line,
          .interval = options.interval};
  if (options.weighted || options.interval.noise_by_row) {
    fit.errors = TRY(errors_of(points, options.known_within));
  }
  if (options.weighted) {
    TRY(weigh(fit, numbers));
  } else {
    const std::span<const stats::Interval> bounds =
        fit.errors ? std::span(std::as_const(fit.errors->bounds)) : std::span<stats::Interval>();
    const Uncertainty uncertainty =
        TRY(uncertainty_of(numbers.years, numbers.decades, *line, options.interval, bounds));
    fit.slope = uncertainty.slope;
    fit.slope_se = uncertainty.slope_se;
  }
  describe_growth(fit);
  return fit;
}

}  // namespace pfsday::trend
