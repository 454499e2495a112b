#include "count/loop_gradient.h"

#include <algorithm>
#include <map>

#include "count/reverse.h"
#include "graph/liveness.h"

namespace pfsday::count {
namespace {

using graph::Attributes;
using graph::Axes;
using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Shape;
using graph::Value;
using graph::Values;
using Kind = LoopAdjoint::Kind;

/// Splits the joint graph of the body into the two bodies of a plan.
class Planner {
 public:
  Planner(const NodeView& loop, Joint joint)
      : joint_(std::move(joint)),
        carried_(static_cast<std::size_t>(loop.integer("carried"))),
        scanned_(static_cast<std::size_t>(loop.integer("scanned"))),
        input_count_(loop.input_count()),
        output_count_(joint_.graph.outputs().size()) {
    for (std::size_t i = 0; i < joint_.roots.size(); ++i) root_of_[joint_.roots[i].of] = i;
  }

  LoopPlan run() && {
    carry_adjoints();
    for (std::size_t i = carried_; i < input_count_; ++i) stack_adjoints(i);
    find_live_gradient();
    make_gradient_body();
    make_forward_body();
    return std::move(plan_);
  }

 private:
  const Graph& graph() const { return joint_.graph; }
  Value input(std::size_t i) const { return graph().inputs()[i]; }

  Values parts_of(std::size_t i) const {
    const auto found = root_of_.find(input(i));
    return found == root_of_.end() ? Values{} : joint_.roots[found->second].parts;
  }

  Value sum_of_parts(std::size_t i, graph::Pass pass) {
    const Values parts = parts_of(i);
    if (parts.empty()) return {};
    ops::Builder b(joint_.graph);
    b.set_pass(pass);
    Value sum = parts[0];
    for (std::size_t k = 1; k < parts.size(); ++k) sum = b.add(sum, parts[k]);
    return sum;
  }

  graph::Pass pass_of(const Values& parts) const {
    for (const Value part : parts) {
      const Node* node = graph().producer(part);
      if (node != nullptr && node->pass == graph::Pass::weight_gradient) return node->pass;
    }
    return graph::Pass::data_gradient;
  }

  void carry_adjoints() {
    for (std::size_t i = 0; i < carried_; ++i) {
      if (!joint_.seeds[i]) continue;
      plan_.carried.push_back(i);
      Value adjoint = sum_of_parts(i, pass_of(parts_of(i)));
      if (!adjoint) {
        adjoint = joint_.graph.add_constant(graph::Literal::splat(graph().type(input(i)), 0));
      }
      outputs_.push_back(adjoint);
    }
    for (std::size_t i = carried_; i < output_count_; ++i) {
      if (joint_.seeds[i]) plan_.stacked_seeds.push_back(i);
    }
  }

  std::size_t stack(Value v) {
    outputs_.push_back(v);
    return outputs_.size() - 1 - plan_.carried.size();
  }

  void stack_adjoints(std::size_t i) {
    if (i < carried_ + scanned_) {
      const Value adjoint = sum_of_parts(i, pass_of(parts_of(i)));
      if (!adjoint) return;
      plan_.adjoints.push_back({.input = i, .kind = Kind::slices, .stacked = stack(adjoint)});
      return;
    }
    for (const Value part : parts_of(i)) plan_.adjoints.push_back(contribution(i, part));
  }

  /// The gradient node that alone uses the value; null if it is none, or others use it too.
  const Node* only_producer(Value v) const {
    const graph::ValueInfo& info = graph().info(v);
    if (info.source != graph::Source::node || info.node < joint_.forward_nodes) return nullptr;
    std::size_t uses = 0;
    for (const Node& node : graph().nodes()) uses += std::ranges::count(node.inputs, v);
    return uses <= 1 ? &graph().nodes()[info.node] : nullptr;
  }

