// Lines through the points between any two places of the x axis, each in constant time, from sums
// that are made once. What the searches for breaks are built on.
//
//   const Cuts cuts = make_cuts(points, {2012, 2015, 2018});
//   const SegmentLine line = line_between(cuts, 1, 2);    // of the points with 2012 <= x < 2015
//
// Cut 0 stands at the first x and the last cut at the last x, which the segment before it holds
// too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pfsday::stats {

/// Points in ascending order of x.
struct SortedPoints {
  std::vector<double> x = {}, y = {};
};

SortedPoints sort_points(std::span<const double> x, std::span<const double> y);

/// Sums over the points left of a cut, x and y less their means.
struct Sums {
  double n = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};

struct Cuts {
  std::vector<double> at = {};  ///< ascending, in x
  std::vector<Sums> sums = {};  ///< per cut
  double mean_x = 0, mean_y = 0;

  std::size_t size() const { return at.size(); }
};

/// `inner`: ascending places between the first and last x, not at them. `counts`: how often each
/// point counts, for resamples; none for once.
Cuts make_cuts(const SortedPoints& points, std::span<const double> inner,
               std::span<const std::uint32_t> counts = {});

/// The distinct x but the first and the last.
std::vector<double> inner_positions(const SortedPoints& points);

/// The least-squares line of a segment. x and y are less the means of all points.
struct SegmentLine {
  double n = 0, mean_x = 0, mean_y = 0, slope = 0;
  double inverse_spread = 0;  ///< 1 / sum (x - mean x)^2
  double squares = 0;         ///< sum of squared residuals

  double height(double x) const { return mean_y + slope * (x - mean_x); }
  /// Covariance of the heights at a and b, in units of the variance of a point.
  double covariance(double a, double b) const {
    return 1 / n + (a - mean_x) * (b - mean_x) * inverse_spread;
  }
};

/// Of the points from cut `first` to before cut `last`; the slope is 0 where all x are equal.
SegmentLine line_between(const Cuts& cuts, std::size_t first, std::size_t last);

/// Which segments are allowed.
struct SegmentLimits {
  double least_points = 3;
  double least_length = 0;
};

/// Whether the segment has enough points, is long enough, and its x are not all equal.
inline bool is_allowed(const Cuts& cuts, const SegmentLimits& limits, std::size_t first,
                       std::size_t last) {
  const Sums &a = cuts.sums[first], &b = cuts.sums[last];
  return b.n - a.n >= limits.least_points && cuts.at[last] - cuts.at[first] >= limits.least_length;
}

}  // namespace pfsday::stats
