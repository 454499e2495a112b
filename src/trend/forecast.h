// What a fitted trend says of a day or of an amount to come, with its bounds.
//
//   const Outlook outlook = forecast_at(fit, *units::parse_date("2030-01-01"), 0.90);
//   outlook.single            // where a new system of that day falls
//   const Arrival arrival = TRY(forecast_when(fit, 1e27, 0.90));
//   arrival.line              // when the line gets there (Fieller's bounds)
//   arrival.first             // when the first system does, which is earlier
//
// The formulas are those of stats/prediction.h and stats/first_crossing.h. The first crossing lets
// systems arrive from the last date of the fit on at the rate of its last three years, for at most
// 30 years. All of it takes the growth of the fit to go on, and the selection to be the same.
//
// With a bend (stats/bend.h, in years of the fit's axis) growth goes over into a slower one, which
// is taken as exact:
//
//   const stats::Bend bend = bend_of(fit, {.from = last, .by = *parse_date("2035-01-01"),
//                                          .decades_per_year = 0.15});
//   forecast_at(fit, date, 0.90, bend);
//
// The day on which a bent line reaches an amount, and its bounds, are the first on which the line
// and its upper and lower band do.
#pragma once

#include <optional>

#include "base/result.h"
#include "stats/bend.h"
#include "stats/interval.h"
#include "stats/prediction.h"
#include "trend/fit.h"

namespace pfsday::trend {

/// In the unit of the quantity.
struct Outlook {
  units::Date date = {};
  double value = 0;
  stats::Interval line = {};    ///< of the trend itself
  stats::Interval single = {};  ///< of one new system
};

/// Growth that goes over into another; on `by` the old one still has a weight of exp(-1/2) = 0.607.
struct Bending {
  units::Date from = {};
  units::Date by = {};  ///< after `from`
  double decades_per_year = 0;
};

stats::Bend bend_of(const Fit& fit, const Bending& bending);

/// level in (0, 1).
Outlook forecast_at(const Fit& fit, units::Date date, double level,
                    const std::optional<stats::Bend>& bend = {});

/// Days from early to late; absent where there is no such day within a century.
struct DateRange {
  std::optional<units::Date> low = {};
  std::optional<units::Date> middle = {};
  std::optional<units::Date> high = {};
};

struct Arrival {
  double amount = 0;
  stats::CrossingShape shape = stats::CrossingShape::bounded;
  DateRange line = {};          ///< of the line; bounds only where the shape is bounded
  DateRange first = {};         ///< of the first system that reaches it
  bool reached = false;         ///< a system of the fit has it already; then `first` is that day
  double systems_per_year = 0;  ///< that arrive
};

/// `amount` above 0. Faults: those of stats::find_crossing and stats::simulate_first_crossing;
/// fit_degenerate: a bend of a fit whose slope is not clearly above 0.
Result<Arrival> forecast_when(const Fit& fit, double amount, double level,
                              const std::optional<stats::Bend>& bend = {});

}  // namespace pfsday::trend
