// The nodes of a step, each with how often it runs: those of loops in each trip, what is computed
// again once more.
//
//   walk(graph, schedule, [&](const Graph& graph, const Node& node, Pass pass, Count times) {...});
#pragma once

#include <cassert>

#include "count/causal_products.h"
#include "count/schedule.h"
#include "graph/liveness.h"

namespace pfsday::count {

/// One node; of a loop, those in its body. `pass` is that of the node, but for what is computed
/// again. The gradient of fused attention comes a second time, in the pass `recompute`.
template <class Visit>
void walk_node(const graph::Graph& graph, const graph::Node& node, graph::Pass pass,
               units::Count times, Visit& visit) {
  using graph::Pass;
  if (node.bodies.empty()) {
    visit(graph, node, pass, times);
    if (has_recomputed_scores(node)) visit(graph, node, Pass::recompute, times);
    return;
  }
  assert(node.kind->name == "loop");  // branches have been chosen
  const graph::Graph& body = *node.bodies[0];
  const std::vector<bool> is_live = graph::find_live_nodes(body);
  times *= units::Count(*graph::find_attribute<std::int64_t>(node.attributes, "trips"));
  for (std::size_t i = 0; i < body.nodes().size(); ++i) {
    const graph::Node& inner = body.nodes()[i];
    if (!is_live[i]) continue;
    walk_node(body, inner, pass == Pass::recompute ? pass : inner.pass, times, visit);
  }
}

/// The live nodes of a graph without branches.
template <class Visit>
void walk(const graph::Graph& root, const Schedule& schedule, Visit&& visit) {
  const std::vector<bool> is_live = graph::find_live_nodes(root);
  for (std::size_t i = 0; i < root.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    const graph::Node& node = root.nodes()[i];
    const units::Count times = schedule.times(i);
    walk_node(root, node, node.pass, times, visit);
    if (schedule.is_run_again(i)) walk_node(root, node, graph::Pass::recompute, times, visit);
  }
}

}  // namespace pfsday::count
