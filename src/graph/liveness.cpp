#include "graph/liveness.h"

#include <algorithm>

namespace pfsday::graph {

std::vector<bool> find_live_nodes(const Graph& graph) {
  std::vector<bool> is_needed(graph.value_count(), false);
  for (const Value v : graph.outputs()) is_needed[v.index] = true;
  const auto nodes = graph.nodes();
  std::vector<bool> is_live(nodes.size(), false);
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    for (std::uint32_t k = 0; k < node.output_count && !is_live[i]; ++k) {
      is_live[i] = is_needed[node.output(k).index];
    }
    if (!is_live[i]) continue;
    for (const Value v : node.inputs) is_needed[v.index] = true;
  }
  return is_live;
}

std::vector<bool> find_dependents(const Graph& graph, std::vector<bool> is_root) {
  std::vector<bool> depends = std::move(is_root);
  for (const Node& node : graph.nodes()) {
    const bool any = std::ranges::any_of(node.inputs, [&](Value v) { return depends[v.index]; });
    for (std::uint32_t k = 0; k < node.output_count; ++k) depends[node.output(k).index] = any;
  }
  return depends;
}

std::vector<bool> find_input_dependents(const Graph& graph) {
  std::vector<bool> is_input(graph.value_count(), false);
  for (const Value v : graph.inputs()) is_input[v.index] = true;
  return find_dependents(graph, std::move(is_input));
}

}  // namespace pfsday::graph
