// Checks a graph against the rules of its primitives.
#pragma once

#include "base/result.h"
#include "graph/graph.h"

namespace pfsday::ops {

/// Every node has the number of inputs its primitive wants, known input types where it needs them,
/// and the output types that the types rule infers. Errors: Code::graph_invalid, or what a types
/// rule finds; the place names the node.
Result<void> verify(const graph::Graph& graph);

}  // namespace pfsday::ops
