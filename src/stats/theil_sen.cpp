#include "stats/theil_sen.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/check.h"
#include "stats/distributions.h"
#include "stats/random.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

constexpr std::size_t sampled_pairs = 4096;

struct Points {
  std::span<const double> x, y;
};

template <class Visit>
void for_slopes(const Points& points, Visit visit) {
  for (std::size_t i = 0; i < points.x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double dx = points.x[i] - points.x[j];
      if (dx != 0) visit((points.y[i] - points.y[j]) / dx);
    }
  }
}

/// Slopes of some pairs, ascending, to guess where a rank lies.
std::vector<double> sample_slopes(const Points& points) {
  RandomStream random(0, 0);
  std::vector<double> slopes;
  for (std::size_t draw = 0; draw < sampled_pairs; ++draw) {
    const auto [i, j] = random.two_below(points.x.size());
    const double dx = points.x[i] - points.x[j];
    if (dx != 0) slopes.push_back((points.y[i] - points.y[j]) / dx);
  }
  std::ranges::sort(slopes);
  return slopes;
}

/// A range that the rank probably lies in.
Interval guess_range(std::span<const double> sampled, double share) {
  if (sampled.empty()) return {-HUGE_VAL, HUGE_VAL};
  constexpr double margin = 0.05;
  return {share > margin ? sorted_quantile(sampled, share - margin) : -HUGE_VAL,
          share + margin < 1 ? sorted_quantile(sampled, share + margin) : HUGE_VAL};
}

/// The slope of rank `rank`, from 0; exact, whatever the guess.
double slope_of_rank(const Points& points, std::span<const double> sampled, std::size_t rank,
                     std::size_t count) {
  Interval range = guess_range(sampled, static_cast<double>(rank) / static_cast<double>(count));
  while (true) {
    std::size_t below = 0;
    std::vector<double> inside;
    for_slopes(points, [&](double slope) {
      if (slope < range.low)
        ++below;
      else if (slope <= range.high)
        inside.push_back(slope);
    });
    if (rank < below) {
      range = {-HUGE_VAL, range.low};
    } else if (rank - below >= inside.size()) {
      range = {range.high, HUGE_VAL};
    } else {
      const auto at = inside.begin() + static_cast<std::ptrdiff_t>(rank - below);
      std::ranges::nth_element(inside, at);
      return *at;
    }
  }
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return sorted_quantile(values, 0.5);
}

/// Sum of k (k - 1) (2k + 5) over the sets of equal values.
double tie_sum(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  double sum = 0;
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    const auto k = static_cast<double>(last - first);
    sum += k * (k - 1) * (2 * k + 5);
    first = last;
  }
  return sum;
}

/// Half the distance between the ranks of the interval.
double rank_reach(const Points& points, double level) {
  const auto n = static_cast<double>(points.x.size());
  const double variance = (n * (n - 1) * (2 * n + 5) - tie_sum(points.x) - tie_sum(points.y)) / 18;
  return normal_quantile((1 + level) / 2) * std::sqrt(std::max(0.0, variance)) / 2;
}

}  // namespace

Result<TheilSenLine> fit_theil_sen(std::span<const double> x, std::span<const double> y,
                                   double level) {
  TRY(check_finite({x, y}));
  const std::size_t distinct = count_distinct(x);
  if (distinct < 3) {
    return fail(Code::too_few_points,
                fmt::format("a line needs 3 distinct positions, here are {}", distinct));
  }
  const Points points{x, y};
  std::size_t count = 0;
  for_slopes(points, [&count](double) { ++count; });
  const std::vector<double> sampled = sample_slopes(points);
  const auto at = [&](std::size_t rank) { return slope_of_rank(points, sampled, rank, count); };

  const double middle = static_cast<double>(count) / 2, reach = rank_reach(points, level);
  const auto low = static_cast<std::size_t>(std::max(0.0, std::round(middle - reach) - 1));
  const auto high = std::min(count - 1, static_cast<std::size_t>(std::round(middle + reach)));
  TheilSenLine line{.slope = (at((count - 1) / 2) + at(count / 2)) / 2,
                    .slope_interval = {at(low), at(high)}};
  std::vector<double> heights;
  for (std::size_t i = 0; i < x.size(); ++i) heights.push_back(y[i] - line.slope * x[i]);
  line.intercept = median_of(std::move(heights));
  return line;
}

}  // namespace pfsday::stats
