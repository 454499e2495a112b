// The trend of a set or a table of systems, with all that a reader needs to judge it: selection,
// number of systems, window, date convention, vintage, interval method and level.
//
//   const FitReport report = TRY(report::fit({.set = "2018-chart"}));
//   report.main.fit.doubling_months      // 3.350
//   report.variants[0].fit               // the same without AlphaGo Zero: 3.602
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "trend/fit.h"
#include "trend/select.h"
#include "trend/set.h"
#include "trend/table.h"

namespace pfsday::report {

inline constexpr std::string_view default_set = "2018-chart";

/// A table as the caller read it.
struct TableText {
  std::string name = {};  ///< of the file
  std::string csv = {};
  trend::ColumnNames columns = {};
};

struct FitRequest {
  std::optional<TableText> table = {};  ///< instead of a set
  std::string set{default_set};
  trend::Selection selection = {};
  trend::FitOptions options = {};
};

struct NamedFit {
  std::string name = {};
  trend::Fit fit = {};
};

/// What became of the rows of a table.
struct RowCounts {
  std::size_t rows = 0;
  std::size_t without_compute = 0;
  std::vector<CsvFault> faulty = {};
  trend::ColumnNames columns = {};
};

struct FitReport {
  std::string title = {};
  std::string selection = {};  ///< the rule in words, with window and systems left out
  std::string vintage = {};
  std::string credit = {};  ///< of a set
  trend::Unit unit = trend::Unit::operations;
  bool is_set = false;
  NamedFit main = {};
  /// The set's variants that differ from the main fit and have systems of 3 dates.
  std::vector<NamedFit> variants = {};
  std::optional<trend::Published> published = {};
  std::optional<RowCounts> rows = {};
};

/// Faults: set_unknown; table_malformed, column_missing; usage (a system to leave out is not
/// there); too_few_points.
Result<FitReport> fit(const FitRequest& request);

/// "2.670 to 4.493"; "0.2726 to unbounded".
std::string to_text(const trend::Bounds& months);

/// The arithmetic of a fit, one formula with its numbers on each line.
std::vector<std::string> explain(const trend::Fit& fit);

/// pfsday.fit/1: the main fit at the top, the others under `variants`. With `explain` each fit
/// lists its systems with their residuals and the arithmetic.
std::string to_json(const FitReport& report, bool explain);

}  // namespace pfsday::report