  LoopAdjoint contribution(std::size_t i, Value part) {
    LoopAdjoint adjoint{.input = i, .kind = Kind::sum};
    Value v = part;
    const Node* node = only_producer(v);
    while (node != nullptr && (node->kind->name == "transpose" || node->kind->name == "reshape")) {
      adjoint.movements.insert(adjoint.movements.begin(), *node);
      v = node->inputs[0];
      node = only_producer(v);
    }
    const bool is_product = node != nullptr && node->kind->name == "dot";
    const bool is_sum = node != nullptr && node->kind->name == "reduce_sum";
    if (!is_product && !is_sum) {
      adjoint.movements.clear();
      adjoint.stacked = stack(part);
      return adjoint;
    }
    adjoint.kind = is_product ? Kind::product : Kind::reduce;
    adjoint.origin = node->origin;
    adjoint.attributes = node->attributes;
    const Values operands = node->inputs;
    adjoint.stacked = stack(operands[0]);
    if (is_product) stack(operands[1]);
    return adjoint;
  }

  /// The gradient nodes that serve the outputs of the gradient body.
  void find_live_gradient() {
    const auto nodes = graph().nodes();
    is_live_.assign(nodes.size(), false);
    std::vector<bool> is_needed(graph().value_count(), false);
    for (const Value v : outputs_) is_needed[v.index] = true;
    for (std::size_t i = nodes.size(); i-- > joint_.forward_nodes;) {
      const Node& node = nodes[i];
      for (std::uint32_t k = 0; k < node.output_count; ++k) {
        if (is_needed[node.output(k).index]) is_live_[i] = true;
      }
      if (!is_live_[i]) continue;
      for (const Value v : node.inputs) is_needed[v.index] = true;
    }
    is_needed_ = std::move(is_needed);
  }

  bool is_forward_value(Value v) const {
    const graph::ValueInfo& info = graph().info(v);
    return info.source == graph::Source::node && info.node < joint_.forward_nodes;
  }

  Value add_input(Graph& body, Value v, graph::ValueMap& map) {
    map[v.index] = body.add_body_input(graph().type(v), graph().info(v).from_weight);
    return map[v.index];
  }

  void make_gradient_body() {
    Graph body;
    graph::ValueMap map(graph().value_count());
    for (const std::size_t i : plan_.carried) add_input(body, joint_.seeds[i], map);
    for (const std::size_t i : plan_.stacked_seeds) add_input(body, joint_.seeds[i], map);
    for (std::uint32_t i = 0; i < graph().value_count(); ++i) {
      const Value v{i};
      if (!is_needed_[i] || !is_residual(v)) continue;
      plan_.residuals.push_back(output_count_ + residuals_.size());
      residuals_.push_back(v);
      add_input(body, v, map);
    }
    for (std::size_t i = carried_; i < input_count_; ++i) {
      if (!is_needed_[input(i).index]) continue;
      const bool is_scanned = i < carried_ + scanned_;
      if (is_scanned) plan_.scanned_inputs.push_back(i);
      if (!is_scanned) plan_.invariants.push_back(i);
      add_input(body, input(i), map);
    }
    graph::splice(body, graph(), map, is_live_);
    body.set_outputs(graph::find_spliced(body, graph(), map, {outputs_.data(), outputs_.size()}));
    plan_.gradient = std::make_shared<const Graph>(std::move(body));
  }

  /// A value of the forward trip, or what it is handed, that the trip must keep.
  bool is_residual(Value v) const {
    const auto inputs = graph().inputs().first(carried_);
    return is_forward_value(v) || std::ranges::find(inputs, v) != inputs.end();
  }

  void make_forward_body() {
    Graph body;
    graph::ValueMap map(graph().value_count());
    for (std::size_t i = 0; i < input_count_; ++i) add_input(body, input(i), map);
    std::vector<bool> is_forward(graph().nodes().size(), false);
    std::fill_n(is_forward.begin(), joint_.forward_nodes, true);
    graph::splice(body, graph(), map, is_forward);
    Values outputs(graph().outputs().begin(), graph().outputs().end());
    outputs.insert(outputs.end(), residuals_.begin(), residuals_.end());
    body.set_outputs(graph::find_spliced(body, graph(), map, {outputs.data(), outputs.size()}));
    plan_.forward = std::make_shared<const Graph>(std::move(body));
  }

