// What `pfsday check` says: on which side of each line a run or a figure is, and why.
//
//   const CheckReport report = TRY(check_rules(subject, chosen, {.as_of = day}));
//   print(check_rows(report));
//   return report.settled() ? 0 : exit_unsettled;
//
// Each rule names the view of a run that it compares (`basis`). A figure without a run is taken as
// the total under every view. A run that lacks an input, or a judgement that the view asks for, has
// no total: the verdict is unknown.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/item.h"
#include "estimate/method.h"
#include "report/grid.h"
#include "rules/pack.h"
#include "rules/verdict.h"
#include "units/date.h"

namespace pfsday::report {

/// Training compute to be checked: a figure, a run, or a run file that lacks an input.
struct CheckSubject {
  std::string name = {};
  std::optional<rules::Figure> figure = {};
  std::optional<estimate::Run> run = {};
  estimate::ReadFile read_file = {};
  std::optional<Error> fault = {};  ///< why there is no run
};

/// The model that was modified.
struct Original {
  std::optional<CheckSubject> known = {};
  bool has_systemic_risk = false;  ///< of one whose compute is not known
};

struct CheckOptions {
  units::Date as_of = {};
  rules::Exact margin = 0;  ///< share of the middle, at least 0 and below 1
  bool planned = false;     ///< rules that are yet to come into force decide too
  std::optional<Original> original = {};
};

struct CheckedRule {
  rules::Chosen rule = {};
  bool decides = false;       ///< in force on the day
  std::string basis = {};     ///< the view
  std::string line = {};      ///< decimal number or quotient: "1e25/3"
  std::string original = {};  ///< the line is a share of the compute of this model
  rules::Band line_at = {};   ///< in operations
  rules::Figure figure = {};
  rules::Verdict verdict = rules::Verdict::unknown;
  std::vector<std::string> missing = {};   ///< of the figure and of the original
  std::vector<estimate::Item> items = {};  ///< what the view counts of a run and what not
};

struct CheckReport {
  std::string name = {};
  CheckOptions options = {};
  std::vector<CheckedRule> rules = {};
  std::vector<std::string> skipped = {};  ///< rules on modifications, where nothing is modified

  /// Every rule that decides says "below".
  bool settled() const;
};

/// Faults: those of estimating the run, but for missing inputs and judgements.
Result<CheckReport> check_rules(const CheckSubject& subject, std::span<const rules::Chosen> chosen,
                                const CheckOptions& options);

/// A row for each rule.
Grid check_grid(const CheckReport& report);

/// Below the table: what is missing, the margin, and what was left out.
std::vector<std::string> check_notes(const CheckReport& report);

/// One rule: its text, the comparison with the numbers filled in, the itemised basis, conditions,
/// consequence and source.
std::string check_text(const CheckedRule& rule, const CheckOptions& options, std::size_t width);

/// The document pfsday.check/1.
std::string check_json(const CheckReport& report);

}  // namespace pfsday::report
