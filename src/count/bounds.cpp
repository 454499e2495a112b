#include "count/bounds.h"

#include "graph/liveness.h"

namespace pfsday::count {
namespace {

/// The nodes of bodies have origins of the graph outside all bodies. An origin is dead if it has
/// nodes and none of them is live; control flow that is inlined has none.
void mark_dead_origins(const graph::Graph& graph, std::vector<bool>& is_dead,
                       std::vector<bool>& is_live) {
  const auto live_nodes = graph::find_live_nodes(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const graph::Node& node = graph.nodes()[i];
    (live_nodes[i] ? is_live : is_dead)[node.origin] = true;
    for (const graph::Body& body : node.bodies) mark_dead_origins(*body, is_dead, is_live);
  }
}

}  // namespace

std::vector<Bound> find_bounds(const graph::Graph& graph) {
  std::vector<Bound> bounds;
  if (graph.bounds().empty()) return bounds;
  std::vector<bool> is_dead(graph.origins().size(), false);
  std::vector<bool> is_live(graph.origins().size(), false);
  mark_dead_origins(graph, is_dead, is_live);
  for (const graph::Bound& bound : graph.bounds()) {
    if (is_dead[bound.origin] && !is_live[bound.origin]) continue;
    bounds.push_back({graph.origins()[bound.origin].name, bound.kind, bound.reason});
  }
  return bounds;
}

}  // namespace pfsday::count
