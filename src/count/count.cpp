#include "count/count.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/liveness.h"

namespace pfsday::count {
namespace {

using graph::ElementType;
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

/// The node, run that many times.
PassCount count_node(const Graph& graph, const Node& node, Work work, Count times) {
  PassCount count{.work = work};
  for (const Value v : node.inputs) count.bytes += stored_bytes(graph, v);
  for (std::uint32_t k = 0; k < node.output_count; ++k) {
    count.bytes += graph.type(node.output(k)).bytes();
  }
  count.work *= times;
  count.bytes *= times;
  return count;
}

Line line_of(const Graph& graph, const Node& node, const graph::Origin& origin, const Work& work) {
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

}  // namespace

ParameterCounts count_parameters(const Graph& graph) {
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  std::vector<bool> is_used(graph.value_count(), false);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    for (const Value v : graph.nodes()[i].inputs) is_used[v.index] = true;
  }
  ParameterCounts counts;
  for (const Value v : graph.tensors()) {
    const graph::ValueInfo& info = graph.info(v);
    const ElementType element = info.type.element;
    const bool is_stored =
        graph::is_real(element) || graph::is_quantized(element) || info.is_parameter;
    if (!is_used[v.index] || !is_stored) continue;
    (info.is_parameter ? counts.total : counts.buffers) += info.type.elements() * info.packed;
  }
  counts.trainable = counts.total;
  return counts;
}

namespace {

/// Counts the live nodes of a graph and of the bodies in it.
class Counter {
 public:
  Counter(const Graph& root, const CountOptions& options)
      : root_(root),
        options_(options),
        breakdown_(root, options.breakdown),
        is_counted_(root.origins().size()),
        is_uncounted_(root.origins().size()) {
    if (options.rules.attention == ops::Rules::Attention::causal) {
      causal_ = find_causal_products(root);
    }
  }

  void add_root(const Schedule& schedule) {
    const std::vector<bool> is_live = graph::find_live_nodes(root_);
    for (std::size_t i = 0; i < root_.nodes().size(); ++i) {
      if (!is_live[i]) continue;
      const Node& node = root_.nodes()[i];
      const Count times = schedule.times(i);
      add(root_, node, times, node.pass);
      if (schedule.is_run_again(i)) add(root_, node, times, Pass::recompute);
    }
  }

  Counts take() && {
    counts_.rows = std::move(breakdown_).take();
    counts_.coverage = cover();
    return std::move(counts_);
  }

 private:
  /// `pass` is that of the node, but for what is recomputed.
  void add(const Graph& graph, const Node& node, Count times, Pass pass) {
    if (cost_of(node) == Cost::movement) return;
    if (!node.bodies.empty()) return add_loop(node, times, pass);
    const bool is_of_file = pass == Pass::forward || options_.is_step_in_file;
    if (cost_of(node) == Cost::uncounted) {
      if (is_of_file) is_uncounted_[node.origin] = true;
      counts_.uncounted.push_back(describe_uncounted(graph, node));
      return;
    }
    if (is_of_file) is_counted_[node.origin] = true;
    record(graph, node, pass, count_node(graph, node, work_of(graph, node, pass), times));
    if (!has_recomputed_scores(node)) return;
    Work scores = work_of(graph, node, Pass::recompute);  // of operands that are there already
    record(graph, node, Pass::recompute, {.work = scores *= times});
  }

  Work work_of(const Graph& graph, const Node& node, Pass pass) const {
    return work_of_node(graph, node, pass, options_.rules, causal_);
  }

  void record(const Graph& graph, const Node& node, Pass pass, const PassCount& count) {
    counts_.passes[static_cast<std::size_t>(pass)] += count;
    breakdown_.add(node.origin, pass, count);
    if (!options_.lines) return;
    counts_.lines.push_back(line_of(graph, node, root_.origins()[node.origin], count.work));
    counts_.lines.back().pass = pass;
  }

  void add_loop(const Node& node, Count times, Pass pass) {
    assert(node.kind->name == "loop");  // branches have been chosen
    const Graph& body = *node.bodies[0];
    const std::vector<bool> is_live = graph::find_live_nodes(body);
    const Count trips =
        times * Count(*graph::find_attribute<std::int64_t>(node.attributes, "trips"));
    for (std::size_t i = 0; i < body.nodes().size(); ++i) {
      const Node& inner = body.nodes()[i];
      if (is_live[i]) add(body, inner, trips, pass == Pass::recompute ? pass : inner.pass);
    }
  }

  Uncounted describe_uncounted(const Graph& graph, const Node& node) const {
    const NodeView view(graph, node);
    return {root_.origins()[node.origin].name, view.text("op"), view.text("reason")};
  }

  /// What each front-end node of the forward pass comes to: uncounted, counted, or movement.
  Coverage cover() const {
    Coverage coverage;
    for (std::size_t i = 0; i < is_counted_.size(); ++i) {
      coverage.counted += is_counted_[i] && !is_uncounted_[i] ? 1 : 0;
      coverage.uncounted += is_uncounted_[i] ? 1 : 0;
    }
    const std::size_t counted = coverage.counted + coverage.uncounted;
    coverage.nodes = std::max(options_.node_count, counted);
    coverage.movement = coverage.nodes - counted;
    return coverage;
  }

  const Graph& root_;
  const CountOptions& options_;
  CausalProducts causal_;
  Breakdown breakdown_;
  Counts counts_;
  std::vector<bool> is_counted_;  ///< by origin
  std::vector<bool> is_uncounted_;
};

}  // namespace

Result<Counts> count_graph(const Graph& graph, const CountOptions& options,
                           const Schedule& schedule) {
  Counter counter(graph, options);
  counter.add_root(schedule);
  Counts counts = std::move(counter).take();
  for (std::size_t i = 0; i < graph::pass_count; ++i) {
    if (is_in_total(static_cast<Pass>(i))) counts.total += counts.passes[i];
  }
  const auto has_overflowed = [](const PassCount& pass) {
    return pass.work.overflowed() || pass.bytes.overflowed();
  };
  if (has_overflowed(counts.total) || std::ranges::any_of(counts.passes, has_overflowed)) {
    return fail(Code::count_overflow, "the count exceeds 2^128 - 1 operations",
                "the sizes in the file are probably wrong");
  }
  for (const View* view : options.views) {
    counts.views.push_back(TRY(count_view(graph, *view, options.rules, schedule)));
  }
  counts.bounds = find_bounds(graph);
  if (options.rules.attention != ops::Rules::Attention::as_written) {
    counts.attention = find_attention_layers(graph, options.rules);
  }
  return counts;
}

}  // namespace pfsday::count
