// The two methods on one run held against each other, and against what its source prints.
//
//   const Crosscheck check = TRY(crosscheck(run, {.tolerance = 2}));
//   check.ratio->mid                   // 1.02: hardware time / counting
//   check.implied_utilization->mid     // what the count implies: counting / (chips x peak x time)
//   check.verdict                      // consistent
//   check.explanations.front()         // of a conflict: what alone would close it
//
// A slip: what the source prints differs from the product of its own factors by more than 1 %.
// docs/crosscheck.md has the formulas.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "estimate/combine.h"
#include "estimate/explanation.h"
#include "estimate/method.h"
#include "estimate/prior_place.h"
#include "estimate/run.h"

namespace pfsday::estimate {

enum class Verdict : std::uint8_t {
  consistent,  ///< max(ratio, 1/ratio) is at most the tolerance
  tension,     ///< both have intervals, which overlap, but a middle lies outside the other's
  conflict,    ///< the ratio is beyond the tolerance, and it is no tension
  single,      ///< one method alone
  none,        ///< the run has the inputs of neither
};
inline constexpr std::array verdicts = {Verdict::consistent, Verdict::tension, Verdict::conflict,
                                        Verdict::single, Verdict::none};
std::string_view to_string(Verdict verdict);

/// The 2018 text aims at a factor of 2 to 3.
inline constexpr double default_tolerance = 2;

/// How far a crosscheck goes.
enum class Depth : std::uint8_t {
  verdict,    ///< ratio, implied utilization, verdict
  conflicts,  ///< and its place in the prior, what would close a conflict, the combined estimate
  all,        ///< and what would close the gap of any run with both methods
};

struct CrosscheckOptions {
  double tolerance = default_tolerance;  ///< at least 1
  ReadFile read_file = {};               ///< for runs that name model files or other runs
  std::string_view view = default_view;  ///< which phases are held against each other
  uncertainty::Options uncertainty = {};
  Depth depth = Depth::verdict;
};

struct Crosscheck {
  Estimates estimates = {};
  /// Hardware / counting; an interval where an input of either is not exact. Amounts that both
  /// share cancel (quotient.h).
  std::optional<Amount> ratio = {};
  std::optional<Amount> implied_utilization = {};
  double tolerance = default_tolerance;
  Verdict verdict = Verdict::none;
  bool counting_slips = false;
  bool hardware_slips = false;
  std::vector<std::string> notes = {};  ///< slips, what the layers show, the gap in words
  /// Beyond Depth::verdict, of runs with both methods:
  std::optional<PriorPlace> place = {};  ///< of the implied utilization
  std::vector<Explanation> explanations = {};
  Combination combination = {};
};

/// Both methods on one run; faults as estimate_run and divide.
Result<Crosscheck> crosscheck(const Run& run, const CrosscheckOptions& options = {});

/// What the count implies is a share of: mfu, or hfu where recomputed activations are counted.
UtilizationKind kind_of_implied(const Run& run, const Estimates& estimates);

/// 1e15 operations, for people: "11,149", "2.454", "6.622e6"; at least 4 digits.
std::string to_pf_text(double operations);

}  // namespace pfsday::estimate