  Joint joint_;
  std::size_t carried_, scanned_, input_count_, output_count_;
  std::map<Value, std::size_t> root_of_;
  LoopPlan plan_;
  Values outputs_;  ///< of the gradient body
  Values residuals_;
  std::vector<bool> is_live_;
  std::vector<bool> is_needed_;
};

/// Axes of a stacked operand: one behind those of a trip.
Axes behind_trips(const Axes& axes) {
  Axes moved = axes;
  for (std::int64_t& axis : moved) ++axis;
  return moved;
}

Axes with_trips(const Axes& axes) {
  Axes moved = behind_trips(axes);
  moved.insert(moved.begin(), 0);
  return moved;
}

const Axes& axes_of(const Attributes& attributes, std::string_view name) {
  return *graph::find_attribute<Axes>(attributes, name);
}

Value over_all_trips(ops::Builder& b, const LoopAdjoint& adjoint, std::span<const Value> stacked) {
  const Value first = stacked[adjoint.stacked];
  const std::uint32_t loop = b.origin();
  if (adjoint.kind != Kind::sum) b.set_origin(adjoint.origin);
  Value sum;
  if (adjoint.kind == Kind::sum) sum = b.reduce_sum(first, {0});
  if (adjoint.kind == Kind::reduce) {
    sum = b.reduce_sum(first, with_trips(axes_of(adjoint.attributes, "axes")));
  }
  if (adjoint.kind == Kind::product) {
    sum = b.dot(first, stacked[adjoint.stacked + 1],
                {behind_trips(axes_of(adjoint.attributes, "batch_a")),
                 behind_trips(axes_of(adjoint.attributes, "batch_b")),
                 with_trips(axes_of(adjoint.attributes, "contract_a")),
                 with_trips(axes_of(adjoint.attributes, "contract_b"))});
  }
  for (const Node& node : adjoint.movements) sum = b.emit(node.kind->name, {sum}, node.attributes);
  b.set_origin(loop);
  return sum;
}

/// The trips of the gradient: in one loop, or with the first trip of the forward loop, which is the
/// last one here, taken out of it.
class GradientLoop {
 public:
  GradientLoop(ops::Builder& b, const Node& loop, const LoopPlan& plan, std::span<const Value> dy,
               const Flags& needed)
      : b_(b), plan_(plan), trips_(*graph::find_attribute<std::int64_t>(loop.attributes, "trips")) {
    const auto given = [&](std::size_t output) {
      return dy[output] ? dy[output] : b.full(b.type(loop.output(output)), 0);
    };
    for (const std::size_t i : plan.carried) carried_.push_back(given(i));
    for (const std::size_t i : plan.carried) is_needed_.push_back(needed[i]);
    for (const std::size_t i : plan.stacked_seeds) scanned_.push_back(b.reverse(given(i), 0));
    for (const std::size_t i : plan.residuals) scanned_.push_back(b.reverse(loop.output(i), 0));
    for (const std::size_t i : plan.scanned_inputs)
      scanned_.push_back(b.reverse(loop.inputs[i], 0));
    for (const std::size_t i : plan.invariants) invariants_.push_back(loop.inputs[i]);
  }

  /// The carried adjoints after all trips, empty where they are not needed; then the stacks.
  Values run() {
    const Graph last = last_trip();
    const bool saves_nothing = last.nodes().size() == plan_.gradient->nodes().size();
    if (trips_ == 0 || saves_nothing) return trips(trips_, scanned_);
    return with_last_trip_apart(last);
  }

 private:
  /// The body without what serves only adjoints that nobody needs.
  Graph last_trip() const {
    const Graph& body = *plan_.gradient;
    std::vector<bool> is_wanted(body.outputs().size(), true);
    std::copy(is_needed_.begin(), is_needed_.end(), is_wanted.begin());
    Values wanted;
    for (std::size_t k = 0; k < is_wanted.size(); ++k) {
      if (is_wanted[k]) wanted.push_back(body.outputs()[k]);
    }
    Graph trip = body;
    trip.set_outputs(wanted);
    return graph::copy_live(trip);
  }

