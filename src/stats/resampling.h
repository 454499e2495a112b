// Intervals from resamples: quantiles of what the resamples gave.
//
//   percentile_interval(slopes, 0.90)                     // 5 % to 95 %
//   bca_interval(slopes, fit.slope, jackknife, 0.90)      // corrected for bias and skewness
//
// Quantiles interpolate linearly between order statistics: of n sorted values, number p (n - 1)
// counted from 0 (type 7 of Hyndman and Fan 1996; the default of R and numpy).
// BCa (Efron 1987; Efron and Tibshirani, An Introduction to the Bootstrap, 14.3): the quantiles are
// taken at Phi(z0 + (z0 + z) / (1 - a (z0 + z))), with z0 = Phi^-1(share of resamples below the
// estimate, ties counted half) and a = sum d^3 / (6 (sum d^2)^(3/2)), d = mean of the jackknife
// values less each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stats/interval.h"

namespace pfsday::stats {

/// Of at least one value, sorted ascending; probability in [0, 1].
double sorted_quantile(std::span<const double> sorted, double probability);

/// Equal tails outside, at `level` in (0, 1); of at least one value.
Interval percentile_interval(std::span<const double> resampled, double level);

/// `jackknife` holds the statistic without each row in turn, at least two. Where all resamples lie
/// on one side of the estimate, both bounds are the resample nearest to it.
Interval bca_interval(std::span<const double> resampled, double estimate,
                      std::span<const double> jackknife, double level);

/// Calls work(first, last) for parts of [0, count), on `threads` threads (at least 1) at once.
/// `work` must not throw, and each index must be independent of all others.
void for_ranges(std::size_t count, std::size_t threads,
                const std::function<void(std::size_t first, std::size_t last)>& work);

/// How often each of n rows stands in resample number `resample`: n draws with return.
std::vector<std::uint32_t> draw_counts(std::uint64_t seed, std::uint64_t resample, std::size_t n);

}  // namespace pfsday::stats
