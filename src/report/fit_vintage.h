// One selection on two vintages of a table: which rows moved the slope, and by how much.
//
//   const VintageReport report = TRY(report::fit_vintages(request, {.name = "new.csv", .csv =
//   text})); report.change.steps   // from the first fit to the second, group by group
#pragma once

#include <string>

#include "base/result.h"
#include "report/fit.h"
#include "trend/vintage.h"

namespace pfsday::report {

struct VintageReport {
  std::string before = {}, after = {};  ///< names of the tables
  std::string selection = {};
  trend::Quantity quantity = trend::Quantity::compute;
  RowCounts rows_before = {}, rows_after = {};
  trend::VintageChange change = {};
};

/// The request names the first table, `against` is the second.
/// Faults: usage: the request is of a set; those of `fit`.
Result<VintageReport> fit_vintages(const FitRequest& request, const TableText& against);

/// pfsday.vintages/1.
std::string to_json(const VintageReport& report);

}  // namespace pfsday::report
