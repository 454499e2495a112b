#include "count/count.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "graph/liveness.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Value;
using ops::Cost;

Cost cost_of(const Node& node) { return ops::primitive_of(*node.kind).cost; }

/// Bytes of the tensor as it is stored: once if it is broadcast, one element if it is a constant of
/// equal elements. A weight is stored in full, even where the file makes it of one value.
Count stored_bytes(const Graph& graph, Value v) {
  const Node* node = graph.producer(v);
  while (node != nullptr && node->kind->name == "broadcast") {
    v = node->inputs[0];
    node = graph.producer(v);
  }
  const graph::ValueInfo& info = graph.info(v);
  if (info.name.empty() && info.literal && info.literal->is_splat()) {
    return graph::TensorType{info.type.element, {}}.bytes();
  }
  return info.type.bytes();
}

PassCount count_node(const Graph& graph, const Node& node, const ops::Rules& rules) {
  PassCount count;
  count.work = ops::primitive_of(*node.kind).work(NodeView(graph, node), rules);
  for (const Value v : node.inputs) count.bytes += stored_bytes(graph, v);
  for (std::uint32_t k = 0; k < node.output_count; ++k) {
    count.bytes += graph.type(node.output(k)).bytes();
  }
  return count;
}

Line line_of(const Graph& graph, const Node& node, const Work& work) {
  const graph::Origin& origin = graph.origins()[node.origin];
  std::string operands;
  for (const Value v : node.inputs) {
    operands += (operands.empty() ? "" : " x ") + to_string(graph.type(v));
  }
  operands += " -> " + to_string(graph.type(node.output(0)));
  return {.layer = origin.name,
          .op = origin.op,
          .pass = node.pass,
          .primitive = std::string(node.kind->name),
          .operands = std::move(operands),
          .work = work};
}

/// Collects rows in the order in which their first node stands in the graph.
class Breakdown {
 public:
  Breakdown(const Graph& graph, By by) : graph_(graph), by_(by) {}

  void add(const Node& node, const Work& work) {
    if (by_ == By::none) return;
    const graph::Origin& origin = graph_.origins()[node.origin];
    const std::string key = by_ == By::op ? origin.op : std::to_string(node.origin);
    const auto [found, is_new] = index_.try_emplace({key, node.pass}, rows_.size());
    if (is_new) {
      rows_.push_back(
          {.name = by_ == By::op ? origin.op : origin.name, .op = origin.op, .pass = node.pass});
      origins_.emplace_back();
    }
    Row& row = rows_[found->second];
    row.work += work;
    row.nodes += origins_[found->second].insert(node.origin).second ? 1 : 0;
  }

  std::vector<Row> take() && { return std::move(rows_); }

 private:
  const Graph& graph_;
  By by_;
  std::map<std::pair<std::string, Pass>, std::size_t> index_;
  std::vector<Row> rows_;
  std::vector<std::set<std::uint32_t>> origins_;
};

ParameterCounts count_parameters(const Graph& graph, const std::vector<bool>& is_live) {
  std::vector<bool> is_used(graph.value_count(), false);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    for (const Value v : graph.nodes()[i].inputs) is_used[v.index] = true;
  }
  ParameterCounts counts;
  for (const Value v : graph.tensors()) {
    const graph::ValueInfo& info = graph.info(v);
    if (!is_used[v.index] || !graph::is_real(info.type.element)) continue;
    (info.is_parameter ? counts.total : counts.buffers) += info.type.elements();
  }
  counts.trainable = counts.total;
  return counts;
}

/// What each front-end node of the forward pass comes to: uncounted, counted, or movement.
Coverage cover(const Graph& graph, const std::vector<bool>& is_live, std::size_t node_count) {
  std::set<std::uint32_t> counted;
  std::set<std::uint32_t> uncounted;
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (!is_live[i] || node.pass != Pass::forward) continue;
    if (cost_of(node) == Cost::uncounted) uncounted.insert(node.origin);
    if (cost_of(node) == Cost::work) counted.insert(node.origin);
  }
  for (const std::uint32_t origin : uncounted) counted.erase(origin);
  const std::size_t nodes = std::max(node_count, counted.size() + uncounted.size());
  return {.nodes = nodes,
          .counted = counted.size(),
          .movement = nodes - counted.size() - uncounted.size(),
          .uncounted = uncounted.size()};
}

Uncounted describe_uncounted(const Graph& graph, const Node& node) {
  const NodeView view(graph, node);
  return {graph.origins()[node.origin].name, view.text("op"), view.text("reason")};
}

}  // namespace

Result<Counts> count_graph(const Graph& graph, const CountOptions& options) {
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  Counts counts;
  Breakdown breakdown(graph, options.by);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const Node& node = graph.nodes()[i];
    if (!is_live[i] || cost_of(node) == Cost::movement) continue;
    if (cost_of(node) == Cost::uncounted) {
      counts.uncounted.push_back(describe_uncounted(graph, node));
      continue;
    }
    const PassCount count = count_node(graph, node, options.rules);
    counts.passes[static_cast<std::size_t>(node.pass)] += count;
    breakdown.add(node, count.work);
    if (options.lines) counts.lines.push_back(line_of(graph, node, count.work));
  }
  for (const PassCount& pass : counts.passes) counts.total += pass;
  if (counts.total.work.overflowed() || counts.total.bytes.overflowed()) {
    return fail(Code::count_overflow, "the count exceeds 2^128 - 1 operations",
                "the sizes in the file are probably wrong");
  }
  counts.parameters = count_parameters(graph, is_live);
  counts.bounds = find_bounds(graph);
  counts.coverage = cover(graph, is_live, options.node_count);
  counts.rows = std::move(breakdown).take();
  return counts;
}

}  // namespace pfsday::count
