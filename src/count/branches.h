// Branches whose condition only the data tell: a count takes the side with more arithmetic.
#pragma once

#include "graph/graph.h"

namespace pfsday::count {

/// Each branch, also in the bodies of loops, is replaced by the side with more adds and multiplies;
/// a bound "larger_branch" says so. Work of either side: that of ops::Rules{}.
graph::Graph choose_branches(graph::Graph graph);

}  // namespace pfsday::count
