#include "trend/backtest.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "base/stable_order.h"
#include "stats/distributions.h"
#include "stats/prediction.h"
#include "stats/scores.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

constexpr std::size_t baseline_points = 10;
constexpr double moore_decades_per_year = 0.15051499783199057;  // log10(2) / 2
constexpr std::array<double, 3> quantiles = {0.1, 0.5, 0.9};

struct Case {
  units::Date date = {};
  double x = 0, y = 0;
};

std::vector<Case> cases_of(std::span<const Point> points, const DateConvention& axis) {
  std::vector<Case> cases;
  for (const Point& point : points) {
    cases.push_back({point.date, axis.years(point.date), std::log10(point.value)});
  }
  sort_stably(cases, &Case::date);
  return cases;
}

/// The first days of the quarters inside the window.
std::vector<units::Date> origins_in(units::Date from, units::Date to) {
  using namespace std::chrono;
  const year_month_day first{sys_days(days(from.days))};
  std::vector<units::Date> origins;
  for (year_month month{first.year(), January};; month += months(3)) {
    const int day = static_cast<int>(sys_days(month / 1).time_since_epoch().count());
    if (day > to.days) return origins;
    if (day > from.days) origins.push_back({day});
  }
}

/// Forecasts from one origin.
struct Forecaster {
  stats::Line line = {};
  std::optional<stats::Bend> bend = {};
  double baseline_x = 0, baseline_y = 0, baseline_scale = 0;
  double baseline_freedom = 1;

  stats::StudentForecast at(double x) const {
    constexpr double level = 0.5;  // any: it only turns the width of a band into its scale
    const auto freedom = static_cast<double>(line.degrees_of_freedom());
    const stats::Bent place = stats::bent(bend, x);
    const stats::Prediction band = stats::predict(line, place.x, level);
    const double t = stats::student_t_quantile((1 + level) / 2, freedom);
    return {band.value + place.lift, (band.single.high - band.value) / t, freedom};
  }
  stats::StudentForecast baseline_at(double x) const {
    return {baseline_y + moore_decades_per_year * (x - baseline_x), baseline_scale,
            baseline_freedom};
  }
};

/// None where the past has too few dates, or no scatter.
std::optional<Forecaster> learn(std::span<const Case> past) {
  std::vector<double> x, y;
  for (const Case& one : past) {
    x.push_back(one.x);
    y.push_back(one.y);
  }
  const auto line = stats::fit_line(x, y);
  if (!line || line->degrees_of_freedom() < 2 || line->residual_deviation == 0) return std::nullopt;
  Forecaster forecaster{.line = *line};
  const auto recent = past.last(std::min(baseline_points, past.size()));
  const auto n = static_cast<double>(recent.size());
  for (const Case& one : recent) {
    forecaster.baseline_x += one.x / n;
    forecaster.baseline_y += one.y / n;
  }
  double squares = 0;
  for (const Case& one : recent) {
    const double residual = one.y - forecaster.baseline_at(one.x).location;
    squares += residual * residual;
  }
  forecaster.baseline_freedom = n - 1;
  forecaster.baseline_scale = std::sqrt(squares / (n - 1) * (1 + 1 / n));
  return forecaster.baseline_scale > 0 ? std::optional(forecaster) : std::nullopt;
}

void score(Backtest& test, const Forecaster& forecaster, const Case& outcome, double level) {
  const stats::StudentForecast forecast = forecaster.at(outcome.x);
  const double error = outcome.y - forecast.location;
  const double half_width =
      forecast.scale * stats::student_t_quantile((1 + level) / 2, forecast.freedom);
  ++test.forecasts;
  test.coverage += std::abs(error) <= half_width ? 1 : 0;
  test.bias += error;
  test.crps += stats::crps_student_t(forecast, outcome.y);
  test.baseline_crps += stats::crps_student_t(forecaster.baseline_at(outcome.x), outcome.y);
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    const double quantile =
        forecast.location +
        forecast.scale * stats::student_t_quantile(quantiles[i], forecast.freedom);
    test.pinball[i] += stats::pinball_loss(quantiles[i], quantile, outcome.y);
  }
  const auto tenth = static_cast<std::size_t>(10 * stats::pit(forecast, outcome.y));
  ++test.pit[std::min<std::size_t>(tenth, test.pit.size() - 1)];
}

/// Sums to means.
void average(Backtest& test) {
  const auto n = static_cast<double>(test.forecasts);
  for (double* sum : {&test.coverage, &test.bias, &test.crps, &test.baseline_crps}) *sum /= n;
  for (double& sum : test.pinball) sum /= n;
  test.skill = 1 - test.crps / test.baseline_crps;
}

}  // namespace

std::optional<Backtest> backtest(std::span<const Point> points, const BacktestOptions& options,
                                 const FitOptions& fit) {
  const std::vector<Case> cases = cases_of(points, *fit.axis);
  Backtest test{.horizon_years = options.horizon_years};
  if (cases.empty()) return std::nullopt;
  for (const units::Date origin : origins_in(cases.front().date, cases.back().date)) {
    const auto now = std::ranges::lower_bound(cases, origin, {}, &Case::date);
    const std::span<const Case> past(cases.begin(), now);
    if (past.size() < options.least_points) continue;
    auto forecaster = learn(past);
    if (!forecaster) continue;
    const double start = fit.axis->years(origin), end = start + options.horizon_years;
    forecaster->bend = options.bend;
    if (forecaster->bend) forecaster->bend->start = start;
    const std::size_t before = test.forecasts;
    for (auto one = now; one != cases.end() && one->x < end; ++one) {
      score(test, *forecaster, *one, options.level);
    }
    if (test.forecasts > before) ++test.origins;
  }
  if (test.forecasts == 0) return std::nullopt;
  average(test);
  return test;
}

}  // namespace pfsday::trend