  Values trips(std::int64_t count, const Values& scanned) {
    Values inputs = carried_;
    inputs.insert(inputs.end(), scanned.begin(), scanned.end());
    inputs.insert(inputs.end(), invariants_.begin(), invariants_.end());
    return b_.emit_all(
        "loop", inputs,
        {{"trips", count}, {"carried", std::ssize(carried_)}, {"scanned", std::ssize(scanned)}},
        {plan_.gradient});
  }

  Values with_last_trip_apart(const Graph& last) {
    Values before;
    for (const Value v : scanned_) before.push_back(b_.slice_axis(v, 0, 0, trips_ - 1));
    const Values outputs = trips(trips_ - 1, before);
    if (outputs.empty()) return {};
    Values inputs(outputs.begin(), outputs.begin() + std::ssize(carried_));
    for (const Value v : scanned_)
      inputs.push_back(b_.without_axis(b_.slice_axis(v, 0, trips_ - 1, trips_), 0));
    inputs.insert(inputs.end(), invariants_.begin(), invariants_.end());
    const Values of_last = splice_in(last, inputs);
    Values all;
    std::size_t next = 0;
    for (std::size_t k = 0; k < carried_.size(); ++k) {
      all.push_back(is_needed_[k] ? of_last[next++] : Value{});
    }
    for (std::size_t k = carried_.size(); k < outputs.size(); ++k) {
      all.push_back(b_.concat({outputs[k], b_.with_axis(of_last[next++], 0)}, 0));
    }
    return all;
  }

  Values splice_in(const Graph& trip, const Values& inputs) {
    graph::ValueMap map(trip.value_count());
    for (std::size_t i = 0; i < inputs.size(); ++i) map[trip.inputs()[i].index] = inputs[i];
    graph::splice(b_.graph(), trip, map);
    return graph::find_spliced(b_.graph(), trip, map, trip.outputs());
  }

  ops::Builder& b_;
  const LoopPlan& plan_;
  std::int64_t trips_;
  Values carried_, scanned_, invariants_;
  std::vector<bool> is_needed_;
};

}  // namespace

Result<LoopPlan> plan_loop(const NodeView& loop, const Flags& inputs, const Flags& outputs,
                           const Flags& dependent) {
  const Graph& body = loop.body(0);
  const BodyFlow flow = flow_of_body(loop, inputs, outputs);
  const Flags data = find_dependent_body_inputs(loop, dependent);
  ReverseRequest request{.is_root = Flags(body.value_count(), false),
                         .is_seeded = flow.is_seeded,
                         .is_dependent = Flags(body.value_count(), false)};
  for (std::size_t i = 0; i < body.inputs().size(); ++i) {
    const Value v = body.inputs()[i];
    request.is_root[v.index] = flow.is_differentiable[v.index];
    request.is_dependent[v.index] = data[i];
  }
  return Planner(loop, TRY(differentiate_jointly(body, request))).run();
}

std::vector<Values> derive_loop(ops::Builder& b, const Node& loop, const LoopPlan& plan,
                                std::span<const Value> dy, const Flags& needed) {
  const Values outputs = GradientLoop(b, loop, plan, dy, needed).run();
  std::vector<Values> adjoints(loop.inputs.size());
  if (outputs.empty()) return adjoints;
  for (std::size_t k = 0; k < plan.carried.size(); ++k) {
    if (outputs[k]) adjoints[plan.carried[k]].push_back(outputs[k]);
  }
  const auto stacked = std::span(outputs.data(), outputs.size()).subspan(plan.carried.size());
  for (const LoopAdjoint& adjoint : plan.adjoints) {
    adjoints[adjoint.input].push_back(adjoint.kind == Kind::slices
                                          ? b.reverse(stacked[adjoint.stacked], 0)
                                          : over_all_trips(b, adjoint, stacked));
  }
  return adjoints;
}

}  // namespace pfsday::count
