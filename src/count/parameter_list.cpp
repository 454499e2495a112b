#include "count/parameter_list.h"

#include "graph/liveness.h"

namespace pfsday::count {

std::vector<graph::Value> find_stored_tensors(const graph::Graph& graph) {
  const std::vector<bool> is_live = graph::find_live_nodes(graph);
  std::vector<bool> is_used(graph.value_count(), false);
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    if (!is_live[i]) continue;
    for (const graph::Value v : graph.nodes()[i].inputs) is_used[v.index] = true;
  }
  std::vector<graph::Value> tensors;
  for (const graph::Value v : graph.tensors()) {
    const graph::ValueInfo& info = graph.info(v);
    const graph::ElementType element = info.type.element;
    const bool is_stored =
        graph::is_real(element) || graph::is_quantized(element) || info.is_parameter;
    if (is_used[v.index] && is_stored) tensors.push_back(v);
  }
  return tensors;
}

std::vector<Parameter> list_parameters(const graph::Graph& graph) {
  std::vector<Parameter> parameters;
  for (const graph::Value v : find_stored_tensors(graph)) {
    const graph::ValueInfo& info = graph.info(v);
    if (info.is_parameter) parameters.push_back({info.name, info.type.shape, stored_numbers(info)});
  }
  return parameters;
}

}  // namespace pfsday::count
