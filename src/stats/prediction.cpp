#include "stats/prediction.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "stats/distributions.h"

namespace pfsday::stats {
namespace {

double t_of(const Line& line, double level) {
  return student_t_quantile((1 + level) / 2, static_cast<double>(line.degrees_of_freedom()));
}

Interval around(double middle, double reach) { return {middle - reach, middle + reach}; }

}  // namespace

Prediction predict(const Line& line, double x, double level) {
  const double value = line.at(x);
  const double scatter = line.residual_deviation * line.residual_deviation;
  const double dx = (x - line.mean_x) * line.slope_se;
  const double variance = scatter / static_cast<double>(line.n) + dx * dx;
  const double t = t_of(line, level);
  return {.value = value,
          .mean = around(value, t * std::sqrt(variance)),
          .single = around(value, t * std::sqrt(scatter + variance))};
}

// With u = x - mean x and d = y - mean y the set is a u^2 - 2 b u + c <= 0, where
// a = slope^2 - t^2 se^2, b = slope d, c = d^2 - t^2 (scatter at u = 0).
Result<Crossing> find_crossing(const Line& line, double y, double level, Reaches reaches) {
  if (line.slope == 0) {
    return fail(Code::fit_degenerate, "the line is level: it reaches no other height");
  }
  const double t = t_of(line, level);
  const double d = y - line.mean_y;
  const double scatter = line.residual_deviation * line.residual_deviation;
  const double points = (reaches == Reaches::point ? 1 : 0) + 1 / static_cast<double>(line.n);
  const double a = line.slope * line.slope - t * t * line.slope_se * line.slope_se;
  const double b = line.slope * d;
  const double c = d * d - t * t * scatter * points;
  Crossing crossing{.x = line.mean_x + d / line.slope};
  const double discriminant = b * b - a * c;
  if (a == 0 || (a < 0 && discriminant < 0)) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    crossing.shape = CrossingShape::all;
    crossing.bounds = {-infinity, infinity};
    return crossing;
  }
  const double root = std::sqrt(std::max(0.0, discriminant));  // below 0 by rounding only
  const double first = (b - root) / a, second = (b + root) / a;
  crossing.shape = a > 0 ? CrossingShape::bounded : CrossingShape::outside;
  crossing.bounds = {line.mean_x + std::min(first, second), line.mean_x + std::max(first, second)};
  return crossing;
}

}  // namespace pfsday::stats
