#include "trend/frontier.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "base/stable_order.h"

namespace pfsday::trend {
namespace {

/// The places of the systems by date, then place.
std::vector<std::size_t> by_date(std::span<const Ranked> systems) {
  return stable_order(systems.size(), [&](std::size_t i) { return systems[i].date; });
}

/// The `n` largest systems seen so far; the first in order is the one to go.
class Largest {
 public:
  Largest(std::span<const Ranked> systems, std::size_t n) : systems_(systems), n_(n) {}

  void add(std::size_t place) {
    kept_.insert(key(place));
    if (kept_.size() > n_) kept_.erase(kept_.begin());
  }
  bool holds(std::size_t place) const { return kept_.contains(key(place)); }

 private:
  /// Less for less compute, then for the later date, then for the later place.
  std::tuple<double, int, std::ptrdiff_t> key(std::size_t place) const {
    const Ranked& system = systems_[place];
    return {system.compute, -system.date.days, -static_cast<std::ptrdiff_t>(place)};
  }

  std::span<const Ranked> systems_;
  std::size_t n_;
  std::set<std::tuple<double, int, std::ptrdiff_t>> kept_;
};

/// Sums of y and y^2 over the first i systems by date. y is centered, so no digits are lost.
struct Sums {
  std::vector<long double> of_y = {0}, of_squares = {0};

  void add(long double y) {
    of_y.push_back(of_y.back() + y);
    of_squares.push_back(of_squares.back() + y * y);
  }
};

std::optional<double> score(const Sums& sums, std::size_t begin, std::size_t end, long double y) {
  const auto n = static_cast<long double>(end - begin);
  const long double mean = (sums.of_y[end] - sums.of_y[begin]) / n;
  const long double variance = (sums.of_squares[end] - sums.of_squares[begin]) / n - mean * mean;
  if (variance < 1e-15L) return std::nullopt;
  return static_cast<double>((y - mean) / std::sqrt(variance));
}

}  // namespace

std::vector<bool> top_at_release(std::span<const Ranked> systems, std::size_t n) {
  std::vector<bool> in(systems.size());
  Largest largest(systems, n);
  const std::vector<std::size_t> order = by_date(systems);
  for (auto day = order.begin(); day != order.end();) {
    const units::Date date = systems[*day].date;
    const auto next =
        std::find_if(day, order.end(), [&](std::size_t i) { return systems[i].date != date; });
    std::for_each(day, next, [&](std::size_t i) { largest.add(i); });
    std::for_each(day, next, [&](std::size_t i) { in[i] = largest.holds(i); });
    day = next;
  }
  return in;
}

std::vector<bool> records(std::span<const Ranked> systems) {
  std::vector<bool> in(systems.size());
  double best = 0;
  for (const std::size_t i : by_date(systems)) {
    in[i] = systems[i].compute > best;
    best = std::max(best, systems[i].compute);
  }
  return in;
}

std::vector<std::optional<double>> window_scores(std::span<const Ranked> systems) {
  std::vector<std::optional<double>> scores(systems.size());
  if (systems.empty()) return scores;
  const std::vector<std::size_t> order = by_date(systems);
  const auto y_of = [&](std::size_t i) {
    return std::log10(systems[i].compute) - std::log10(systems[0].compute);
  };
  Sums sums;
  for (const std::size_t i : order) sums.add(y_of(i));
  std::size_t begin = 0, end = 0;
  for (const std::size_t i : order) {
    const int day = systems[i].date.days;
    while (systems[order[begin]].date.days < day - score_window_days) ++begin;
    while (end < order.size() && systems[order[end]].date.days < day + score_window_days) ++end;
    scores[i] = score(sums, begin, end, y_of(i));
  }
  return scores;
}

}  // namespace pfsday::trend
