// What a graph cannot be counted for.
#pragma once

#include "graph/graph.h"

namespace pfsday::ops {

/// The first node that is not counted, in the graph or a body; null if there is none.
const graph::Node* find_uncounted(const graph::Graph& graph);

inline bool has_uncounted(const graph::Graph& graph) { return find_uncounted(graph) != nullptr; }

}  // namespace pfsday::ops
