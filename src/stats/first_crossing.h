// When the first of many scattered points reaches a height: earlier than their line does.
//
//   const auto dates = TRY(simulate_first_crossing(line, {.height = 27, .start = 6.5, .end = 30,
//                                                         .rate = 60}, {}));
//   sorted_quantile(dates, 0.5)      // half of the simulated records have passed 1e27 by then
//
// Points arrive as a Poisson process of `rate` per unit of x from `start` on, each at the line plus
// normal scatter. Every draw has its own line and scatter, so that what is not known of them
// counts:
//   s^2 = RSS / chi^2(n - 2),   slope ~ N(b, s^2 / Sxx),   height at mean x ~ N(mean y, s^2 / n)
// (the posterior under flat priors; Gelman et al., Bayesian Data Analysis, 14.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "stats/bend.h"
#include "stats/line.h"

namespace pfsday::stats {

struct CrossingQuestion {
  double height = 0;  ///< to reach, units of y
  double start = 0;   ///< x from which points arrive
  double end = 0;     ///< x at which the simulation gives up; above `start`
  double rate = 0;    ///< points per unit of x, above 0
  std::optional<Bend> bend = {};
};

struct SimulationOptions {
  std::size_t draws = 1000;   ///< at least 1
  std::uint64_t seed = 2018;  ///< any
  std::size_t threads = 1;    ///< at least 1; changes no result
};

/// The x of the first point at or above the height, per draw, ascending; infinite where none came
/// before `end`.
/// Faults: value_not_finite; fit_degenerate: `end` not after `start`, `rate` not above 0 or so high
/// that over a million points would arrive in a draw.
Result<std::vector<double>> simulate_first_crossing(const Line& line,
                                                    const CrossingQuestion& question,
                                                    const SimulationOptions& options);

}  // namespace pfsday::stats
