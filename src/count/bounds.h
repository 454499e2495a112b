// What a count states besides its figures: upper bounds, and assumptions such as which branch is
// taken.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

struct Bound {
  std::string node;  ///< name of the front-end node
  std::string kind;  ///< "upper_bound", "larger_branch", ...
  std::string reason;
};

/// The bounds of a graph (Builder::note_bound), in the order in which they were noted. Those whose
/// front-end node is dead code say nothing of the count and are left out.
std::vector<Bound> find_bounds(const graph::Graph& graph);

}  // namespace pfsday::count
