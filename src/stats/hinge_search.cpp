#include "stats/hinge_search.h"

#include <algorithm>
#include <array>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>

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
    const double free = free_squares();
    if (free >= best_.cost) return;
    const std::array<double, most_breaks> least = least_penalties(path);
    const unsigned ways = between_ ? 1U << joints_.breaks : 1;
    for (unsigned way = 0; way < ways; ++way) {
      double bound = free;
      for (std::size_t t = 0; t < joints_.breaks; ++t) {
        if (!crosses(way, t)) bound = std::max(bound, free + least[t]);
      }
      if (bound < best_.cost && may_cross(path, way)) try_way(path, way);
    }
  }

  void try_path(const CutPath& path) {
    if (take_lines(path)) try_lines(path);
  }

  /// Two breaks just least_length apart, the first between `low` and `high`, with the points split
  /// as by `path`: the best of some samples, refined between its neighbors.
  void try_tight(const CutPath& path, double low, double high) {
    if (!take_lines(path) || free_squares() >= best_.cost) return;
    constexpr int samples = 8;
    const double step = (high - low) / samples;
    double near = low, least = tight_squares(low);
    for (int i = 1; i <= samples; ++i) {
      const double at = low + step * i, squares = tight_squares(at);
      if (squares < least) near = at, least = squares;
    }
    const auto [at, squares] = boost::math::tools::brent_find_minima(
        [this](double x) { return tight_squares(x); }, std::max(low, near - step),
        std::min(high, near + step), std::numeric_limits<double>::digits / 2);
    const double cost = tight_squares(squares < least ? at : near);
    if (cost < best_.cost && are_long_enough()) keep(path, cost);
  }

  bool has_points(std::size_t first, std::size_t last) const {
    return first < last && cuts_.sums[last].n - cuts_.sums[first].n >= limits_.least_points;
  }

  SegmentLine& line(std::size_t t) { return joints_.lines[t]; }
  const CutPath& best_path() const { return best_path_; }
  const HingeBreaks& best() const { return best_; }

 private:
  /// Break t stands where the lines cross between its cut and the one before, not at the cut.
  static bool crosses(unsigned way, std::size_t t) { return (way >> t & 1U) != 0; }

  /// What meeting at cut t adds at least to the sum of squares, whatever the others do.
  std::array<double, most_breaks> least_penalties(const CutPath& path) const {
    std::array<double, most_breaks> least = {};
    for (std::size_t t = 0; t < joints_.breaks; ++t) {
      const double c = cuts_.at[path[t]];
      const SegmentLine &left = joints_.lines[t], &right = joints_.lines[t + 1];
      const double gap = left.height(c) - right.height(c);
      least[t] = gap * gap / (left.covariance(c, c) + right.covariance(c, c));
    }
    return least;
  }

  /// False where two lines that no meeting at a cut bends do not cross where they should.
  bool may_cross(const CutPath& path, unsigned way) const {
    if (way + 1 != 1U << joints_.breaks) return true;
    for (std::size_t t = 0; t < joints_.breaks; ++t) {
      const SegmentLine &left = joints_.lines[t], &right = joints_.lines[t + 1];
      const double before = cuts_.at[path[t] - 1], at = cuts_.at[path[t]];
      const double a = left.height(before) - right.height(before);
      const double b = left.height(at) - right.height(at);
      if ((a < 0) == (b < 0)) return false;
    }
    return true;
  }

  void try_way(const CutPath& path, unsigned way) {
    for (std::size_t t = 0; t < joints_.breaks; ++t) {
      joints_.at[t] = cuts_.at[path[t]];
      joints_.crosses[t] = crosses(way, t);
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

/// All partitions whose cuts are at most two from those of `center`.
void try_near(const Cuts& cuts, PartitionTrial& trial, const CutPath& center, CutPath path,
              std::size_t breaks, std::size_t t) {
  constexpr std::size_t reach = 2;
  if (t == breaks) return trial.try_path(path);
  const std::size_t low = center[t] > reach ? center[t] - reach : 1;
  for (path[t] = low; path[t] <= center[t] + reach && path[t] + 1 < cuts.size(); ++path[t]) {
    try_near(cuts, trial, center, path, breaks, t + 1);
  }
}

/// From the best partition so far to better ones near by, as long as there are any.
void descend(const Cuts& cuts, PartitionTrial& trial, std::size_t breaks) {
  double cost = infinity;
  while (trial.best().cost < cost) {
    cost = trial.best().cost;
    const CutPath path = trial.best_path();
    try_near(cuts, trial, path, path, breaks, 0);
  }
}

void try_all_single(const Cuts& cuts, PartitionTrial& trial) {
  for (std::size_t a = 1; a + 1 < cuts.size(); ++a) trial.try_path({a});
}

/// Every `stride`-th pair, and from the best of them to better ones near by: a sum of squares that
/// most other pairs cannot beat.
void try_some_pairs(const Cuts& cuts, PartitionTrial& trial, std::size_t stride) {
  for (std::size_t a = stride; a + 1 < cuts.size(); a += stride) {
    for (std::size_t b = a + stride; b + 1 < cuts.size(); b += stride) trial.try_path({a, b});
  }
  descend(cuts, trial, 2);
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
      const double rest = trial.best().cost - first.squares - last[b].squares;
      if (rest <= 0 || !trial.has_points(a, b) || last[b].inverse_spread == 0) continue;
      const SegmentLine middle = line_between(cuts, a, b);
      if (middle.squares > rest) continue;
      trial.line(0) = first, trial.line(1) = middle, trial.line(2) = last[b];
      if (middle.inverse_spread > 0) trial.try_lines({a, b});
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

/// The best breaks at some cuts, then at all cuts where these are better; from both to better ones
/// near by.
void try_from_grid(const Cuts& cuts, const SegmentLimits& limits, PartitionTrial& trial,
                   std::size_t breaks) {
  const auto try_grid = [&](std::size_t stride) {
    const auto grid = search_hinge_grid(cuts, limits, breaks, stride, trial.best().cost);
    if (grid.empty()) return;
    CutPath path = {};
    std::ranges::copy(grid, path.begin());
    trial.try_path(path);
    descend(cuts, trial, breaks);
  };
  try_grid(std::max<std::size_t>(1, cuts.size() / 24));
  try_grid(1);
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
