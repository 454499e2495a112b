#include "stats/segments.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/stable_order.h"

namespace pfsday::stats {
namespace {

/// Of a spread, relative to x^2 of its points, below which it is rounding.
constexpr double smallest_share = 1e-13;

double mean_of(std::span<const double> values) {
  const auto n = static_cast<long double>(values.size());
  return static_cast<double>(std::accumulate(values.begin(), values.end(), 0.0L) / n);
}

void add(Sums& sums, double u, double v, double count) {
  sums.n += count;
  sums.x += count * u;
  sums.y += count * v;
  sums.xx += count * u * u;
  sums.xy += count * u * v;
  sums.yy += count * v * v;
}

}  // namespace

SortedPoints sort_points(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  const auto order = stable_order(x.size(), [x](std::size_t i) { return x[i]; });
  SortedPoints points;
  for (const std::size_t i : order) {
    points.x.push_back(x[i]);
    points.y.push_back(y[i]);
  }
  return points;
}

Cuts make_cuts(const SortedPoints& points, std::span<const double> inner,
               std::span<const std::uint32_t> counts) {
  assert(counts.empty() || counts.size() == points.x.size());
  Cuts cuts{.mean_x = mean_of(points.x), .mean_y = mean_of(points.y)};
  cuts.at.push_back(points.x.front() - cuts.mean_x);
  for (const double place : inner) cuts.at.push_back(place - cuts.mean_x);
  cuts.at.push_back(points.x.back() - cuts.mean_x);

  Sums sums;
  std::size_t next = 0;
  for (std::size_t cut = 0; cut < cuts.size(); ++cut) {
    const bool is_last = cut + 1 == cuts.size();
    for (; next < points.x.size(); ++next) {
      const double u = points.x[next] - cuts.mean_x;
      if (!is_last && u >= cuts.at[cut]) break;
      add(sums, u, points.y[next] - cuts.mean_y, counts.empty() ? 1 : counts[next]);
    }
    cuts.sums.push_back(sums);
  }
  return cuts;
}

std::vector<double> inner_positions(const SortedPoints& points) {
  std::vector<double> positions = points.x;
  positions.erase(std::ranges::unique(positions).begin(), positions.end());
  if (positions.size() < 3) return {};
  return {positions.begin() + 1, positions.end() - 1};
}

SegmentLine line_between(const Cuts& cuts, std::size_t first, std::size_t last) {
  const Sums &a = cuts.sums[first], &b = cuts.sums[last];
  const double n = b.n - a.n;
  const double sx = b.x - a.x, sy = b.y - a.y;
  const double sxx = b.xx - a.xx, sxy = b.xy - a.xy, syy = b.yy - a.yy;
  const double mean_x = sx / n, mean_y = sy / n;
  const double spread = sxx - sx * mean_x, product = sxy - sx * mean_y;
  const double total = syy - sy * mean_y;
  SegmentLine line{.n = n, .mean_x = mean_x, .mean_y = mean_y, .squares = std::max(0.0, total)};
  if (!(spread > smallest_share * b.xx)) return line;
  line.inverse_spread = 1 / spread;
  line.slope = product * line.inverse_spread;
  line.squares = std::max(0.0, total - line.slope * product);
  return line;
}

}  // namespace pfsday::stats
