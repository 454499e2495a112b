#include "stats/break_inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stats/break_search.h"
#include "stats/random.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

double statistic_of(std::span<const FoundBreaks> found, const BreakOptions& options,
                    std::size_t points) {
  const double none = found[0].cost, broken = found[options.most].cost;
  if (options.variance == VarianceRule::per_segment) return none - broken;
  const std::size_t k = options.most;
  const auto q = static_cast<double>(options.joint == Joint::hinge ? k : 2 * k);
  return (none - broken) / q / (broken / (static_cast<double>(points) - 2 - q));
}

/// Standard normal heights at the x of the points.
SortedPoints simulate(const SortedPoints& points, std::uint64_t seed, std::size_t draw) {
  RandomStream random(seed, draw);
  SortedPoints simulated = points;
  for (double& y : simulated.y) y = random.normal();
  return simulated;
}

std::size_t preferred_by_bic(std::span<const FoundBreaks> found, const BreakOptions& options,
                             std::size_t points) {
  const auto n = static_cast<double>(points);
  std::size_t best = 0;
  double least = HUGE_VAL;
  for (std::size_t k = 0; k < found.size(); ++k) {
    const double deviance =
        options.variance == VarianceRule::pooled ? n * std::log(found[k].cost / n) : found[k].cost;
    const double bic = deviance + static_cast<double>(parameter_count(options, k)) * std::log(n);
    if (bic < least) least = bic, best = k;
  }
  return best;
}

}  // namespace

Result<BreakTest> test_breaks(std::span<const double> x, std::span<const double> y,
                              const BreakOptions& options, const InferenceOptions& inference) {
  assert(options.most > 0);
  const auto fits = TRY(fit_breaks(x, y, options));
  if (fits.size() <= options.most) {
    return fail(Code::too_few_points, fmt::format("there is no room for {} breaks", options.most),
                "allow shorter segments, or fewer points in each");
  }
  const SortedPoints points = sort_points(x, y);
  const std::vector<double> places = break_places(points, options);
  const auto found = TRY(search_breaks(points, places, options));
  const double observed = statistic_of(found, options, x.size());
  std::vector<char> reaches(inference.draws);
  for_ranges(inference.draws, inference.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const auto simulated = search_breaks(simulate(points, inference.seed, i), places, options);
      reaches[i] = statistic_of(*simulated, options, x.size()) >= observed;
    }
  });
  const auto above = static_cast<double>(std::ranges::count(reaches, 1));
  return BreakTest{.statistic = observed,
                   .p = (1 + above) / static_cast<double>(inference.draws + 1)};
}

Interval BreakBootstrap::interval(std::size_t index, double level) const {
  std::vector<double> places;
  for (const std::vector<double>& resample : breaks) places.push_back(resample[index]);
  return percentile_interval(places, level);
}

Result<BreakBootstrap> bootstrap_breaks(std::span<const double> x, std::span<const double> y,
                                        const BreakOptions& options,
                                        const InferenceOptions& inference) {
  TRY(fit_breaks(x, y, options));
  const SortedPoints points = sort_points(x, y);
  const std::vector<double> places = break_places(points, options);
  std::vector<std::vector<FoundBreaks>> found(inference.draws);
  for_ranges(inference.draws, inference.threads, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      const auto counts = draw_counts(inference.seed, i, points.x.size());
      found[i] = *search_breaks(points, places, options, counts);
    }
  });
  BreakBootstrap bootstrap{.preferred = std::vector<std::size_t>(options.most + 1)};
  for (std::vector<FoundBreaks>& resample : found) {
    ++bootstrap.preferred[preferred_by_bic(resample, options, x.size())];
    if (resample.size() > options.most) {
      bootstrap.breaks.push_back(std::move(resample[options.most].at));
    }
  }
  return bootstrap;
}

}  // namespace pfsday::stats
