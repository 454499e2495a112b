#include "stats/hinge_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "stats/hinge_grid.h"
#include "stats/joins.h"
#include "stats/jump_search.h"

namespace pfsday::stats {
namespace {

constexpr double infinity = HUGE_VAL;

using CutPath = std::array<std::size_t, most_breaks>;

/// Tries partitions and all ways to meet, and keeps the best.
class PartitionTrial {
 public:
  PartitionTrial(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks, bool between)
      : cuts_(cuts), limits_(limits), between_(between) {
    joints_.breaks = breaks;
  }

  /// The free lines of a partition, whose sum of squares no way to meet can beat.
  void try_lines(const CutPath& path) {
    if (free_squares() >= best_.cost) return;
    const unsigned ways = between_ ? 1U << joints_.breaks : 1;
    for (unsigned way = 0; way < ways; ++way) try_way(path, way);
  }

  void try_path(const CutPath& path) {
    if (take_lines(path)) try_lines(path);
  }

  /// Two breaks just least_length apart, the first between `low` and `high`, with the points split
  /// as by `path`.
  void try_tight(const CutPath& path, double low, double high) {
    if (!take_lines(path) || free_squares() >= best_.cost) return;
    constexpr int samples = 8;
    const double step = (high - low) / samples;
    double near = low;
    for (int i = 1; i <= samples; ++i) {
      const double at = low + step * i;
      if (tight_squares(at) < tight_squares(near)) near = at;
    }
    const double at = least_tight(std::max(low, near - step), std::min(high, near + step));
    const double cost = tight_squares(at);
    if (cost < best_.cost && are_long_enough()) keep(path, cost);
  }

  bool has_points(std::size_t first, std::size_t last) const {
    return first < last && cuts_.sums[last].n - cuts_.sums[first].n >= limits_.least_points;
  }

  SegmentLine& line(std::size_t t) { return joints_.lines[t]; }
  const CutPath& best_path() const { return best_path_; }
  const HingeBreaks& best() const { return best_; }

 private:
  /// Bit t of `way`: break t stands where the lines cross between its cut and the one before.
  void try_way(const CutPath& path, unsigned way) {
    for (std::size_t t = 0; t < joints_.breaks; ++t) {
      joints_.at[t] = cuts_.at[path[t]];
      joints_.crosses[t] = (way >> t & 1U) != 0;
    }
    const double cost = solve_joints(joints_);
    if (cost >= best_.cost || !place_crossings(path) || !are_long_enough()) return;
    keep(path, cost);
  }

  void keep(const CutPath& path, double cost) {
    best_.cost = cost;
    best_.at.assign(joints_.at.begin(), joints_.at.begin() + joints_.breaks);
    best_path_ = path;
  }

  bool take_lines(const CutPath& path) {
    for (std::size_t t = 0; t <= joints_.breaks; ++t) {
      const std::size_t first = t == 0 ? 0 : path[t - 1];
      const std::size_t last = t == joints_.breaks ? cuts_.size() - 1 : path[t];
      if (!has_points(first, last)) return false;
      joints_.lines[t] = line_between(cuts_, first, last);
      if (joints_.lines[t].inverse_spread == 0) return false;
    }
    return true;
  }

  double free_squares() const {
    double squares = 0;
    for (std::size_t t = 0; t <= joints_.breaks; ++t) squares += joints_.lines[t].squares;
    return squares;
  }

  double tight_squares(double at) {
    joints_.at = {at, at + limits_.least_length};
    joints_.crosses = {};
    return solve_joints(joints_);
  }

  /// By golden sections.
  double least_tight(double low, double high) {
    constexpr double part = 1 - 1 / std::numbers::phi;
    for (int i = 0; i < 50; ++i) {
      const double a = low + part * (high - low), b = high - part * (high - low);
      if (tight_squares(a) < tight_squares(b)) {
        high = b;
      } else {
        low = a;
      }
    }
    return (low + high) / 2;
  }

