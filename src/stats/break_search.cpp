#include "stats/break_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "stats/hinge_search.h"
#include "stats/jump_search.h"

namespace pfsday::stats {
namespace {

SegmentLimits limits_of(const BreakOptions& options) {
  constexpr double rounding = 1e-9;
  return {.least_points = static_cast<double>(options.least_points),
          .least_length = options.least_length * (1 - rounding)};
}

/// Breaks by their cuts, in x.
std::vector<double> places_at(std::span<const std::size_t> cuts, std::span<const double> places) {
  std::vector<double> breaks;
  for (const std::size_t cut : cuts) breaks.push_back(places[cut - 1]);
  return breaks;
}

/// The place itself where a break stands at one: centering and back may have cost its last digit.
double snapped(double x, std::span<const double> places, double length) {
  const auto next = std::ranges::lower_bound(places, x);
  for (const auto near : {next, next == places.begin() ? next : next - 1}) {
    if (near != places.end() && std::abs(*near - x) <= 1e-12 * length) return *near;
  }
  return x;
}

std::vector<double> places_of(const HingeBreaks& hinges, const Cuts& cuts,
                              std::span<const double> places) {
  std::vector<double> breaks;
  for (const double at : hinges.at) {
    breaks.push_back(snapped(at + cuts.mean_x, places, cuts.at.back() - cuts.at.front()));
  }
  return breaks;
}

HingeBreaks find_hinges(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks,
                        const BreakOptions& options) {
  return options.variance == VarianceRule::pooled
             ? search_hinges(cuts, limits, breaks, options.places.empty())
             : search_hinges_per_segment(cuts, limits, breaks);
}

}  // namespace

std::vector<double> break_places(const SortedPoints& points, const BreakOptions& options) {
  const double first = points.x.front(), last = points.x.back();
  const auto is_inside = [=](double x) { return x > first && x < last; };
  std::vector<double> places;
  if (!options.places.empty()) {
    std::ranges::copy_if(options.places, std::back_inserter(places), is_inside);
  } else {
    places = inner_positions(points);
    if (options.joint == Joint::hinge && options.variance == VarianceRule::pooled) {
      for (const double x : {first + options.least_length, last - options.least_length}) {
        if (is_inside(x)) places.push_back(x);
      }
    }
  }
  std::ranges::sort(places);
  places.erase(std::ranges::unique(places).begin(), places.end());
  return places;
}

Result<std::vector<FoundBreaks>> search_breaks(const SortedPoints& points,
                                               std::span<const double> places,
                                               const BreakOptions& options,
                                               std::span<const std::uint32_t> counts) {
  const Cuts cuts = make_cuts(points, places, counts);
  const SegmentLimits limits = limits_of(options);
  std::vector<FoundBreaks> found = {
      {.cost = segment_cost(cuts, {}, options.variance, 0, cuts.size() - 1)}};
  if (options.joint == Joint::jump) {
    const std::vector<Partition> partitions = search_jumps(cuts, limits, options);
    for (std::size_t k = 1; k <= options.most && partitions[k].cost < HUGE_VAL; ++k) {
      found.push_back({places_at(partitions[k].cuts, places), partitions[k].cost});
    }
    return found;
  }
  if (options.variance == VarianceRule::per_segment && !can_try_all(cuts, options.most)) {
    return fail(Code::fit_degenerate,
                fmt::format("{} hinges at {} places, with a variance per segment, are too many "
                            "combinations to try",
                            options.most, places.size()),
                "give fewer places, such as the first of each month, or pool the variance");
  }
  for (std::size_t k = 1; k <= options.most; ++k) {
    const HingeBreaks hinges = find_hinges(cuts, limits, k, options);
    if (!(hinges.cost < HUGE_VAL)) break;
    found.push_back({places_of(hinges, cuts, places), hinges.cost});
  }
  return found;
}

std::size_t parameter_count(const BreakOptions& options, std::size_t breaks) {
  const std::size_t coefficients = options.joint == Joint::hinge ? breaks + 2 : 2 * breaks + 2;
  return coefficients + breaks + (options.variance == VarianceRule::pooled ? 1 : breaks + 1);
}

}  // namespace pfsday::stats
