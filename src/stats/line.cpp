#include "stats/line.h"

#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "stats/check.h"
#include "stats/distributions.h"

namespace pfsday::stats {
namespace {

/// The mean, its rounding error removed by a second pass over the differences.
long double mean_of(std::span<const double> values) {
  const auto n = static_cast<long double>(values.size());
  long double sum = 0;
  for (const double value : values) sum += value;
  const long double rough = sum / n;
  long double rest = 0;
  for (const double value : values) rest += value - rough;
  return rough + rest / n;
}

struct Moments {
  long double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;
};

Moments centered_moments(std::span<const double> x, std::span<const double> y) {
  Moments m{.mean_x = mean_of(x), .mean_y = mean_of(y)};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double dx = x[i] - m.mean_x;
    const long double dy = y[i] - m.mean_y;
    m.xx += dx * dx;
    m.xy += dx * dy;
    m.yy += dy * dy;
  }
  return m;
}

/// Summed from the residuals: Syy - slope Sxy would cancel where the line fits well.
long double residual_square_sum(std::span<const double> x, std::span<const double> y,
                                const Moments& m) {
  const long double slope = m.xy / m.xx;
  long double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double residual = (y[i] - m.mean_y) - slope * (x[i] - m.mean_x);
    sum += residual * residual;
  }
  return sum;
}

}  // namespace

Result<Line> fit_line(std::span<const double> x, std::span<const double> y) {
  assert(x.size() == y.size());
  TRY(check_finite({x, y}));
  const std::size_t distinct = count_distinct(x);
  if (distinct < 3) {
    return fail(
        Code::too_few_points,
        fmt::format("a line with errors needs 3 distinct positions, here are {} in {} points",
                    distinct, x.size()));
  }
  const Moments m = centered_moments(x, y);
  const auto n = static_cast<long double>(x.size());
  const long double squares = residual_square_sum(x, y, m);
  const long double variance = squares / (n - 2);
  const long double slope = m.xy / m.xx;
  return Line{
      .n = x.size(),
      .slope = static_cast<double>(slope),
      .intercept = static_cast<double>(m.mean_y - slope * m.mean_x),
      .slope_se = static_cast<double>(std::sqrt(variance / m.xx)),
      .intercept_se =
          static_cast<double>(std::sqrt(variance * (1 / n + m.mean_x * m.mean_x / m.xx))),
      .residual_deviation = static_cast<double>(std::sqrt(variance)),
      .r2 = m.yy > 0 ? static_cast<double>(1 - squares / m.yy) : 0,
      .mean_x = static_cast<double>(m.mean_x),
      .mean_y = static_cast<double>(m.mean_y),
  };
}

Interval slope_interval(const Line& line, double level) {
  const auto freedom = static_cast<double>(line.degrees_of_freedom());
  const double reach = student_t_quantile((1 + level) / 2, freedom) * line.slope_se;
  return {line.slope - reach, line.slope + reach};
}

}  // namespace pfsday::stats
