#include "count/view.h"

#include <algorithm>
#include <map>
#include <vector>

#include "graph/liveness.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Pass;
using units::Count;

/// Looks at a graph and, where there are loops, at their bodies.
class Viewer {
 public:
  Viewer(const Graph& root, const View& view, const ops::Rules& rules)
      : root_(root), view_(view), rules_(rules) {}

  void look_at(const Graph& graph, Count times) {
    const std::vector<bool> is_live = graph::find_live_nodes(graph);
    std::map<std::pair<std::uint32_t, Pass>, std::vector<const Node*>> operators;
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      const Node& node = graph.nodes()[i];
      if (!is_live[i]) continue;
      if (node.bodies.empty()) {
        operators[{node.origin, node.pass}].push_back(&node);
      } else {
        look_at(*node.bodies[0], times * trips_of(node));
      }
    }
    for (const auto& [key, nodes] : operators) {
      Seen seen = view_.look({graph, root_.origins()[key.first], key.second, nodes}, rules_);
      seen *= times;
      counts_.passes[static_cast<std::size_t>(key.second)] += seen;
      const bool is_beside = key.second == Pass::recompute || key.second == Pass::optimizer;
      if (!is_beside) counts_.total += seen;
    }
  }

  const ViewCounts& counts() const { return counts_; }

 private:
  Count trips_of(const Node& loop) const {
    if (view_.loops_once) return 1;
    return *graph::find_attribute<std::int64_t>(loop.attributes, "trips");
  }

  const Graph& root_;
  const View& view_;
  const ops::Rules& rules_;
  ViewCounts counts_;
};

}  // namespace

const View* find_view(std::string_view name) {
  const auto found = std::ranges::find(views(), name, &View::name);
  return found == views().end() ? nullptr : *found;
}

Result<ViewCounts> count_view(const Graph& graph, const View& view, const ops::Rules& rules) {
  Viewer viewer(graph, view, rules);
  viewer.look_at(graph, 1);
  const ViewCounts& counts = viewer.counts();
  if (counts.total.figure.overflowed() || counts.total.apart.overflowed()) {
    return fail(Code::count_overflow, "the count exceeds 2^128 - 1 operations",
                "the sizes in the file are probably wrong");
  }
  return counts;
}

ops::Work work_of(const ViewedOperator& op, const Node& node, const ops::Rules& rules) {
  const ops::Primitive& primitive = ops::primitive_of(*node.kind);
  if (primitive.cost != ops::Cost::work) return {};
  return primitive.work(graph::NodeView(op.graph, node), rules);
}

ops::Work work_of(const ViewedOperator& op, const ops::Rules& rules) {
  ops::Work work;
  for (const Node* node : op.nodes) work += work_of(op, *node, rules);
  return work;
}

}  // namespace pfsday::count
