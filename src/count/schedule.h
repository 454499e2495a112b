// How often each node of a training step is run.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

/// What is computed again and the update stand beside the total.
constexpr bool is_in_total(graph::Pass pass) {
  return pass != graph::Pass::recompute && pass != graph::Pass::optimizer;
}

/// What is done more than once, or once for several micro-batches. By default: all of it once.
struct Schedule {
  std::vector<bool> is_recomputed = {};  ///< one entry for each node: again, for the gradients
  units::Count micro_batches = 1;        ///< passes of all nodes before the update
  std::size_t update_begins = ~std::size_t{0};  ///< the first node that is done once

  units::Count times(std::size_t node) const {
    return node < update_begins ? micro_batches : units::Count(1);
  }
  bool is_run_again(std::size_t node) const {
    return node < is_recomputed.size() && is_recomputed[node];
  }
};

}  // namespace pfsday::count
