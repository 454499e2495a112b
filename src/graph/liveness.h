// Which nodes of a graph its outputs depend on; the others are dead code.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace pfsday::graph {

/// One entry for each node.
std::vector<bool> find_live_nodes(const Graph& graph);

/// One entry for each value: true where it depends on one of those roots (one entry for each
/// value).
std::vector<bool> find_dependents(const Graph& graph, std::vector<bool> is_root);

/// One entry for each value: true where it depends on an input of the graph.
std::vector<bool> find_input_dependents(const Graph& graph);

}  // namespace pfsday::graph
