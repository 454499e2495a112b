// How fast chips improve: peak rates by number format, alone, per dollar and per watt.
//
//   const ChipsReport report = TRY(report::fit_chips(request));   // the table of the request
#pragma once

#include <string>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "report/fit.h"
#include "trend/chips.h"

namespace pfsday::report {

struct ChipsReport {
  std::string source = {};
  std::string window = {};  ///< and what is left out, in words
  trend::IntervalOptions interval = {};
  const trend::DateConvention* axis = nullptr;
  std::size_t chips = 0;
  std::size_t undated = 0;
  std::vector<CsvFault> faulty = {};
  std::vector<trend::ChipTrend> trends = {};
};

/// Of the request: its table (without one, the bundled catalogue), window, names left out, options.
/// Faults: those of trend::read_chips and trend::chip_trends; usage: another selection.
Result<ChipsReport> fit_chips(const FitRequest& request);

/// pfsday.chips/1. With `explain` each trend lists its chips.
std::string to_json(const ChipsReport& report, bool explain);

}  // namespace pfsday::report