  bool place_crossings(const CutPath& path) {
    std::array<double, most_breaks> at = joints_.at;
    for (std::size_t t = 0; t < joints_.breaks; ++t) {
      if (!joints_.crosses[t]) continue;
      at[t] = crossing_of(joined_line(joints_, t), joined_line(joints_, t + 1));
      if (!(at[t] > cuts_.at[path[t] - 1] && at[t] < cuts_.at[path[t]])) return false;
    }
    joints_.at = at;
    return true;
  }

  bool are_long_enough() const {
    const double least = limits_.least_length * (1 - 1e-12);  // tight pairs are rounded
    double before = cuts_.at.front();
    for (std::size_t t = 0; t <= joints_.breaks; ++t) {
      const double end = t == joints_.breaks ? cuts_.at.back() : joints_.at[t];
      if (end - before < least) return false;
      before = end;
    }
    return true;
  }

  const Cuts& cuts_;
  const SegmentLimits& limits_;
  bool between_;
  Joints joints_ = {};
  CutPath best_path_ = {};
  HingeBreaks best_ = {.cost = infinity};
};

void try_all_single(const Cuts& cuts, PartitionTrial& trial) {
  for (std::size_t a = 1; a + 1 < cuts.size(); ++a) trial.try_path({a});
}

/// Every `stride`-th pair, for a first sum of squares to beat.
void try_some_pairs(const Cuts& cuts, PartitionTrial& trial, std::size_t stride) {
  for (std::size_t a = stride; a + 1 < cuts.size(); a += stride) {
    for (std::size_t b = a + stride; b + 1 < cuts.size(); b += stride) trial.try_path({a, b});
  }
}

/// The segments at both ends once each; the one in the middle only where these leave it a chance.
void try_all_pairs(const Cuts& cuts, PartitionTrial& trial) {
  const std::size_t end = cuts.size() - 1;
  try_some_pairs(cuts, trial, std::max<std::size_t>(1, end / 16));
  std::vector<SegmentLine> last(cuts.size());
  for (std::size_t b = 1; b < end; ++b) last[b] = line_between(cuts, b, end);
  for (std::size_t a = 1; a < end; ++a) {
    if (!trial.has_points(0, a)) continue;
    const SegmentLine first = line_between(cuts, 0, a);
    if (first.inverse_spread == 0) continue;
    for (std::size_t b = a + 1; b < end && trial.has_points(b, end); ++b) {
      if (first.squares + last[b].squares >= trial.best().cost) continue;
      if (!trial.has_points(a, b) || last[b].inverse_spread == 0) continue;
      trial.line(0) = first, trial.line(1) = line_between(cuts, a, b), trial.line(2) = last[b];
      if (trial.line(1).inverse_spread > 0) trial.try_lines({a, b});
    }
  }
}

/// Both breaks moving together, as close as they may be: the edge of what is allowed, where the
/// best pair stands when the free choice is a short segment.
void try_tight_pairs(const Cuts& cuts, double length, PartitionTrial& trial) {
  for (std::size_t a = 1; a + 1 < cuts.size(); ++a) {
    const auto from = std::ranges::upper_bound(cuts.at, cuts.at[a - 1] + length);
    for (auto b = static_cast<std::size_t>(from - cuts.at.begin()); b + 1 < cuts.size(); ++b) {
      const double low = std::max(cuts.at[a - 1], cuts.at[b - 1] - length);
      const double high = std::min(cuts.at[a], cuts.at[b] - length);
      if (low > cuts.at[a]) break;
      if (b > a && low <= high) trial.try_tight({a, b}, low, high);
    }
  }
}

/// All partitions whose cuts are at most two from those of `path`.
void try_near(const Cuts& cuts, PartitionTrial& trial, const CutPath& center, CutPath path,
              std::size_t breaks, std::size_t t) {
  constexpr std::size_t reach = 2;
  if (t == breaks) return trial.try_path(path);
  const std::size_t low = center[t] > reach ? center[t] - reach : 1;
  for (path[t] = low; path[t] <= center[t] + reach && path[t] + 1 < cuts.size(); ++path[t]) {
    try_near(cuts, trial, center, path, breaks, t + 1);
  }
}

/// From the best breaks at cuts to better ones near by, as long as there are any.
void try_from_grid(const Cuts& cuts, const SegmentLimits& limits, PartitionTrial& trial,
                   std::size_t breaks) {
  const std::vector<std::size_t> grid = search_hinge_grid(cuts, limits, breaks);
  if (grid.empty()) return;
  CutPath path = {};
  std::ranges::copy(grid, path.begin());
  trial.try_path(path);
  double cost = infinity;
  while (trial.best().cost < cost) {
    cost = trial.best().cost;
    path = trial.best_path();
    try_near(cuts, trial, path, path, breaks, 0);
  }
}

/// Combinations of `breaks` of `places`, as a real number: it may be large.
double combinations(std::size_t places, std::size_t breaks) {
  double count = 1;
  for (std::size_t i = 0; i < breaks; ++i) {
    count *= static_cast<double>(places - std::min(places, i)) / static_cast<double>(i + 1);
  }
  return count;
}

/// All combinations of cuts, the coefficients by least squares, the likelihood per segment.
class PerSegmentSearch {
 public:
  PerSegmentSearch(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks)
      : cuts_(cuts), limits_(limits) {
    joints_.breaks = breaks;
  }

