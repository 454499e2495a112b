#include "trend/eras.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "stats/break_inference.h"

namespace pfsday::trend {
namespace {

using Months = std::chrono::months;

std::chrono::year_month month_of(units::Date date) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(date.days))};
  return {day.year(), day.month()};
}

units::Date first_day(std::chrono::year_month month) {
  const std::chrono::sys_days day{month / 1};
  return {static_cast<int>(day.time_since_epoch().count())};
}

/// The first days of the months in which a break may be.
std::vector<units::Date> months_between(const Window& window) {
  std::vector<units::Date> days;
  const auto last = month_of(window.to) - Months(4);
  for (auto month = month_of(window.from) - Months(1); month <= last; month += Months(1)) {
    days.push_back(first_day(month));
  }
  return days;
}

EraFit to_era_fit(const stats::BreakFit& fit, double total_squares, const DateConvention& axis) {
  EraFit eras{.bic = fit.bic, .aicc = fit.aicc};
  eras.r2 = total_squares > 0 ? 1 - fit.residual_square_sum / total_squares : 0;
  for (const double at : fit.breaks) eras.breaks.push_back(*date_at(axis, at));
  for (const stats::Segment& segment : fit.segments) {
    const units::Date from = *date_at(axis, segment.start);
    eras.eras.push_back(
        {.from = from,
         .to = *date_at(axis, segment.end),
         .n = segment.n,
         .height = segment.start_height + segment.slope * (axis.years(from) - segment.start),
         .slope = segment.slope,
         .doubling_months = doubling_months_of(segment.slope, axis.months_per_year)});
  }
  return eras;
}

/// What was searched, and how.
struct Search {
  std::span<const double> x, y;
  stats::BreakOptions options = {};
};

/// The test of one break against none, and the bounds of the breaks that were found.
Result<void> add_inference(Eras& eras, Search search, const FitOptions& fit) {
  const stats::InferenceOptions inference{.draws = eras.options.draws, .seed = eras.options.seed};
  search.options.most = 1;
  eras.p = TRY(stats::test_breaks(search.x, search.y, search.options, inference)).p;
  if (eras.best == 0) return {};
  search.options.most = eras.best;
  const auto drawn = TRY(stats::bootstrap_breaks(search.x, search.y, search.options, inference));
  if (drawn.breaks.empty()) return {};
  for (std::size_t i = 0; i < eras.breaks.size(); ++i) {
    const stats::Interval bounds = drawn.interval(i, fit.interval.level);
    eras.breaks[i].low = date_at(*fit.axis, bounds.low);
    eras.breaks[i].high = date_at(*fit.axis, bounds.high);
  }
  return {};
}

double squares_about_mean(const std::vector<double>& y) {
  double mean = 0, squares = 0;
  for (const double value : y) mean += value / static_cast<double>(y.size());
  for (const double value : y) squares += (value - mean) * (value - mean);
  return squares;
}

}  // namespace

Result<Eras> find_eras(std::span<const Point> points, const EraOptions& options,
                       const FitOptions& fit) {
  const DateConvention& axis = *fit.axis;
  const Window window = window_of(points);
  std::vector<double> years, decades, places;
  for (const Point& point : points) {
    years.push_back(axis.years(point.date));
    decades.push_back(std::log10(point.value));
  }
  if (options.by_month) {
    for (const units::Date day : months_between(window)) places.push_back(axis.years(day));
  }
  const stats::BreakOptions search{.joint = options.joint,
                                   .variance = options.variance,
                                   .most = options.most,
                                   .least_points = options.least_points,
                                   .least_length = options.least_years,
                                   .places = places};
  const auto fits = TRY(stats::fit_breaks(years, decades, search));
  Eras eras{.options = options};
  const double squares = squares_about_mean(decades);
  for (const stats::BreakFit& one : fits) {
    eras.fits.push_back(to_era_fit(one, squares, axis));
  }
  eras.best = stats::best_by_bic(fits).breaks.size();
  eras.best_by_aicc = stats::best_by_aicc(fits).breaks.size();
  for (const units::Date date : eras.fits[eras.best].breaks) eras.breaks.push_back({.date = date});
  if (options.draws > 0 && fits.size() > 1) {
    TRY(add_inference(eras, {years, decades, search}, fit));
  }
  return eras;
}

}  // namespace pfsday::trend
