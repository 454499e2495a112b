#include "count/branches.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/splice.h"
#include "ops/primitive.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Values;

bool has_branch(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [](const Node& node) {
    return node.kind->name == "branch" ||
           std::ranges::any_of(node.bodies, [](const graph::Body& b) { return has_branch(*b); });
  });
}

/// Adds and multiplies of all nodes.
graph::Count operations_of(const Graph& graph) {
  graph::Count sum = 0;
  for (const Node& node : graph.nodes()) {
    const ops::Primitive& primitive = ops::primitive_of(*node.kind);
    if (primitive.work != nullptr) sum += primitive.work(NodeView(graph, node), {}).operations();
  }
  return sum;
}

class Chooser {
 public:
  Graph run(const Graph& graph) {
    graph::ValueMap map;
    return graph::rewrite(
        graph,
        [&](Graph& copy, Node& node) -> std::optional<Values> {
          if (node.kind->name == "branch") return take_side(copy, node);
          for (graph::Body& body : node.bodies) body = std::make_shared<const Graph>(run(*body));
          return std::nullopt;
        },
        map);
  }

  std::span<const graph::Bound> bounds() const { return bounds_; }

 private:
  Values take_side(Graph& copy, const Node& node) {
    const Graph sides[2] = {run(*node.bodies[0]), run(*node.bodies[1])};
    const graph::Count work[2] = {operations_of(sides[0]), operations_of(sides[1])};
    const bool takes_else = work[1] > work[0];
    bounds_.push_back(
        {node.origin, "larger_branch",
         fmt::format("{}: {} FLOP, the other side {}", takes_else ? "else" : "then",
                     to_grouped(work[takes_else ? 1 : 0]), to_grouped(work[takes_else ? 0 : 1]))});
    const Graph& side = sides[takes_else ? 1 : 0];
    graph::ValueMap map(side.value_count());
    for (std::size_t i = 0; i < side.inputs().size(); ++i) {
      map[side.inputs()[i].index] = node.inputs[i + 1];
    }
    graph::splice(copy, side, map);
    return graph::find_spliced(copy, side, map, side.outputs());
  }

  std::vector<graph::Bound> bounds_;
};

}  // namespace

Graph choose_branches(Graph graph) {
  if (!has_branch(graph)) return graph;
  Chooser chooser;
  Graph chosen = chooser.run(graph);
  for (const graph::Bound& bound : chooser.bounds()) chosen.add_bound(bound);
  return chosen;
}

}  // namespace pfsday::count
