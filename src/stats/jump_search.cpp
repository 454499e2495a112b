#include "stats/jump_search.h"

#include <algorithm>
#include <cmath>

namespace pfsday::stats {
namespace {

constexpr double infinity = HUGE_VAL;
/// The costs of all segments that start at `first`, per last cut.
void costs_from(const Cuts& cuts, const SegmentLimits& limits, VarianceRule variance,
                std::size_t first, std::vector<double>& costs) {
  for (std::size_t last = first + 1; last < cuts.size(); ++last) {
    costs[last] = segment_cost(cuts, limits, variance, first, last);
  }
}

/// Follows the tails: from each cut on, the first next cut whose tail adds up to the least.
Partition read_partition(const Cuts& cuts, const SegmentLimits& limits, VarianceRule variance,
                         const std::vector<std::vector<double>>& tails, std::size_t breaks) {
  Partition partition{.cost = tails[breaks][0]};
  std::size_t from = 0;
  for (std::size_t left = breaks; left > 0 && partition.cost < infinity; --left) {
    std::size_t best = 0;
    double least = infinity;
    for (std::size_t next = from + 1; next + 1 < cuts.size(); ++next) {
      const double cost = segment_cost(cuts, limits, variance, from, next) + tails[left - 1][next];
      if (cost < least) least = cost, best = next;
    }
    partition.cuts.push_back(best);
    from = best;
  }
  return partition;
}

/// The best partition in which no line starts below the end of the one before: every partition but
/// those that the tails show to be no better than the best so far.
class UpwardSearch {
 public:
  UpwardSearch(const Cuts& cuts, const SegmentLimits& limits, VarianceRule variance,
               const std::vector<std::vector<double>>& tails)
      : cuts_(cuts), limits_(limits), variance_(variance), tails_(tails) {}

  Partition run(std::size_t breaks) {
    extend(0, breaks, 0, nullptr);
    return best_;
  }

 private:
  void extend(std::size_t from, std::size_t left, double cost, const SegmentLine* before) {
    if (left == 0) return place(from, cuts_.size() - 1, 0, cost, before);
    for (std::size_t next = from + 1; next + 1 < cuts_.size(); ++next) {
      path_.push_back(next);
      place(from, next, left, cost, before);
      path_.pop_back();
    }
  }

  void place(std::size_t from, std::size_t next, std::size_t left, double cost,
             const SegmentLine* before) {
    const double sum = cost + segment_cost(cuts_, limits_, variance_, from, next);
    const double rest = left == 0 ? 0 : tails_[left - 1][next];
    if (sum + rest >= best_.cost) return;
    const SegmentLine line = line_between(cuts_, from, next);
    if (before && line.height(cuts_.at[from]) < before->height(cuts_.at[from])) return;
    if (left == 0) {
      best_ = {path_, sum};
    } else {
      extend(next, left - 1, sum, &line);
    }
  }

  const Cuts& cuts_;
  const SegmentLimits& limits_;
  VarianceRule variance_;
  const std::vector<std::vector<double>>& tails_;
  std::vector<std::size_t> path_ = {};
  Partition best_ = {.cost = infinity};
};

}  // namespace

double segment_cost(const Cuts& cuts, const SegmentLimits& limits, VarianceRule variance,
                    std::size_t first, std::size_t last) {
  if (!is_allowed(cuts, limits, first, last)) return infinity;
  const SegmentLine line = line_between(cuts, first, last);
  if (line.inverse_spread == 0) return infinity;
  if (variance == VarianceRule::pooled) return line.squares;
  if (line.squares <= no_scatter * cuts.sums.back().yy) return infinity;
  return line.n * std::log(line.squares / line.n);
}

std::vector<std::vector<double>> tail_costs(const Cuts& cuts, const SegmentLimits& limits,
                                            VarianceRule variance, std::size_t most) {
  const std::size_t end = cuts.size() - 1;
  std::vector<std::vector<double>> tails(most + 1, std::vector<double>(cuts.size(), infinity));
  std::vector<double> costs(cuts.size());
  for (std::size_t from = end; from-- > 0;) {
    costs_from(cuts, limits, variance, from, costs);
    tails[0][from] = costs[end];
    for (std::size_t breaks = 1; breaks <= most; ++breaks) {
      double least = infinity;
      for (std::size_t next = from + 1; next < end; ++next) {
        least = std::min(least, costs[next] + tails[breaks - 1][next]);
      }
      tails[breaks][from] = least;
    }
  }
  return tails;
}

std::vector<Partition> search_jumps(const Cuts& cuts, const SegmentLimits& limits,
                                    const BreakOptions& options) {
  const auto tails = tail_costs(cuts, limits, options.variance, options.most);
  std::vector<Partition> partitions;
  for (std::size_t breaks = 0; breaks <= options.most; ++breaks) {
    const bool is_bound = options.upward_only && breaks > 0 && tails[breaks][0] < infinity;
    partitions.push_back(is_bound ? UpwardSearch(cuts, limits, options.variance, tails).run(breaks)
                                  : read_partition(cuts, limits, options.variance, tails, breaks));
  }
  return partitions;
}

}  // namespace pfsday::stats
