// Two vintages of one table, under one selection: what was removed, corrected and added, and how
// much each group moved the slope.
//
//   const auto change = TRY(compare_vintages(a, b, selection, Quantity::compute, {}));
//   change.steps[3].change   // by the values that were corrected, in decades per year
//
// Systems match by exact name, where that is unique in its table. The decomposition is exact: the
// points of the first vintage become those of the second in the order of Change, with a fit after
// each step, so that the changes sum to the whole difference. Another order splits it otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trend/fit.h"
#include "trend/select.h"
#include "trend/system.h"

namespace pfsday::trend {

enum class Change : std::uint8_t {
  removed,         ///< the second table lacks it
  no_longer_in,    ///< the second table has it, and the selection leaves it out
  date_corrected,  ///< in both fits
  value_corrected,
  newly_in,  ///< the first table had it, and the selection left it out
  added,     ///< the first table lacks it
};

std::string_view describe(Change change);

struct Step {
  Change kind = Change::removed;
  std::size_t systems = 0;  ///< that changed in this way
  std::size_t n = 0;        ///< of the fit after the step
  double slope = 0;         ///< after it, decades per year
  double change = 0;        ///< of the slope
};

/// What one system does to the first fit when only it changes.
struct Effect {
  std::string name = {};
  Change kind = Change::removed;
  std::optional<double> before = {}, after = {};  ///< its amount in each fit
  double change = 0;                              ///< of the slope
};

/// All systems with a figure in both tables, whether the fit takes them or not.
struct Matched {
  std::size_t common = 0;
  std::size_t differ = 0;                    ///< by more than 5 %: max(a / b, b / a) > 1.05
  std::optional<double> median_factor = {};  ///< of those: of max(a / b, b / a)
};

struct VintageChange {
  Fit before = {};
  Fit after = {};
  std::vector<Step> steps = {};      ///< one for each Change, in its order
  std::vector<Effect> effects = {};  ///< the largest first
  Matched matched = {};
};

/// Faults: those of `decide`; too_few_points, also where a step leaves too few.
Result<VintageChange> compare_vintages(std::span<const System> before,
                                       std::span<const System> after, const Selection& selection,
                                       Quantity quantity, const FitOptions& options);

}  // namespace pfsday::trend
