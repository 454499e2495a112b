// A trend carried on: the amount at a date, the date of an amount, and how such forecasts would
// have done in the past, which comes with every one of them.
//
//   const ForecastReport report = TRY(report::forecast(request, {.dates =
//   {*parse_date("2030-01-01")}})); report.outlooks[0].single;   report.backtests[0].coverage
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/fit.h"
#include "trend/backtest.h"
#include "trend/forecast.h"
#include "trend/growth.h"
#include "trend/limits.h"

namespace pfsday::report {

/// Growth that bends to a slower one.
struct BendingQuestion {
  std::string to = {};  ///< as the caller wrote it: a ruler or a rate
  trend::Growth growth = {};
  units::Date by = {};
  std::optional<units::Date> from = {};  ///< the last date of the fit where absent
};

struct ForecastQuestion {
  std::vector<units::Date> dates = {};
  std::vector<double> amounts = {};
  std::vector<double> horizons = {1, 2, 3};  ///< years, of the backtests
  std::optional<BendingQuestion> bending = {};
  bool limits = false;  ///< also what bounds such growth, and when the trend gets there
};

struct ForecastReport {
  FitReport fit = {};
  std::optional<BendingQuestion> bending = {};  ///< with its dates
  std::vector<trend::Outlook> outlooks = {};
  std::vector<trend::Arrival> arrivals = {};
  std::vector<trend::Backtest> backtests = {};  ///< of the horizons that have any
  std::vector<trend::Limit> limits = {};
  std::vector<std::optional<trend::Arrival>> at_limits = {};  ///< of those that name an amount
};

/// Faults: those of `fit` and of trend::forecast_when; usage: a bending that ends before it begins
/// or leads to no growth, limits of another quantity than compute.
Result<ForecastReport> forecast(const FitRequest& request, const ForecastQuestion& question);

/// What a bending means, in words.
std::string text_of(const BendingQuestion& bending);

/// The arithmetic of the trend, of each outlook and of each arrival.
std::vector<std::string> explain(const ForecastReport& report);

/// pfsday.forecast/1.
std::string to_json(const ForecastReport& report);

}  // namespace pfsday::report
