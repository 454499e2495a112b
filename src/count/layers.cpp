#include "count/layers.h"

#include "graph/liveness.h"
#include "ops/primitive.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Value;
using ops::Cost;
using units::Count;

bool is_number(graph::ElementType type) { return graph::is_real(type) || graph::is_integer(type); }

bool is_movement(const Node& node) { return ops::primitive_of(*node.kind).cost == Cost::movement; }

/// The parameters that stand for the inputs of a body, by value of the body.
using Given = std::map<Value, std::vector<Value>>;

class Finder {
 public:
  explicit Finder(const Graph& root) : root_(root), is_assigned_(root.value_count(), false) {
    layers_.types.resize(root.origins().size(), graph::ElementType::unknown);
  }

  void walk(const Graph& graph, const Given& given, Count times) {
    const auto is_live = graph::find_live_nodes(graph);
    std::vector<bool> is_visited(graph.value_count(), false);
    std::vector<bool> is_handed_on(graph.value_count(), false);
    if (&graph == &root_) {
      for (const Value v : graph.outputs()) is_handed_on[v.index] = true;
    }
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      if (!is_live[i]) continue;
      const Node& node = graph.nodes()[i];
      note_inputs(graph, node, is_handed_on);
      if (!is_movement(node)) give_parameters(graph, node, given, is_visited, times);
    }
    add_activations(graph, is_handed_on, times);
  }

  Layers take() && { return std::move(layers_); }

 private:
  /// Those of another front-end node are handed on to this one; the first tells its type.
  void note_inputs(const Graph& graph, const Node& node, std::vector<bool>& is_handed_on) {
    for (const Value v : node.inputs) {
      const Node* producer = graph.producer(v);
      if (producer != nullptr && producer->origin == node.origin) continue;
      is_handed_on[v.index] = true;
      graph::ElementType& type = layers_.types[node.origin];
      const graph::ElementType element = graph.type(v).element;
      if (type == graph::ElementType::unknown && is_number(element)) type = element;
    }
  }

  void add_activations(const Graph& graph, const std::vector<bool>& is_handed_on, Count times) {
    for (std::uint32_t i = 0; i < graph.value_count(); ++i) {
      const Node* producer = graph.producer(Value{i});
      if (!is_handed_on[i] || producer == nullptr) continue;
      layers_.activation_bytes[{producer->origin, producer->pass}] +=
          graph.type(Value{i}).bytes() * times;
    }
  }

  /// The parameters behind a value, through movement alone, that nobody has used yet. What has been
  /// visited once is not looked at again.
  std::vector<Value> find_new(const Graph& graph, Value v, const Given& given,
                              std::vector<bool>& is_visited) {
    std::vector<Value> found;
    std::vector<Value> pending = {v};
    while (!pending.empty()) {
      v = pending.back();
      pending.pop_back();
      if (is_visited[v.index]) continue;
      is_visited[v.index] = true;
      if (const auto roots = given.find(v); roots != given.end()) {
        found.insert(found.end(), roots->second.begin(), roots->second.end());
      }
      if (&graph == &root_ && is_counted_parameter(graph.info(v))) found.push_back(v);
      const Node* producer = graph.producer(v);
      if (producer == nullptr || !is_movement(*producer)) continue;
      pending.insert(pending.end(), producer->inputs.begin(), producer->inputs.end());
    }
    return found;
  }

  void give_parameters(const Graph& graph, const Node& node, const Given& given,
                       std::vector<bool>& is_visited, Count times) {
    std::vector<std::vector<Value>> behind;
    for (const Value v : node.inputs) behind.push_back(find_new(graph, v, given, is_visited));
    if (!node.bodies.empty()) walk_loop(node, behind, times);
    for (const auto& parameters : behind) assign(parameters, node.origin);
  }

  /// A body has an input for each one of the node.
  void walk_loop(const Node& node, const std::vector<std::vector<Value>>& behind, Count times) {
    const Graph& body = *node.bodies[0];
    Given given;
    for (std::size_t i = 0; i < behind.size(); ++i) given[body.inputs()[i]] = behind[i];
    walk(body, given,
         times * Count(*graph::find_attribute<std::int64_t>(node.attributes, "trips")));
  }

  void assign(const std::vector<Value>& parameters, std::uint32_t origin) {
    for (const Value v : parameters) {
      if (is_assigned_[v.index]) continue;
      is_assigned_[v.index] = true;
      layers_.parameters[origin] += root_.type(v).elements();
    }
  }

  const Graph& root_;
  std::vector<bool> is_assigned_;  ///< by value of the root
  Layers layers_;
};

}  // namespace

Layers find_layers(const Graph& root) {
  Finder finder(root);
  finder.walk(root, {}, 1);
  return std::move(finder).take();
}

bool is_counted_parameter(const graph::ValueInfo& info) {
  return info.source == graph::Source::tensor && info.is_parameter;
}

}  // namespace pfsday::count
