#include "stats/quantile_line.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#include "base/stable_order.h"
#include "stats/line.h"

namespace pfsday::stats {
namespace {

struct Points {
  std::span<const double> x, y;
  double tau = 0;

  std::size_t size() const { return x.size(); }
};

/// A line through point `pivot`.
struct Turned {
  std::size_t pivot = 0;
  double slope = 0;
  double objective = 0;
};

double residual(const Points& points, std::size_t pivot, double slope, std::size_t i) {
  return (points.y[i] - points.y[pivot]) - slope * (points.x[i] - points.x[pivot]);
}

double objective(const Points& points, std::size_t pivot, double slope) {
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double r = residual(points, pivot, slope, i);
    sum += r >= 0 ? points.tau * r : (points.tau - 1) * r;
  }
  return sum;
}

struct Slope {
  double value = 0, weight = 0;
};

/// The best line through a point: the sum's derivative by the slope rises by |dx| at the slope to
/// each other point, from -sum of tau |dx| on the right and (1 - tau) |dx| on the left.
Turned turn_about(const Points& points, std::size_t pivot) {
  std::vector<Slope> slopes;
  double derivative = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double dx = points.x[i] - points.x[pivot];
    if (dx == 0) continue;
    slopes.push_back({(points.y[i] - points.y[pivot]) / dx, std::abs(dx)});
    derivative -= dx > 0 ? points.tau * dx : (points.tau - 1) * dx;
  }
  std::ranges::sort(slopes, {}, &Slope::value);
  Turned turned{.pivot = pivot};
  for (const auto& [value, weight] : slopes) {
    turned.slope = value;
    derivative += weight;
    if (derivative >= 0) break;
  }
  turned.objective = objective(points, pivot, turned.slope);
  return turned;
}

/// The points of the line, one of each x.
std::vector<std::size_t> points_on(const Points& points, const Turned& line) {
  double largest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    largest = std::max(largest, std::abs(points.y[i] - points.y[line.pivot]));
  }
  std::vector<std::size_t> on;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double r = residual(points, line.pivot, line.slope, i);
    if (std::abs(r) <= 1e-11 * largest) on.push_back(i);
  }
  const auto x_of = [&](std::size_t i) { return points.x[i]; };
  sort_stably(on, x_of);
  on.erase(std::ranges::unique(on, {}, x_of).begin(), on.end());
  return on;
}

/// A point that about a share tau of the points lies below, seen along the least-squares line.
std::size_t first_pivot(const Points& points, const Line& line) {
  std::vector<std::size_t> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto at =
      order.begin() + static_cast<std::ptrdiff_t>(points.tau * static_cast<double>(points.size()));
  std::ranges::nth_element(order, at, {},
                           [&](std::size_t i) { return points.y[i] - line.at(points.x[i]); });
  return *at;
}

/// A better line about one of the points of `line`; the same line where there is none.
Turned improve(const Points& points, const Turned& line) {
  for (const std::size_t pivot : points_on(points, line)) {
    const Turned turned = turn_about(points, pivot);
    if (turned.objective < line.objective * (1 - 1e-14)) return turned;
  }
  return line;
}

}  // namespace

Result<QuantileLine> fit_quantile_line(std::span<const double> x, std::span<const double> y,
                                       double tau) {
  assert(tau > 0 && tau < 1);
  const Line start = TRY(fit_line(x, y));
  const Points points{x, y, tau};
  Turned line = turn_about(points, first_pivot(points, start));
  while (true) {
    const Turned better = improve(points, line);
    if (better.objective >= line.objective) break;
    line = better;
  }
  return QuantileLine{.slope = line.slope,
                      .intercept = y[line.pivot] - line.slope * x[line.pivot],
                      .objective = line.objective};
}

}  // namespace pfsday::stats
