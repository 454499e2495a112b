// The two methods on one run held against each other, and against what its source prints.
//
//   const Crosscheck check = TRY(crosscheck(run, {.tolerance = 2}));
//   check.ratio                    // 1.02: hardware time / counting
//   check.implied_utilization      // what the count implies: counting / (chips x peak x time)
//   check.verdict                  // consistent
//
// A slip: what the source prints differs from the product of its own factors by more than 1 %.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/method.h"
#include "estimate/run.h"

namespace pfsday::estimate {

enum class Verdict {
  consistent,  ///< max(ratio, 1/ratio) is at most the tolerance
  conflict,    ///< it is more
  single,      ///< one method alone
  none,        ///< the run has the inputs of neither
};
std::string_view to_string(Verdict verdict);

/// The 2018 text aims at a factor of 2 to 3.
inline constexpr double default_tolerance = 2;

struct CrosscheckOptions {
  double tolerance = default_tolerance;  ///< at least 1
  ReadFile read_file = {};               ///< for runs that name model files or other runs
  std::string_view view = default_view;  ///< which phases are held against each other
  uncertainty::Options uncertainty = {};
};

struct Crosscheck {
  Estimates estimates = {};
  std::optional<double> ratio = {};
  std::optional<double> implied_utilization = {};
  double tolerance = default_tolerance;
  Verdict verdict = Verdict::none;
  bool counting_slips = false;
  bool hardware_slips = false;
  std::vector<std::string> explanations = {};  ///< slips, and what would explain a gap
};

/// Both methods on one run; faults as estimate_run.
Result<Crosscheck> crosscheck(const Run& run, const CrosscheckOptions& options = {});

/// 1e15 operations, for people: "11,149", "2.454", "6.622e6"; at least 4 digits.
std::string to_pf_text(double operations);

}  // namespace pfsday::estimate