  HingeBreaks run() {
    extend(0, 0);
    return best_;
  }

 private:
  void extend(std::size_t t, std::size_t from) {
    const std::size_t end = cuts_.size() - 1;
    if (t == joints_.breaks) {
      if (take(t, from, end)) rate();
      return;
    }
    for (std::size_t next = from + 1; next < end; ++next) {
      if (!take(t, from, next)) continue;
      joints_.at[t] = cuts_.at[next];
      extend(t + 1, next);
    }
  }

  bool take(std::size_t t, std::size_t from, std::size_t to) {
    if (!is_allowed(cuts_, limits_, from, to)) return false;
    joints_.lines[t] = line_between(cuts_, from, to);
    return joints_.lines[t].inverse_spread > 0;
  }

  void rate() {
    solve_joints(joints_);
    double cost = 0;
    for (std::size_t t = 0; t <= joints_.breaks; ++t) {
      const SegmentLine line = joined_line(joints_, t);
      if (line.squares <= no_scatter * cuts_.sums.back().yy) return;
      cost += line.n * std::log(line.squares / line.n);
    }
    if (!(cost < best_.cost)) return;
    best_.cost = cost;
    best_.at.assign(joints_.at.begin(), joints_.at.begin() + joints_.breaks);
  }

  const Cuts& cuts_;
  const SegmentLimits& limits_;
  Joints joints_ = {};
  HingeBreaks best_ = {.cost = infinity};
};

}  // namespace

HingeBreaks search_hinges(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks,
                          bool between) {
  PartitionTrial trial(cuts, limits, breaks, between);
  if (breaks == 1) {
    try_all_single(cuts, trial);
  } else if (breaks == 2) {
    try_all_pairs(cuts, trial);
    if (between && limits.least_length > 0) try_tight_pairs(cuts, limits.least_length, trial);
  } else {
    try_from_grid(cuts, limits, trial, breaks);
  }
  return trial.best();
}

HingeBreaks search_hinges_per_segment(const Cuts& cuts, const SegmentLimits& limits,
                                      std::size_t breaks) {
  return PerSegmentSearch(cuts, limits, breaks).run();
}

bool can_try_all(const Cuts& cuts, std::size_t breaks) {
  constexpr double most_combinations = 2e7;
  return combinations(cuts.size(), breaks) <= most_combinations;
}

}  // namespace pfsday::stats
