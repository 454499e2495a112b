#include "count/reverse.h"

#include <algorithm>
#include <map>

#include "count/loop_gradient.h"
#include "graph/liveness.h"
#include "ops/gradients.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Pass;
using graph::Value;
using graph::Values;

using LoopPlans = std::map<std::size_t, LoopPlan>;  ///< by node

Flags moved(const Flags& flags, const graph::ValueMap& map, std::size_t size) {
  Flags there(size, false);
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i] && map[i]) there[map[i].index] = true;
  }
  return there;
}

/// The graph with its loops replaced by those of the plans. `plans` is filled by node of the copy.
class LoopPlanner {
 public:
  LoopPlanner(const Graph& graph, const ReverseRequest& request)
      : graph_(graph),
        request_(request),
        is_differentiable_(find_differentiable(graph, request.is_root)),
        is_receiving_(find_receiving(graph, is_differentiable_, request.is_seeded)) {}

  Result<Graph> run(graph::ValueMap& map, LoopPlans& plans) {
    std::size_t next = 0;
    Result<void> status;
    Graph copy = graph::rewrite(
        graph_,
        [&](Graph& out, Node& node) -> std::optional<Values> {
          const Node& original = graph_.nodes()[next++];
          if (!status || original.kind->name != "loop" || !is_reached(original)) {
            return std::nullopt;
          }
          auto plan = plan_for(original);
          if (!plan) {
            status = fail(std::move(plan).error());
            return std::nullopt;
          }
          plans.emplace(out.nodes().size(), *plan);
          return replace(out, node, plan->forward);
        },
        map);
    TRY(std::move(status));
    return copy;
  }

 private:
  Flags flags_of_outputs(const Node& node) const {
    Flags flags;
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      flags.push_back(is_receiving_[node.output(k).index]);
    }
    return flags;
  }

  bool is_reached(const Node& node) const {
    const Flags outputs = flags_of_outputs(node);
    return std::ranges::find(outputs, true) != outputs.end();
  }

  Result<LoopPlan> plan_for(const Node& node) const {
    Flags inputs;
    Flags dependent;
    for (const Value v : node.inputs) {
      inputs.push_back(is_differentiable_[v.index]);
      dependent.push_back(request_.is_dependent[v.index]);
    }
    return plan_loop(NodeView(graph_, node), inputs, flags_of_outputs(node), dependent);
  }

  static Values replace(Graph& out, const Node& node, const graph::Body& body) {
    Node longer = node;
    longer.bodies = {body};
    const std::int64_t trips = *graph::find_attribute<std::int64_t>(node.attributes, "trips");
    const std::int64_t carried = *graph::find_attribute<std::int64_t>(node.attributes, "carried");
    graph::TensorTypes types;
    for (const Value v : body->outputs()) {
      graph::TensorType type = body->type(v);
      const bool is_stacked = std::ssize(types) >= carried;
      if (is_stacked && type.known()) type.shape.insert(type.shape.begin(), trips);
      types.push_back(type);
    }
    const Value first = out.append(std::move(longer), types);
    Values outputs;
    for (std::uint32_t k = 0; k < types.size(); ++k) outputs.push_back(Value{first.index + k});
    return outputs;
  }

  const Graph& graph_;
  const ReverseRequest& request_;
  Flags is_differentiable_;
  Flags is_receiving_;
};

class Differentiation {
 public:
  Differentiation(Joint joint, ReverseRequest request, LoopPlans plans)
      : joint_(std::move(joint)),
        graph_(joint_.graph),
        builder_(graph_),
        request_(std::move(request)),
        plans_(std::move(plans)),
        is_differentiable_(find_differentiable(graph_, request_.is_root)),
        adjoints_(graph_.value_count()) {
    joint_.forward_nodes = graph_.nodes().size();
  }

  Result<Joint> run() && {
    seed_outputs();
    for (std::size_t i = joint_.forward_nodes; i-- > 0;) derive_node(i);
    if (auto fault = builder_.take_fault()) return fail(*std::move(fault));
    for (std::uint32_t i = 0; i < adjoints_.size(); ++i) {
      if (!request_.is_root[i] || adjoints_[i].empty()) continue;
      joint_.roots.push_back({Value{i}, adjoints_[i]});
    }
    return std::move(joint_);
  }

