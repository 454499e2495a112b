#include "stats/resampling.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <thread>

#include "stats/distributions.h"
#include "stats/random.h"

namespace pfsday::stats {
namespace {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  std::ranges::sort(copy);
  return copy;
}

/// 0 where the jackknife values are all equal.
double acceleration(std::span<const double> jackknife) {
  double mean = 0;
  for (const double value : jackknife) mean += value / static_cast<double>(jackknife.size());
  double squares = 0, cubes = 0;
  for (const double value : jackknife) {
    const double d = mean - value;
    squares += d * d;
    cubes += d * d * d;
  }
  return squares > 0 ? cubes / (6 * squares * std::sqrt(squares)) : 0;
}

double share_below(std::span<const double> ascending, double estimate) {
  const auto [first, last] = std::ranges::equal_range(ascending, estimate);
  const auto below = static_cast<double>(first - ascending.begin());
  const auto ties = static_cast<double>(last - first);
  return (below + ties / 2) / static_cast<double>(ascending.size());
}

/// Phi(z0 + (z0 + z) / (1 - a (z0 + z))); the tail itself where the correction has no meaning.
double corrected(double z0, double a, double z) {
  const double shift = z0 + z;
  const double scale = 1 - a * shift;
  if (scale <= 0) return shift > 0 ? 1 : 0;
  return normal_probability(z0 + shift / scale);
}

}  // namespace

double sorted_quantile(std::span<const double> ascending, double probability) {
  assert(!ascending.empty() && probability >= 0 && probability <= 1);
  const double position = probability * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  const double part = position - static_cast<double>(below);
  return ascending[below] + part * (ascending[above] - ascending[below]);
}

Interval percentile_interval(std::span<const double> resampled, double level) {
  const std::vector<double> ascending = sorted(resampled);
  return {sorted_quantile(ascending, (1 - level) / 2), sorted_quantile(ascending, (1 + level) / 2)};
}

Interval bca_interval(std::span<const double> resampled, double estimate,
                      std::span<const double> jackknife, double level) {
  assert(jackknife.size() > 1);
  const std::vector<double> ascending = sorted(resampled);
  const double share = share_below(ascending, estimate);
  if (share <= 0) return {ascending.front(), ascending.front()};
  if (share >= 1) return {ascending.back(), ascending.back()};
  const double z0 = normal_quantile(share);
  const double a = acceleration(jackknife);
  const double z = normal_quantile((1 + level) / 2);
  return {sorted_quantile(ascending, corrected(z0, a, -z)),
          sorted_quantile(ascending, corrected(z0, a, z))};
}

void for_ranges(std::size_t count, std::size_t threads,
                const std::function<void(std::size_t first, std::size_t last)>& work) {
  assert(threads > 0);
  const std::size_t parts = std::max<std::size_t>(1, std::min(threads, count));
  std::vector<std::jthread> helpers;
  for (std::size_t part = 1; part < parts; ++part) {
    helpers.emplace_back(work, count * part / parts, count * (part + 1) / parts);
  }
  work(0, count / parts);
}

std::vector<std::uint32_t> draw_counts(std::uint64_t seed, std::uint64_t resample, std::size_t n) {
  RandomStream random(seed, resample);
  std::vector<std::uint32_t> counts(n);
  for (std::size_t draw = 0; draw < n; ++draw) ++counts[random.below(n)];
  return counts;
}

}  // namespace pfsday::stats
