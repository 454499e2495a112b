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
#include "report/fit_source.h"
#include "trend/eras.h"
#include "trend/fit.h"
#include "trend/ruler.h"
#include "trend/select.h"
#include "trend/set.h"

namespace pfsday::report {

inline constexpr std::string_view default_set = "2018-chart";

struct FitRequest {
  std::optional<TableText> table = {};  ///< instead of a set
  std::string set{default_set};
  trend::Quantity quantity = trend::Quantity::compute;
  trend::Selection selection = {};
  trend::FitOptions options = {};
  std::optional<trend::EraOptions> eras = {};  ///< to look for breaks too
  bool rulers = false;                         ///< to hold it against every ruler too
};

struct NamedFit {
  std::string name = {};
  trend::Fit fit = {};
};

/// A ruler beside a fit.
struct HeldAgainst {
  trend::Ruler ruler = {};
  double factor = 0;  ///< over the window of the fit, first to last date
  double times = 0;   ///< how many times as fast the fit grows, in decades per year
};

/// A system that the source holds and the fit does not.
struct LeftOut {
  std::string name = {};
  std::optional<units::Date> date = {};  ///< none where the table gives none
  std::string reason = {};
};

struct FitReport {
  std::string title = {};
  trend::Quantity quantity = trend::Quantity::compute;
  std::string selection = {};  ///< the rule in words, with window and systems left out
  std::string vintage = {};
  std::string credit = {};  ///< of a set
  trend::Unit unit = trend::Unit::operations;
  bool is_set = false;
  trend::FitOptions options = {};  ///< of its fits
  NamedFit main = {};
  std::optional<trend::Eras> eras = {};
  std::vector<HeldAgainst> rulers = {};
  std::vector<trend::System> systems = {};  ///< of the points of the main fit, in their order
  std::vector<LeftOut> left_out = {};       ///< in the order of the source
  /// The set's variants that differ from the main fit and have systems of 3 dates.
  std::vector<NamedFit> variants = {};
  std::optional<trend::Published> published = {};
  std::optional<RowCounts> rows = {};
};

/// The systems that the request asks for, before its selection.
/// Faults: set_unknown; table_malformed, column_missing.
Result<FitSource> read_source(const FitRequest& request);

/// Faults: those of read_source; usage (a tag, domain or system of the selection is not there);
/// too_few_points.
Result<FitReport> fit(const FitRequest& request);

/// "2.670 to 4.493"; "0.2726 to unbounded".
std::string to_text(const trend::Bounds& months);

/// "12 of 93 systems state an interval, 3 of them one side; 81 by their confidence or ...".
std::string text_of_errors(const trend::RowErrors& errors);

/// "90 %, case bootstrap, percentiles, 1000 resamples, seed 2018".
std::string text_of_interval(const trend::IntervalOptions& interval);

/// "hinges, one variance, at least 10 systems and 1 years in each era, ...".
std::string text_of_search(const trend::EraOptions& options);

/// What the fit comes to from its first to its last date.
double factor_over_window(const trend::Fit& fit);

/// The arithmetic of a fit, one formula with its numbers on each line.
std::vector<std::string> explain(const trend::Fit& fit, trend::Quantity quantity);

/// pfsday.fit/1: the main fit at the top, the others under `variants`. With `explain` each fit
/// lists its systems with their residuals and the arithmetic, and the document those left out.
std::string to_json(const FitReport& report, bool explain);

}  // namespace pfsday::report
