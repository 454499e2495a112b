// Copies the nodes of one graph into another: how a body is inlined, unrolled, pruned or extended.
#pragma once

#include <functional>

#include "graph/graph.h"

namespace pfsday::graph {

/// Where the values of one graph are found in another, by index; the empty Value where they are
/// not.
using ValueMap = std::vector<Value>;

/// Appends nodes of `body` to `graph`, in order, with the constants that they use.
///   map    before: what the inputs of the body stand for; after: where each copied value is found
///   keep   one entry for each node; none stands for all. What a kept node uses is kept or mapped.
void splice(Graph& graph, const Graph& body, ValueMap& map, const std::vector<bool>& keep = {});

/// Where the values are found after splice; a constant is copied if no node has brought it.
Values find_spliced(Graph& graph, const Graph& body, ValueMap& map, std::span<const Value> values);

/// The graph as a body of its own: its inputs again, and those nodes that serve its outputs.
Graph copy_live(const Graph& graph);

/// What stands for the outputs of a node of which the inputs are found in the copy; none where the
/// node is copied, perhaps with changes that leave its outputs as they are.
using RewriteNode = std::function<std::optional<Values>(Graph& copy, Node& node)>;

/// A copy of the whole graph with its origins and bounds, in which some nodes are replaced. The map
/// tells where each value is found in the copy.
Graph rewrite(const Graph& graph, const RewriteNode& rewrite_node, ValueMap& map);

}  // namespace pfsday::graph
