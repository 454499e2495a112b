#include "count/view.h"

#include <algorithm>
#include <map>
#include <tuple>
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
      : root_(root), view_(view), rules_(rules) {
    if (rules.attention == ops::Rules::Attention::causal) causal_ = find_causal_products(root);
  }

  void look(const Schedule& schedule) {
    const std::vector<bool> is_live = graph::find_live_nodes(root_);
    Operators operators;
    for (std::size_t i = 0; i < root_.nodes().size(); ++i) {
      if (!is_live[i]) continue;
      const Node& node = root_.nodes()[i];
      const Count times = schedule.times(i);
      add(node, node.pass, times, operators);
      if (schedule.is_run_again(i)) add(node, Pass::recompute, times, operators);
    }
    look_at(root_, operators);
  }

  const ViewCounts& counts() const { return counts_; }

 private:
  /// Front-end node, pass, and how often it is run.
  using Operators = std::map<std::tuple<std::uint32_t, Pass, Count>, std::vector<const Node*>>;

  void add(const Node& node, Pass pass, Count times, Operators& operators) {
    if (!node.bodies.empty()) return look_at_loop(node, pass, times);
    operators[{node.origin, pass, times}].push_back(&node);
    if (has_recomputed_scores(node)) {
      operators[{node.origin, Pass::recompute, times}].push_back(&node);
    }
  }

  void look_at_loop(const Node& loop, Pass pass, Count times) {
    const Graph& body = *loop.bodies[0];
    const std::vector<bool> is_live = graph::find_live_nodes(body);
    const auto trips = *graph::find_attribute<std::int64_t>(loop.attributes, "trips");
    if (!view_.loops_once) times *= trips;
    Operators operators;
    for (std::size_t i = 0; i < body.nodes().size(); ++i) {
      const Node& node = body.nodes()[i];
      if (is_live[i]) add(node, pass == Pass::recompute ? pass : node.pass, times, operators);
    }
    look_at(body, operators);
  }

  void look_at(const Graph& graph, const Operators& operators) {
    for (const auto& [key, nodes] : operators) {
      const auto& [origin, pass, times] = key;
      Seen seen = view_.look({graph, root_.origins()[origin], pass, nodes, causal_}, rules_);
      seen *= times;
      counts_.passes[static_cast<std::size_t>(pass)] += seen;
      if (is_in_total(pass)) counts_.total += seen;
    }
  }

  const Graph& root_;
  const View& view_;
  const ops::Rules& rules_;
  CausalProducts causal_;
  ViewCounts counts_;
};

}  // namespace

const View* find_view(std::string_view name) {
  const auto found = std::ranges::find(views(), name, &View::name);
  return found == views().end() ? nullptr : *found;
}

Result<ViewCounts> count_view(const Graph& graph, const View& view, const ops::Rules& rules,
                              const Schedule& schedule) {
  Viewer viewer(graph, view, rules);
  viewer.look(schedule);
  const ViewCounts& counts = viewer.counts();
  if (counts.total.figure.overflowed() || counts.total.apart.overflowed()) {
    return fail(Code::count_overflow, "the count exceeds 2^128 - 1 operations",
                "the sizes in the file are probably wrong");
  }
  return counts;
}

ops::Work work_of(const ViewedOperator& op, const Node& node, const ops::Rules& rules) {
  return work_of_node(op.graph, node, op.pass, rules, op.causal);
}

ops::Work work_of(const ViewedOperator& op, const ops::Rules& rules) {
  ops::Work work;
  for (const Node* node : op.nodes) work += work_of(op, *node, rules);
  return work;
}

}  // namespace pfsday::count
