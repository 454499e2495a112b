// Case bootstrap of a least-squares line: resamples of n points with return, a line through each.
//
//   const LineBootstrap lines = TRY(bootstrap_line(years, decades, {.resamples = 1000, .seed =
//   1})); lines.slope_interval(0.90, BootstrapRule::percentile); lines.height_interval(10.0, 0.90,
//   BootstrapRule::bca);     // of the line at x = 10
//
// A resample with fewer than 3 distinct x is drawn again. With `noise`, each drawn y gets a number
// that is uniform between its row's bounds: +-log10(2) on log10 y is a factor of 2 either way.
// Source: Efron and Tibshirani, An Introduction to the Bootstrap, 9.5 (pairs), 14.3 (BCa).
//
// Resample i is a function of the seed and i alone (random.h). Only sums are kept of a resample, so
// 1,000 resamples of 1,000 points take about a millisecond.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"

namespace pfsday::stats {

struct BootstrapOptions {
  std::size_t resamples = 1000;          ///< at least 1
  std::uint64_t seed = 2018;             ///< any
  std::size_t threads = 1;               ///< at least 1; changes no result
  std::span<const Interval> noise = {};  ///< added to y, per row, low <= high; or none
};

/// Bounds -half_width and half_width for n rows.
std::vector<Interval> equal_noise(std::size_t n, double half_width);

enum class BootstrapRule { percentile, bca };

/// A line by its height at the mean x of all points, and its slope.
struct CenteredLine {
  double height = 0;
  double slope = 0;
};

struct LineBootstrap {
  double center = 0;  ///< the mean x
  CenteredLine estimate = {};
  std::vector<CenteredLine> resampled = {};
  std::vector<CenteredLine> jackknife = {};  ///< without one row each, where that settles a line

  Interval slope_interval(double level, BootstrapRule rule) const;
  Interval height_interval(double x, double level, BootstrapRule rule) const;
};

/// Faults: value_not_finite; too_few_points: fewer than 3 distinct x.
Result<LineBootstrap> bootstrap_line(std::span<const double> x, std::span<const double> y,
                                     const BootstrapOptions& options);

}  // namespace pfsday::stats
