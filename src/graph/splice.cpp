#include "graph/splice.h"

#include "graph/liveness.h"

namespace pfsday::graph {
namespace {

TensorTypes output_types(const Graph& graph, const Node& node) {
  TensorTypes types;
  for (std::uint32_t k = 0; k < node.output_count; ++k) {
    types.push_back(graph.type(node.output(k)));
  }
  return types;
}

Value find_or_copy(Graph& graph, const Graph& body, ValueMap& map, Value v) {
  const ValueInfo& info = body.info(v);
  if (!map[v.index] && info.source == Source::tensor) {
    map[v.index] = graph.add_constant(*info.literal);
  }
  return map[v.index];
}

Node with_inputs_found(Graph& graph, const Graph& body, ValueMap& map, const Node& node) {
  Node found = node;
  for (Value& input : found.inputs) {
    input = find_or_copy(graph, body, map, input);
    assert(input);
  }
  return found;
}

void append_copy(Graph& graph, const Graph& body, ValueMap& map, const Node& original, Node copy) {
  const Value first = graph.append(std::move(copy), output_types(body, original));
  for (std::uint32_t k = 0; k < original.output_count; ++k) {
    map[original.output(k).index] = Value{first.index + k};
  }
}

Value copy_root(Graph& copy, const Graph& graph, Value v) {
  const ValueInfo& info = graph.info(v);
  if (info.source == Source::input) {
    return info.name.empty() ? copy.add_body_input(info.type, info.from_weight)
                             : copy.add_input(info.name, info.type);
  }
  if (info.literal && info.name.empty()) return copy.add_constant(*info.literal);
  const Value tensor = copy.add_tensor(info.name, info.type, info.contents());
  if (info.is_parameter) copy.mark_parameter(tensor, info.packed);
  return tensor;
}

}  // namespace

void splice(Graph& graph, const Graph& body, ValueMap& map, const std::vector<bool>& keep) {
  map.resize(body.value_count());
  const auto nodes = body.nodes();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!keep.empty() && !keep[i]) continue;
    append_copy(graph, body, map, nodes[i], with_inputs_found(graph, body, map, nodes[i]));
  }
}

Values find_spliced(Graph& graph, const Graph& body, ValueMap& map, std::span<const Value> values) {
  Values found;
  for (const Value v : values) found.push_back(find_or_copy(graph, body, map, v));
  return found;
}

Graph copy_live(const Graph& graph) {
  Graph copy;
  ValueMap map(graph.value_count());
  for (const Value v : graph.inputs()) {
    const ValueInfo& info = graph.info(v);
    map[v.index] = copy.add_body_input(info.type, info.from_weight);
  }
  splice(copy, graph, map, find_live_nodes(graph));
  copy.set_outputs(find_spliced(copy, graph, map, graph.outputs()));
  return copy;
}

Graph rewrite(const Graph& graph, const RewriteNode& rewrite_node, ValueMap& map) {
  Graph copy;
  for (const Origin& origin : graph.origins().subspan(1)) copy.add_origin(origin);
  for (const Bound& bound : graph.bounds()) copy.add_bound(bound);
  map.assign(graph.value_count(), {});
  for (std::uint32_t i = 0; i < graph.value_count();) {
    const Value v{i};
    const Node* node = graph.producer(v);
    i += node != nullptr ? node->output_count : 1;
    if (node == nullptr) {
      map[v.index] = copy_root(copy, graph, v);
      continue;
    }
    Node found = with_inputs_found(copy, graph, map, *node);
    const auto outputs = rewrite_node(copy, found);
    if (!outputs) {
      append_copy(copy, graph, map, *node, std::move(found));
      continue;
    }
    for (std::uint32_t k = 0; k < node->output_count; ++k) {
      map[node->output(k).index] = (*outputs)[k];
    }
  }
  copy.set_outputs(find_spliced(copy, graph, map, graph.outputs()));
  return copy;
}

}  // namespace pfsday::graph
