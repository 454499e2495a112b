#include "stats/hinge_grid.h"

#include <algorithm>
#include <array>

#include "stats/breaks.h"
#include "stats/jump_search.h"

namespace pfsday::stats {
namespace {

struct Parabola {
  double squares = 0, height = 0, spread = 0;
  std::array<std::size_t, most_breaks> path = {};  // the breaks before this cut
};

bool lies_above(const Parabola& a, const Parabola& b) {
  if (a.spread >= b.spread) {
    return a.spread == b.spread && a.height == b.height && a.squares >= b.squares;
  }
  const double apart = a.height - b.height;
  return a.squares - b.squares >= apart * apart / (b.spread - a.spread);
}

void drop_covered(std::vector<Parabola>& parabolas) {
  std::ranges::sort(parabolas, {}, &Parabola::squares);
  std::vector<Parabola> kept;
  for (const Parabola& parabola : parabolas) {
    const bool is_covered = std::ranges::any_of(
        kept, [&](const Parabola& other) { return lies_above(parabola, other); });
    if (!is_covered) kept.push_back(parabola);
  }
  parabolas = std::move(kept);
}

class GridSearch {
 public:
  /// `cost`: what to be better than.
  GridSearch(const Cuts& cuts, const SegmentLimits& limits, std::size_t breaks,
             const std::vector<std::vector<double>>& tails, double cost)
      : cuts_(cuts), limits_(limits), breaks_(breaks), tails_(tails), cost_(cost) {}

  /// `usable`: the inner cuts where breaks may stand, ascending.
  void run(const std::vector<std::size_t>& usable) {
    states_.assign(cuts_.size(), {});
    for (const std::size_t cut : usable) start(cut);
    for (std::size_t i = 0; i < usable.size(); ++i) {
      const std::size_t from = usable[i];
      for (std::vector<Parabola>& stage : states_[from]) drop_covered(stage);
      finish(from);
      for (std::size_t j = i + 1; j < usable.size(); ++j) pass(from, usable[j]);
      states_[from] = {};
    }
  }

  const std::vector<std::size_t>& path() const { return path_; }

 private:
  /// Breaks that still follow a break number `stage` from 0, after its cut.
  double rest(std::size_t stage, std::size_t cut) const { return tails_[breaks_ - 1 - stage][cut]; }

  bool is_usable(std::size_t first, std::size_t last, SegmentLine& line) const {
    if (!is_allowed(cuts_, limits_, first, last)) return false;
    line = line_between(cuts_, first, last);
    return line.inverse_spread > 0;
  }

  void add(std::size_t stage, std::size_t cut, const Parabola& parabola) {
    if (parabola.squares + rest(stage, cut) < cost_) states_[cut][stage].push_back(parabola);
  }

  void start(std::size_t cut) {
    SegmentLine line;
    if (!is_usable(0, cut, line)) return;
    const double c = cuts_.at[cut];
    add(0, cut,
        {.squares = line.squares, .height = line.height(c), .spread = line.covariance(c, c)});
  }

  void pass(std::size_t from, std::size_t to) {
    SegmentLine line;
    if (!is_usable(from, to, line)) return;
    const double c = cuts_.at[from], d = cuts_.at[to];
    const double cc = line.covariance(c, c), cd = line.covariance(c, d);
    for (std::size_t stage = 0; stage + 1 < breaks_; ++stage) {
      for (const Parabola& before : states_[from][stage]) {
        const double spread = before.spread + cc;
        const double gap = before.height - line.height(c);
        Parabola after{.squares = before.squares + line.squares + gap * gap / spread,
                       .height = line.height(d) + cd / spread * gap,
                       .spread = line.covariance(d, d) - cd * cd / spread,
                       .path = before.path};
        after.path[stage] = from;
        add(stage + 1, to, after);
      }
    }
  }

  void finish(std::size_t from) {
    SegmentLine line;
    if (!is_usable(from, cuts_.size() - 1, line)) return;
    const double c = cuts_.at[from];
    for (const Parabola& before : states_[from][breaks_ - 1]) {
      const double gap = before.height - line.height(c);
      const double cost =
          before.squares + line.squares + gap * gap / (before.spread + line.covariance(c, c));
      if (cost >= cost_) continue;
      cost_ = cost;
      path_.assign(before.path.begin(), before.path.begin() + breaks_ - 1);
      path_.push_back(from);
    }
  }

  const Cuts& cuts_;
  const SegmentLimits& limits_;
  std::size_t breaks_;
  const std::vector<std::vector<double>>& tails_;
  double cost_;
  std::vector<std::size_t> path_ = {};
  std::vector<std::array<std::vector<Parabola>, most_breaks>> states_ = {};
};

std::vector<std::size_t> inner_cuts(const Cuts& cuts, std::size_t stride) {
  std::vector<std::size_t> inner;
  for (std::size_t cut = stride; cut + 1 < cuts.size(); cut += stride) inner.push_back(cut);
  return inner;
}

}  // namespace

std::vector<std::size_t> search_hinge_grid(const Cuts& cuts, const SegmentLimits& limits,
                                           std::size_t breaks, std::size_t stride, double cost) {
  const auto tails = tail_costs(cuts, limits, VarianceRule::pooled, breaks - 1);
  GridSearch search(cuts, limits, breaks, tails, cost);
  search.run(inner_cuts(cuts, stride));
  return search.path();
}

}  // namespace pfsday::stats
