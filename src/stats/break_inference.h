// How sure breaks are: a test of no break at all, and bootstrap intervals of their places.
//
//   const BreakTest test = TRY(test_breaks(years, decades, {.most = 1}, {}));
//   test.p                                         // below 0.05: one line is not enough
//   const BreakBootstrap boot = TRY(bootstrap_breaks(years, decades, {.most = 1}, {}));
//   boot.interval(0, 0.90);                        // of the first break, in years
//
// An F test at a break that was looked for rejects far too often, since the best of many places was
// taken. The statistic here is the largest over all places (Andrews 1993),
//   sup F = (RSS_0 - RSS_k) / q / (RSS_k / (n - 2 - q)),   q coefficients more than the line has
// or under per_segment twice the difference of ln L. The tables of Andrews and the p values of
// Hansen 1997 hold for regressors without a trend; time is a trend. So the statistic is simulated
// at these very x: with normal errors of one variance its distribution depends on neither the line
// nor the variance, and p = (1 + simulations at or above) / (simulations + 1) is exact for any n
// (Dufour 2006).
//
// The bootstrap draws points with return, searches each resample for `most` breaks, and notes which
// number of breaks BIC prefers there. All of it is the same for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/breaks.h"
#include "stats/interval.h"

namespace pfsday::stats {

struct InferenceOptions {
  std::size_t draws = 999;    ///< simulations or resamples, at least 1
  std::uint64_t seed = 2018;  ///< any
  std::size_t threads = 1;    ///< at least 1; changes no result
};

struct BreakTest {
  double statistic = 0;
  double p = 1;
};

/// Of exactly `options.most` breaks, at least 1, against none.
/// Faults: those of fit_breaks; too_few_points: no room for so many breaks.
Result<BreakTest> test_breaks(std::span<const double> x, std::span<const double> y,
                              const BreakOptions& options, const InferenceOptions& inference);

struct BreakBootstrap {
  /// Ascending, per resample with room for `most` breaks.
  std::vector<std::vector<double>> breaks = {};
  /// preferred[k]: in how many resamples BIC prefers k breaks; they add up to `draws`.
  std::vector<std::size_t> preferred = {};

  /// Percentiles of break number `index`; level in (0, 1), `breaks` not empty.
  Interval interval(std::size_t index, double level) const;
};

/// Faults: those of fit_breaks.
Result<BreakBootstrap> bootstrap_breaks(std::span<const double> x, std::span<const double> y,
                                        const BreakOptions& options,
                                        const InferenceOptions& inference);

}  // namespace pfsday::stats
