#include "count/bounds.h"

#include "graph/liveness.h"

namespace pfsday::count {
namespace {

/// The nodes of bodies have origins of the graph outside all bodies.
void mark_live_origins(const graph::Graph& graph, std::vector<bool>& is_live_origin) {
  const auto is_live = graph::find_live_nodes(graph);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    const graph::Node& node = graph.nodes()[i];
    is_live_origin[node.origin] = true;
    for (const graph::Body& body : node.bodies) mark_live_origins(*body, is_live_origin);
  }
}

}  // namespace

std::vector<Bound> find_bounds(const graph::Graph& graph) {
  std::vector<Bound> bounds;
  if (graph.bounds().empty()) return bounds;
  std::vector<bool> is_live_origin(graph.origins().size(), false);
  mark_live_origins(graph, is_live_origin);
  for (const graph::Bound& bound : graph.bounds()) {
    if (!is_live_origin[bound.origin]) continue;
    bounds.push_back({graph.origins()[bound.origin].name, bound.kind, bound.reason});
  }
  return bounds;
}

}  // namespace pfsday::count