 private:
  void seed_outputs() {
    const Values outputs(graph_.outputs().begin(), graph_.outputs().end());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const Value v = outputs[i];
      const bool is_given = request_.is_seeded[i] && is_differentiable_[v.index];
      joint_.seeds.push_back(is_given ? graph_.add_input("gradient of an output", graph_.type(v))
                                      : Value{});
      if (is_given) adjoints_[v.index].push_back(joint_.seeds.back());
    }
  }

  Pass pass_of_adjoint(Value v) const {
    return request_.is_dependent[v.index] ? Pass::data_gradient : Pass::weight_gradient;
  }

  /// The sum of all gradients that have reached v; empty if none has. What it costs is not known
  /// where the type of v is not: v comes from an uncounted node.
  Value sum_of_adjoints(Value v) {
    const Values parts = adjoints_[v.index];
    if (parts.empty()) return {};
    builder_.set_pass(pass_of_adjoint(v));
    if (parts.size() > 1 && !graph_.type(v).known()) {
      return builder_.uncounted(parts, {graph_.type(v)}, "sum of gradients",
                                "their type is unknown")[0];
    }
    Value sum = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) sum = builder_.add(sum, parts[i]);
    return sum;
  }

  void derive_node(std::size_t index) {
    const Node node = graph_.nodes()[index];
    builder_.set_origin(node.origin);
    std::vector<Value> dy;
    bool has_gradient = false;
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      const Value output = node.output(k);
      dy.push_back(is_differentiable_[output.index] ? sum_of_adjoints(output) : Value{});
      has_gradient = has_gradient || dy.back();
    }
    if (!has_gradient) return;
    const std::size_t first = graph_.nodes().size();
    builder_.set_pass(Pass::weight_gradient);
    const auto plan = plans_.find(index);
    tag_data_gradient(first, plan != plans_.end() ? add_adjoints_of_loop(node, plan->second, dy)
                                                  : add_adjoints_of_inputs(node, std::move(dy)));
  }

  /// Of both: returns the adjoints of inputs that depend on the data.
  Values add_adjoints_of_inputs(const Node& node, std::vector<Value> dy) {
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      if (!dy[k]) dy[k] = builder_.full(graph_.type(node.output(k)), 0);
    }
    std::vector<bool> needed;
    for (const Value v : node.inputs) needed.push_back(is_differentiable_[v.index]);
    ops::Gradients gradients(builder_, needed);
    ops::primitive_of(*node.kind).derive(NodeView(graph_, node), dy, gradients);
    Values data_adjoints;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (gradients.adjoint(i)) add_adjoint(node.inputs[i], gradients.adjoint(i), data_adjoints);
    }
    return data_adjoints;
  }

  Values add_adjoints_of_loop(const Node& loop, const LoopPlan& plan, std::span<const Value> dy) {
    Values data_adjoints;
    Flags needed;
    for (const Value v : loop.inputs) needed.push_back(is_differentiable_[v.index]);
    const auto adjoints = derive_loop(builder_, loop, plan, dy, needed);
    for (std::size_t i = 0; i < adjoints.size(); ++i) {
      if (!is_differentiable_[loop.inputs[i].index]) continue;
      for (const Value part : adjoints[i]) add_adjoint(loop.inputs[i], part, data_adjoints);
    }
    return data_adjoints;
  }

  void add_adjoint(Value of, Value adjoint, Values& data_adjoints) {
    adjoints_[of.index].push_back(adjoint);
    if (request_.is_dependent[of.index]) data_adjoints.push_back(adjoint);
  }

  /// Of the nodes from `first` on, those that serve the adjoint of a value that depends on the
  /// data.
  void tag_data_gradient(std::size_t first, Values pending) {
    while (!pending.empty()) {
      const Value v = pending.back();
      pending.pop_back();
      const graph::ValueInfo& info = graph_.info(v);
      if (info.source != graph::Source::node || info.node < first) continue;
      const Node& node = graph_.nodes()[info.node];
      if (node.pass == Pass::data_gradient) continue;
      graph_.set_pass(info.node, Pass::data_gradient);
      pending.insert(pending.end(), node.inputs.begin(), node.inputs.end());
    }
  }

  Joint joint_;
  Graph& graph_;
  ops::Builder builder_;
  ReverseRequest request_;
  LoopPlans plans_;
  Flags is_differentiable_;
  /// Of each forward value: the gradients that reach it.
  std::vector<Values> adjoints_;
};

graph::ValueMap identity(std::size_t size) {
  graph::ValueMap map(size);
  for (std::uint32_t i = 0; i < size; ++i) map[i] = Value{i};
  return map;
}

bool has_loop(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(),
                             [](const Node& node) { return node.kind->name == "loop"; });
}

/// The graph with its loops made ready to be run backwards; `map` says where its values are then.
Result<Graph> plan_loops(Graph graph, const ReverseRequest& request, graph::ValueMap& map,
                         LoopPlans& plans) {
  if (has_loop(graph)) return LoopPlanner(graph, request).run(map, plans);
  map = identity(graph.value_count());
  return graph;
}

}  // namespace

Result<Joint> differentiate_jointly(Graph graph, const ReverseRequest& request) {
  LoopPlans plans;
  graph::ValueMap map;
  Graph planned = TRY(plan_loops(std::move(graph), request, map, plans));
  Joint joint{.graph = std::move(planned), .map = std::move(map)};
  const std::size_t size = joint.graph.value_count();
  ReverseRequest there{.is_root = moved(request.is_root, joint.map, size),
                       .is_seeded = request.is_seeded,
                       .is_dependent = graph::find_dependents(
                           joint.graph, moved(request.is_dependent, joint.map, size))};
  return Differentiation(std::move(joint), std::move(there), std::move(plans)).run();
}

}  // namespace pfsday::count
