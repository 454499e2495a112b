// The drivers behind the growth of compute: chips, their peak rate, training time, utilization.
//
//   const DriversReport report = TRY(report::fit_drivers(request, std::nullopt));
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "report/fit.h"
#include "trend/drivers.h"

namespace pfsday::report {

struct DriversReport {
  std::string title = {};
  std::string selection = {};
  std::string vintage = {};
  std::string chips = {};  ///< where the peaks come from
  trend::Drivers drivers = {};
};

/// `chips` is a table of chips; without one, the bundled catalogue.
/// Faults: those of `fit` and of trend::read_chip_peaks.
Result<DriversReport> fit_drivers(const FitRequest& request, const std::optional<TableText>& chips);

/// pfsday.drivers/1.
std::string to_json(const DriversReport& report);

}  // namespace pfsday::report
