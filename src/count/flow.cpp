#include "count/flow.h"

#include <algorithm>

#include "graph/liveness.h"
#include "ops/primitive.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Value;

bool can_carry_gradient(const graph::TensorType& type) {
  return graph::is_real(type.element) || !type.known();
}

bool is_loop(const Node& node) { return node.kind->name == "loop"; }

std::size_t carried_count(const NodeView& loop) {
  return static_cast<std::size_t>(loop.integer("carried"));
}

Flags root_flags(const Graph& body, const Flags& inputs) {
  Flags is_root(body.value_count(), false);
  for (std::size_t i = 0; i < inputs.size(); ++i) is_root[body.inputs()[i].index] = inputs[i];
  return is_root;
}

/// Calls step(inputs), which gives flags of the values of the body, until what the trips hand on
/// adds no input.
template <class Step>
Flags to_fixed_point(const NodeView& loop, Flags& inputs, Step&& step) {
  const Graph& body = loop.body(0);
  for (;;) {
    Flags values = step(root_flags(body, inputs));
    bool has_changed = false;
    for (std::size_t i = 0; i < carried_count(loop); ++i) {
      if (inputs[i] || !values[body.outputs()[i].index]) continue;
      inputs[i] = true;
      has_changed = true;
    }
    if (!has_changed) return values;
  }
}

Flags differentiable_in_body(const NodeView& loop, Flags& inputs) {
  return to_fixed_point(loop, inputs, [&](Flags is_root) {
    return find_differentiable(loop.body(0), std::move(is_root));
  });
}

Flags flags_of(const Flags& values, const graph::Values& of) {
  Flags flags;
  for (const Value v : of) flags.push_back(values[v.index]);
  return flags;
}

Flags flags_of_outputs(const Flags& values, const Node& node) {
  Flags flags;
  for (std::uint32_t k = 0; k < node.output_count; ++k) {
    flags.push_back(values[node.output(k).index]);
  }
  return flags;
}

void mark_loop_outputs(const Graph& graph, const Node& node, Flags& is_differentiable) {
  Flags inputs = flags_of(is_differentiable, node.inputs);
  const NodeView loop(graph, node);
  const Flags inside = differentiable_in_body(loop, inputs);
  for (std::uint32_t k = 0; k < node.output_count; ++k) {
    const bool is_reached =
        k < carried_count(loop) ? inputs[k] : inside[loop.body(0).outputs()[k].index];
    is_differentiable[node.output(k).index] =
        is_reached && can_carry_gradient(graph.type(node.output(k)));
  }
}

}  // namespace

Flags find_differentiable(const Graph& graph, Flags is_root) {
  Flags is_differentiable = std::move(is_root);
  for (const Node& node : graph.nodes()) {
    const bool is_reached =
        ops::passes_gradient(ops::primitive_of(*node.kind)) &&
        std::ranges::any_of(node.inputs, [&](Value v) { return is_differentiable[v.index]; });
    if (!is_reached) continue;
    if (is_loop(node)) {
      mark_loop_outputs(graph, node, is_differentiable);
      continue;
    }
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      const Value v = node.output(k);
      is_differentiable[v.index] = can_carry_gradient(graph.type(v));
    }
  }
  return is_differentiable;
}

Flags find_receiving(const Graph& graph, const Flags& is_differentiable, const Flags& is_seeded) {
  Flags is_receiving(graph.value_count(), false);
  for (std::size_t i = 0; i < is_seeded.size(); ++i) {
    const Value v = graph.outputs()[i];
    if (is_seeded[i] && is_differentiable[v.index]) is_receiving[v.index] = true;
  }
  const auto nodes = graph.nodes();
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    const Flags outputs = flags_of_outputs(is_receiving, node);
    if (std::ranges::find(outputs, true) == outputs.end()) continue;
    const Flags inputs = flags_of(is_differentiable, node.inputs);
    const NodeView view(graph, node);
    const Flags inside = is_loop(node) ? flow_of_body(view, inputs, outputs).is_receiving : Flags{};
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const bool is_reached = !is_loop(node) || inside[view.body(0).inputs()[k].index];
      if (inputs[k] && is_reached) is_receiving[node.inputs[k].index] = true;
    }
  }
  return is_receiving;
}

BodyFlow flow_of_body(const NodeView& loop, const Flags& inputs, const Flags& outputs) {
  const Graph& body = loop.body(0);
  Flags reached_inputs = inputs;
  BodyFlow flow{.is_differentiable = differentiable_in_body(loop, reached_inputs),
                .is_receiving = {},
                .is_seeded = outputs};
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    flow.is_receiving = find_receiving(body, flow.is_differentiable, flow.is_seeded);
    for (std::size_t i = 0; i < carried_count(loop); ++i) {
      if (flow.is_seeded[i] || !flow.is_receiving[body.inputs()[i].index]) continue;
      flow.is_seeded[i] = true;
      has_changed = true;
    }
  }
  return flow;
}

Flags find_dependent_body_inputs(const NodeView& loop, Flags inputs) {
  to_fixed_point(loop, inputs, [&](Flags is_root) {
    return graph::find_dependents(loop.body(0), std::move(is_root));
  });
  return inputs;
}

}  // namespace pfsday::count
