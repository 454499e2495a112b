// How much each choice behind a fit matters: the fit again under other rules, windows, vintages and
// date conventions, one choice changed at a time.
//
//   const SensitivityReport report = TRY(report::fit_sensitivity(request, {}));
//   report.warnings   // "rule: top 5 doubles in 4.1 months, records in 6.0: 46 % apart"
//
// The variants of one choice stand in an order, from the widest to the narrowest; where two
// neighbors differ by more than 25 % in their doubling time, the result depends on the choice.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "report/fit.h"

namespace pfsday::report {

struct SensitivityRow {
  std::string choice = {};  ///< rule, window from, window to, vintage, dates
  std::string variant = {};
  bool as_asked = false;               ///< the request itself
  std::optional<trend::Fit> fit = {};  ///< none where too few systems remain
};

struct SensitivityReport {
  std::string title = {};
  std::string selection = {};
  std::vector<SensitivityRow> rows = {};
  std::vector<std::string> warnings = {};
};

inline constexpr double largest_difference = 0.25;  ///< of neighbors, without a warning

/// `vintages` are further tables to fit in the same way.
/// Faults: those of `fit`.
Result<SensitivityReport> fit_sensitivity(const FitRequest& request,
                                          std::span<const TableText> vintages);

/// pfsday.sensitivity/1.
std::string to_json(const SensitivityReport& report);

}  // namespace pfsday::report
