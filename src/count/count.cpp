#include "count/count.h"

#include <fmt/format.h>

#include <algorithm>

#include "count/parameter_list.h"
#include "count/walk.h"
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
  ParameterCounts counts;
  for (const Value v : find_stored_tensors(graph)) {
    const graph::ValueInfo& info = graph.info(v);
    (info.is_parameter ? counts.total : counts.buffers) += stored_numbers(info);
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

  /// `pass` is that of the node, but for what is recomputed.
  void operator()(const Graph& graph, const Node& node, Pass pass, Count times) {
    if (cost_of(node) == Cost::movement) return;
    const bool is_of_file = pass == Pass::forward || options_.is_step_in_file;
    if (cost_of(node) == Cost::uncounted) {
      if (is_of_file) is_uncounted_[node.origin] = true;
      counts_.uncounted.push_back(describe_uncounted(graph, node));
      return;
    }
    if (is_of_file) is_counted_[node.origin] = true;
    const Work work = work_of_node(graph, node, pass, options_.rules, causal_);
    PassCount count = count_node(graph, node, work, times);
    // Scores are computed again of operands that are there already.
    if (pass == Pass::recompute && has_recomputed_scores(node)) count.bytes = 0;
    record(graph, node, pass, count);
  }

  Counts take() && {
    counts_.rows = std::move(breakdown_).take();
    counts_.coverage = cover();
    return std::move(counts_);
  }

 private:
  void record(const Graph& graph, const Node& node, Pass pass, const PassCount& count) {
    counts_.passes[static_cast<std::size_t>(pass)] += count;
    breakdown_.add(node.origin, pass, count);
    if (!options_.lines) return;
    counts_.lines.push_back(line_of(graph, node, root_.origins()[node.origin], count.work));
    counts_.lines.back().pass = pass;
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
  walk(graph, schedule, counter);
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
