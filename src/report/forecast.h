// A trend carried on: the amount at a date, the date of an amount, and how such forecasts would
// have done in the past, which comes with every one of them.
//
//   const ForecastReport report = TRY(report::forecast(request, {.dates =
//   {*parse_date("2030-01-01")}})); report.outlooks[0].single;   report.backtests[0].coverage
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/fit.h"
#include "trend/backtest.h"
#include "trend/forecast.h"

namespace pfsday::report {

struct ForecastQuestion {
  std::vector<units::Date> dates = {};
  std::vector<double> amounts = {};
  std::vector<double> horizons = {1, 2, 3};  ///< years, of the backtests
};

struct ForecastReport {
  FitReport fit = {};
  std::vector<trend::Outlook> outlooks = {};
  std::vector<trend::Arrival> arrivals = {};
  std::vector<trend::Backtest> backtests = {};  ///< of the horizons that have any
};

/// Faults: those of `fit` and of trend::forecast_when.
Result<ForecastReport> forecast(const FitRequest& request, const ForecastQuestion& question);

/// pfsday.forecast/1.
std::string to_json(const ForecastReport& report);

}  // namespace pfsday::report
