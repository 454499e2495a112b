#include "trend/estimators.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "stats/censored.h"
#include "stats/covariance.h"
#include "stats/distributions.h"
#include "stats/huber.h"
#include "stats/least_squares.h"
#include "stats/quantile_line.h"
#include "stats/theil_sen.h"

namespace pfsday::trend {
namespace {

struct Numbers {
  std::vector<double> x = {}, y = {};
  double level = 0;
};

stats::Interval around(double middle, double half_width) {
  return {middle - half_width, middle + half_width};
}

void add_least_squares(std::vector<EstimatedSlope>& slopes, std::span<const Point> points,
                       FitOptions options) {
  for (const IntervalMethodNames& method : interval_methods()) {
    options.interval.method = method.method;
    const auto fit = fit_exponential(points, options);
    if (!fit) continue;
    slopes.push_back(
        {fmt::format("least squares, {}", method.name), fit->line.n, fit->line.slope, fit->slope});
  }
}

void add_robust(std::vector<EstimatedSlope>& slopes, const Numbers& of) {
  const std::size_t n = of.x.size();
  if (const auto line = stats::fit_theil_sen(of.x, of.y, of.level)) {
    slopes.push_back({"Theil-Sen", n, line->slope, line->slope_interval});
  }
  if (const auto fit = stats::fit_huber(stats::line_design(of.x), of.y)) {
    const double t = stats::student_t_quantile((1 + of.level) / 2, static_cast<double>(n) - 2);
    const double error = stats::standard_error(fit->covariance, 1);
    slopes.push_back({"Huber", n, fit->coefficients[1], around(fit->coefficients[1], t * error)});
  }
  for (const double tau : {0.5, 0.9}) {
    const auto line = stats::fit_quantile_line(of.x, of.y, tau);
    if (line) slopes.push_back({fmt::format("quantile {:g} %", 100 * tau), n, line->slope, {}});
  }
}

void add_weighted(std::vector<EstimatedSlope>& slopes, std::span<const Point> points,
                  FitOptions options) {
  options.weighted = true;
  const auto fit = fit_exponential(points, options);
  if (fit) slopes.push_back({"weighted by intervals", fit->line.n, fit->line.slope, fit->slope});
}

/// log10 of an amount, or the side of it that a bound leaves.
stats::Interval range_of(const Amount& amount) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double y = std::log10(amount.value);
  return {amount.bound == Bound::below ? -infinity : y,
          amount.bound == Bound::above ? infinity : y};
}

void add_censored(std::vector<EstimatedSlope>& slopes, std::span<const System> systems,
                  std::span<const Decision> decisions, Quantity quantity,
                  const FitOptions& options) {
  std::vector<double> x;
  std::vector<stats::Interval> rows;
  std::size_t bounds = 0;
  for (std::size_t i = 0; i < systems.size(); ++i) {
    const bool bound = decisions[i].verdict == Verdict::only_bound;
    if (!bound && decisions[i].verdict != Verdict::in) continue;
    x.push_back(options.axis->years(systems[i].date));
    rows.push_back(range_of(*systems[i].amount(quantity)));
    bounds += bound ? 1 : 0;
  }
  if (bounds == 0) return;
  const auto fit = stats::fit_censored(stats::line_design(x), rows);
  if (!fit) return;
  const double half_width = stats::normal_quantile((1 + options.interval.level) / 2) *
                            stats::standard_error(fit->covariance, 1);
  slopes.push_back({fmt::format("censored, bounds: {}", bounds), x.size(), fit->coefficients[1],
                    around(fit->coefficients[1], half_width)});
}

}  // namespace

Result<std::vector<EstimatedSlope>> estimate_by_all(std::span<const System> systems,
                                                    std::span<const Decision> decisions,
                                                    Quantity quantity, const FitOptions& options) {
  const std::vector<Point> points = selected_points(systems, decisions, quantity);
  TRY(fit_exponential(points, options));
  Numbers numbers{.level = options.interval.level};
  for (const Point& point : points) {
    numbers.x.push_back(options.axis->years(point.date));
    numbers.y.push_back(std::log10(point.value));
  }
  std::vector<EstimatedSlope> slopes;
  add_least_squares(slopes, points, options);
  add_robust(slopes, numbers);
  add_weighted(slopes, points, options);
  add_censored(slopes, systems, decisions, quantity, options);
  return slopes;
}

}  // namespace pfsday::trend
