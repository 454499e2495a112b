#include "trend/forecast.h"

#include <algorithm>
#include <cmath>

#include "stats/first_crossing.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

constexpr int recent_days = 1096;  // three years, for the rate of arrival
constexpr int days_of_a_century = 36525;
constexpr double most_years = 30;  // that a first crossing is looked for

stats::Interval to_amounts(const stats::Interval& decades, double lift) {
  return {std::pow(10, decades.low + lift), std::pow(10, decades.high + lift)};
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

/// The first day within a century of the window on which `reached` is true, as it then stays.
template <class Reached>
std::optional<units::Date> first_day(const Window& window, Reached reached) {
  int low = window.from.days - days_of_a_century, high = window.to.days + days_of_a_century;
  if (!reached(units::Date{high})) return std::nullopt;
  while (high - low > 1) {
    const int middle = low + (high - low) / 2;
    (reached(units::Date{middle}) ? high : low) = middle;
  }
  return units::Date{high};
}

/// Where line and bands of a bent line reach the amount; both slopes are above 0.
DateRange find_bent(const Fit& fit, double amount, double level, const stats::Bend& bend) {
  const Window window = window_of(fit.points);
  const auto first = [&](auto height_of) {
    return first_day(window, [&](units::Date date) {
      return height_of(forecast_at(fit, date, level, bend)) >= amount;
    });
  };
  return {.low = first([](const Outlook& outlook) { return outlook.line.high; }),
          .middle = first([](const Outlook& outlook) { return outlook.value; }),
          .high = first([](const Outlook& outlook) { return outlook.line.low; })};
}

Result<void> simulate_first(const Fit& fit, double level, const std::optional<stats::Bend>& bend,
                            Arrival& arrival) {
  const units::Date last = window_of(fit.points).to;
  const double start = fit.axis->years(last);
  arrival.systems_per_year = recent_rate(fit, last);
  const auto crossings = TRY(stats::simulate_first_crossing(fit.line,
                                                            {.height = std::log10(arrival.amount),
                                                             .start = start,
                                                             .end = start + most_years,
                                                             .rate = arrival.systems_per_year,
                                                             .bend = bend},
                                                            {}));
  const auto date_of = [&](double share) {
    return date_at(*fit.axis, quantile_of(crossings, share));
  };
  arrival.first = {date_of((1 - level) / 2), date_of(0.5), date_of((1 + level) / 2)};
  return {};
}

}  // namespace

stats::Bend bend_of(const Fit& fit, const Bending& bending) {
  const double start = fit.axis->years(bending.from);
  return {.start = start,
          .reach = fit.axis->years(bending.by) - start,
          .slope = bending.decades_per_year};
}

Outlook forecast_at(const Fit& fit, units::Date date, double level,
                    const std::optional<stats::Bend>& bend) {
  const stats::Bent at = stats::bent(bend, fit.axis->years(date));
  const stats::Prediction prediction = stats::predict(fit.line, at.x, level);
  return {.date = date,
          .value = std::pow(10, prediction.value + at.lift),
          .line = to_amounts(prediction.mean, at.lift),
          .single = to_amounts(prediction.single, at.lift)};
}

Result<Arrival> forecast_when(const Fit& fit, double amount, double level,
                              const std::optional<stats::Bend>& bend) {
  Arrival arrival{.amount = amount};
  const auto crossing =
      TRY(stats::find_crossing(fit.line, std::log10(amount), level, stats::Reaches::line));
  arrival.shape = crossing.shape;
  const bool bounded = crossing.shape == stats::CrossingShape::bounded;
  if (bend) {
    if (!bounded || fit.line.slope <= 0) {
      return fail(Code::fit_degenerate, "the fit does not clearly grow, so its growth cannot bend");
    }
    arrival.line = find_bent(fit, amount, level, *bend);
  } else {
    arrival.line.middle = date_at(*fit.axis, crossing.x);
    if (bounded) arrival.line.low = date_at(*fit.axis, crossing.bounds.low);
    if (bounded) arrival.line.high = date_at(*fit.axis, crossing.bounds.high);
  }
  if (const auto first = first_with(fit, amount)) {
    arrival.reached = true;
    arrival.first.middle = first;
    return arrival;
  }
  TRY(simulate_first(fit, level, bend, arrival));
  return arrival;
}

}  // namespace pfsday::trend
