// Eras of different growth in one set of points: where the line breaks, and whether it does.
//
//   const Eras eras = TRY(find_eras(points, {.most = 2}, {}));
//   eras.fits[eras.best].breaks    // empty: no break is an answer
//   eras.p                         // of the test of one break: small where a line is not enough
//
// The search is that of stats/breaks.h, over all places or, with `by_month`, over the first days of
// the months from a month before the first date to four months before the last. With `by_month`, at
// most one hinge, a variance per segment and at least 10 points this is the rule of Epoch AI (May
// 2024).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/breaks.h"
#include "trend/fit.h"
#include "trend/select.h"
#include "trend/system.h"

namespace pfsday::trend {

struct EraOptions {
  stats::Joint joint = stats::Joint::hinge;
  stats::VarianceRule variance = stats::VarianceRule::pooled;
  std::size_t most = 2;           ///< breaks, 0 to stats::most_breaks
  std::size_t least_points = 10;  ///< of an era, at least 3
  double least_years = 1;         ///< of an era; 0: any length
  bool by_month = false;
  std::size_t draws = 999;    ///< of the test and of the bootstrap; 0 for neither
  std::uint64_t seed = 2018;  ///< any
};

struct Era {
  units::Date from = {};  ///< the first system, or the break
  units::Date to = {};    ///< the break after, or the last system
  std::size_t n = 0;
  double height = 0;  ///< log10 of the amount on the line at `from`
  double slope = 0;   ///< decades per year
  std::optional<double> doubling_months = {};
};

struct EraFit {
  std::vector<units::Date> breaks = {};
  std::vector<Era> eras = {};
  double bic = 0;
  double aicc = 0;
  double r2 = 0;
};

/// A break date with its bounds.
struct BreakDate {
  units::Date date = {};
  std::optional<units::Date> low = {}, high = {};  ///< of a case bootstrap
};

struct Eras {
  EraOptions options = {};
  std::vector<EraFit> fits = {};  ///< with 0, 1, ... breaks, as many as there is room for
  std::size_t best = 0;           ///< by BIC
  std::size_t best_by_aicc = 0;
  std::optional<double> p = {};        ///< of the test of one break against none
  std::vector<BreakDate> breaks = {};  ///< of the best fit
};

/// Faults: those of stats::fit_breaks.
Result<Eras> find_eras(std::span<const Point> points, const EraOptions& options,
                       const FitOptions& fit);

}  // namespace pfsday::trend
