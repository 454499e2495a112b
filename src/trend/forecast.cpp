#include "trend/forecast.h"

#include <algorithm>
#include <cmath>

#include "stats/first_crossing.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

constexpr int recent_days = 1096;  // three years, for the rate of arrival
constexpr double most_years = 30;  // that a first crossing is looked for

stats::Interval to_amounts(const stats::Interval& decades) {
  return {std::pow(10, decades.low), std::pow(10, decades.high)};
}

double quantile_of(const std::vector<double>& ascending, double share) {
  const auto last = static_cast<double>(ascending.size() - 1);
  return ascending[static_cast<std::size_t>(std::lround(share * last))];
}

/// The first of the systems that have the amount, if any.
std::optional<units::Date> first_with(const Fit& fit, double amount) {
  std::optional<units::Date> first;
  for (const Point& point : fit.points) {
    if (point.value >= amount && (!first || point.date < *first)) first = point.date;
  }
  return first;
}

double recent_rate(const Fit& fit, units::Date last) {
  const auto recent = std::ranges::count_if(
      fit.points, [&](const Point& point) { return point.date.days > last.days - recent_days; });
  return static_cast<double>(recent) * 365.25 / recent_days;
}

Result<void> simulate_first(const Fit& fit, double level, Arrival& arrival) {
  const units::Date last = window_of(fit.points).to;
  const double start = fit.axis->years(last);
  arrival.systems_per_year = recent_rate(fit, last);
  const auto crossings = TRY(stats::simulate_first_crossing(fit.line,
                                                            {.height = std::log10(arrival.amount),
                                                             .start = start,
                                                             .end = start + most_years,
                                                             .rate = arrival.systems_per_year},
                                                            {}));
  const auto date_of = [&](double share) {
    return date_at(*fit.axis, quantile_of(crossings, share));
  };
  arrival.first = {date_of((1 - level) / 2), date_of(0.5), date_of((1 + level) / 2)};
  return {};
}

}  // namespace

Outlook forecast_at(const Fit& fit, units::Date date, double level) {
  const stats::Prediction prediction = stats::predict(fit.line, fit.axis->years(date), level);
  return {.date = date,
          .value = std::pow(10, prediction.value),
          .line = to_amounts(prediction.mean),
          .single = to_amounts(prediction.single)};
}

Result<Arrival> forecast_when(const Fit& fit, double amount, double level) {
  Arrival arrival{.amount = amount};
  const auto crossing =
      TRY(stats::find_crossing(fit.line, std::log10(amount), level, stats::Reaches::line));
  arrival.shape = crossing.shape;
  arrival.line.middle = date_at(*fit.axis, crossing.x);
  if (crossing.shape == stats::CrossingShape::bounded) {
    arrival.line.low = date_at(*fit.axis, crossing.bounds.low);
    arrival.line.high = date_at(*fit.axis, crossing.bounds.high);
  }
  if (const auto first = first_with(fit, amount)) {
    arrival.reached = true;
    arrival.first.middle = first;
    return arrival;
  }
  TRY(simulate_first(fit, level, arrival));
  return arrival;
}

}  // namespace pfsday::trend
