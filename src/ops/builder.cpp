#include "ops/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ops/evaluation.h"
#include "ops/infer.h"
#include "ops/window.h"

namespace pfsday::ops {
namespace {

/// Elements read and written and arithmetic done when a node is evaluated.
Count evaluation_cost(const Graph& graph, const graph::Node& node) {
  const NodeView view(graph, node);
  Count cost = 1;
  for (std::size_t i = 0; i < view.input_count(); ++i) cost += view.input_type(i).elements();
  for (std::size_t i = 0; i < view.output_count(); ++i) cost += view.output_type(i).elements();
  const Primitive& primitive = primitive_of(*node.kind);
  Count inside = node.bodies.empty() ? 0 : 1;
  for (const graph::Body& body : node.bodies) {
    for (const graph::Node& one : body->nodes()) inside += evaluation_cost(*body, one);
  }
  const auto* trips = graph::find_attribute<std::int64_t>(node.attributes, "trips");
  if (trips != nullptr) inside *= Count(*trips);
  if (primitive.work == nullptr || !node.bodies.empty()) return cost + inside;
  // Sorting by insertion moves elements, quadratically many but many at once.
  if (primitive.is_bound) cost += Count((cost * cost).value() / 16);
  const Work work = primitive.work(view, Rules{});
  return cost + work.mul + work.add + work.div + work.special + work.compare;
}

/// The outputs of a node all of whose inputs are literals.
std::vector<Literal> evaluate_literals(const Graph& graph, const graph::Node& node,
                                       std::span<const Literal> inputs) {
  std::vector<Tensor<Exact>> tensors;
  for (const Literal& input : inputs) tensors.push_back({input.type(), input.values()});
  std::vector<const Tensor<Exact>*> views;
  for (const auto& tensor : tensors) views.push_back(&tensor);
  std::vector<Literal> outputs;
  for (auto& tensor : evaluate_node<Exact>(NodeView(graph, node), Rules{}, std::move(views))) {
    for (Exact& x : tensor.data) x = graph::to_element(tensor.type.element, x);
    outputs.push_back(Literal::of(std::move(tensor.type), std::move(tensor.data)));
  }
  return outputs;
}

/// What a run alone tells has an evaluation that gives zeros: no such zero is taken as known.
bool has_evaluation(const graph::Node& node) {
  if (node.kind->name == "opaque") return false;
  const auto is_evaluable = [](const graph::Body& body) {
    return std::ranges::all_of(body->nodes(), has_evaluation);
  };
  return primitive_of(*node.kind).evaluate.exact != nullptr &&
         std::ranges::all_of(node.bodies, is_evaluable);
}

/// Primitives whose result has no element that the first operand lacks.
constexpr std::string_view shape_only[] = {"broadcast", "reshape", "transpose", "slice"};

/// Without inputs, a random number is another one each time; a pattern of movement is not.
bool can_evaluate(const graph::Node& node) {
  const bool is_same = !node.inputs.empty() || primitive_of(*node.kind).cost == Cost::movement;
  return is_same && has_evaluation(node);
}

/// Flags by value, of a graph that grows: those beyond the end are not set.
bool is_marked(const std::vector<bool>& flags, Value v) {
  return v.index < flags.size() && flags[v.index];
}
void mark(std::vector<bool>& flags, Value v) {
  if (v.index >= flags.size()) flags.resize(2 * std::size_t{v.index} + 64);
  flags[v.index] = true;
}

}  // namespace

std::int64_t Window::output_size(std::size_t i, std::int64_t input_size) const {
  return window_output_size(input_size, size[i], strides[i], dilations[i], pads_low[i],
                            pads_high[i]);
}

const TensorType& Builder::type(Value v) const {
  static const TensorType unknown;
  return v ? graph_->type(v) : unknown;
}

Value Builder::capture(Value outside) {
  if (!outside) return {};
  if (const auto found = inside_.find(outside); found != inside_.end()) return found->second;
  const graph::ValueInfo& info = outer_->graph().info(outside);
  const bool is_constant = info.literal && !info.from_weight;
  const Value inside = is_constant ? graph_->add_constant(*info.literal)
                                   : graph_->add_body_input(info.type, info.from_weight);
  inside_.emplace(outside, inside);
  if (is_constant) return inside;
  captured_.push_back(outside);
  outside_.emplace(inside, outside);
  return inside;
}

Value Builder::held_tensor(const void* identity, std::string name, TensorType type,
                           std::optional<Literal> literal) {
  const auto [found, is_new] = outermost().held_.try_emplace(identity);
  if (is_new)
    found->second = root().add_tensor(std::move(name), std::move(type), std::move(literal));
  return from_root(found->second);
}

/// What a captured value stands for; the empty Value if it is none.
Value Builder::outside_of(Value captured) const {
  const auto found = outside_.find(captured);
  return found == outside_.end() ? Value{} : found->second;
}

bool Builder::is_knowable(Value v) const {
  const graph::ValueInfo& info = graph_->info(v);
  const Value outside = outside_of(v);
  const bool is_found =
      outside ? outer_->is_knowable(outside) : info.literal || is_marked(knowable_, v);
  return is_found && graph::can_be_literal(info.type);
}

void Builder::note_knowable(const graph::Node& node, const Values& outputs) {
  const auto is_known = [this](Value v) { return is_knowable(v); };
  if (!can_evaluate(node) || !std::ranges::all_of(node.inputs, is_known)) return;
  for (const Value v : outputs) mark(knowable_, v);
}

bool Builder::can_afford(Count cost) {
  if (cost > evaluation_budget_) return false;
  evaluation_budget_ -= cost;
  return true;
}

const Literal* Builder::known(Value v, int depth) {
  if (!v || depth == 0 || !is_knowable(v)) return nullptr;
  if (const Value outside = outside_of(v)) return outer_->known(outside, depth - 1);
  const graph::ValueInfo& info = graph_->info(v);
  if (info.literal) return info.literal.get();
  if (const auto found = evaluated_.find(v); found != evaluated_.end()) return &found->second;
  const graph::Node& node = *graph_->producer(v);
  std::vector<Literal> inputs;
  for (const Value input : node.inputs) {
    const Literal* literal = known(input, depth - 1);
    if (literal == nullptr) return nullptr;
    inputs.push_back(*literal);
  }
  if (!can_afford(evaluation_cost(*graph_, node))) return nullptr;
  auto outputs = evaluate_literals(*graph_, node, inputs);
  for (std::uint32_t i = 0; i < node.output_count; ++i) {
    evaluated_.emplace(node.output(i), std::move(outputs[i]));
  }
  return &evaluated_.at(v);
}

std::optional<Error> Builder::take_fault() { return std::exchange(fault_, std::nullopt); }

Value Builder::fault(Code code, std::string what, std::string hint) {
  if (!fault_) fault_ = Error{code, std::move(what), std::move(hint), {}};
  return {};
}

/// Where all elements of each operand are equal, so are those of the result, and one is enough to
/// know it: such constants are folded at any size, so that what is counted does not depend on it.
std::optional<Values> Builder::fold_uniform(const graph::Node& node, const TensorTypes& outputs) {
  if (!can_evaluate(node) || !node.bodies.empty() || outputs.size() != 1) return std::nullopt;
  const bool is_movement = std::ranges::count(shape_only, node.kind->name) > 0;
  if (!is_movement && !node.attributes.empty()) return std::nullopt;
  std::vector<Literal> inputs;
  for (const Value v : node.inputs) {
    const graph::ValueInfo& info = graph_->info(v);
    const bool is_weight = info.from_weight || info.is_parameter;
    const auto uniform = info.literal && !is_weight ? info.literal->uniform() : std::nullopt;
    if (!uniform || !graph::can_be_literal({info.type.element, {}})) return std::nullopt;
    if (!is_movement && info.type.shape != outputs[0].shape) return std::nullopt;
    inputs.push_back(Literal::scalar(info.type.element, *uniform));
  }
  if (is_movement) return Values{full(outputs[0], inputs[0].at(0))};
  Graph scratch;
  graph::Node one{.kind = node.kind};
  for (const Literal& input : inputs) one.inputs.push_back(scratch.add_constant(input));
  const TensorTypes scalar = {TensorType{outputs[0].element, {}}};
  const auto inferred = infer_node(NodeView(scratch, one));
  if (!inferred || *inferred != scalar) return std::nullopt;
  scratch.append(std::move(one), scalar);
  const auto results = evaluate_literals(scratch, scratch.nodes().front(), inputs);
  return Values{full(outputs[0], results[0].at(0))};
}

std::optional<Values> Builder::fold(const graph::Node& node, const TensorTypes& outputs) {
  if (auto uniform = fold_uniform(node, outputs)) return uniform;
  const bool is_constant = std::ranges::all_of(node.inputs, [this](Value v) {
    const graph::ValueInfo& info = graph_->info(v);
    const bool is_weight = info.from_weight || info.is_parameter;
    return info.literal && !is_weight && graph::can_be_literal(info.type);
  });
  const bool is_small = is_constant && std::ranges::all_of(outputs, graph::can_be_literal);
  if (!is_small || !can_evaluate(node)) return std::nullopt;
  Graph scratch;
  graph::Node copy = node;
  std::vector<Literal> inputs;
  for (Value& v : copy.inputs) {
    inputs.push_back(*graph_->info(v).literal);
    v = scratch.add_constant(inputs.back());
  }
  scratch.append(std::move(copy), outputs);
  const graph::Node& whole = scratch.nodes().front();
  if (!can_afford(evaluation_cost(scratch, whole))) return std::nullopt;
  Values folded;
  for (Literal& literal : evaluate_literals(scratch, whole, inputs)) {
    folded.push_back(graph_->add_constant(std::move(literal)));
  }
  return folded;
}

Values Builder::emit_all(std::string_view name, Values inputs, Attributes attributes,
                         std::vector<graph::Body> bodies) {
  if (std::ranges::any_of(inputs, [](Value v) { return !v; })) return {};
  const Primitive* primitive = find_primitive(name);
  assert(primitive != nullptr);
  graph::Node node{.kind = &primitive->kind,
                   .inputs = std::move(inputs),
                   .attributes = std::move(attributes),
                   .bodies = std::move(bodies),
                   .origin = origin_,
                   .pass = pass_};
  auto outputs = infer_node(NodeView(*graph_, node));
  if (!outputs) {
    if (!fault_) fault_ = std::move(outputs).error();
    return {};
  }
  if (auto folded = fold(node, *outputs)) return std::move(*folded);
  const Value first = graph_->append(std::move(node), *outputs);
  Values values;
  for (std::uint32_t i = 0; i < outputs->size(); ++i) values.push_back(Value{first.index + i});
  note_knowable(*graph_->producer(first), values);
  return values;
}

Value Builder::emit(std::string_view name, Values inputs, Attributes attributes) {
  const Values values = emit_all(name, std::move(inputs), std::move(attributes));
  return values.empty() ? Value{} : values[0];
}

Value Builder::scalar(ElementType element, Exact value) {
  return graph_->add_constant(Literal::scalar(element, value));
}

Value Builder::full(TensorType type, Exact value) {
  return graph_->add_constant(Literal::splat(std::move(type), value));
}

Value Builder::constant(Literal literal) { return graph_->add_constant(std::move(literal)); }

Value Builder::integers(const Axes& values) {
  TensorType type{ElementType::i64, {static_cast<std::int64_t>(values.size())}};
  return constant(Literal::of(std::move(type), std::vector<Exact>(values.begin(), values.end())));
}

Value Builder::iota(std::int64_t size, std::int64_t start, std::int64_t step) {
  return emit("iota", {},
              {{"element", std::string("i64")}, {"size", size}, {"start", start}, {"step", step}});
}

Value Builder::binary(std::string_view name, Value a, Value b) {
  if (!a || !b) return {};
  const auto common = broadcast_shape(shape(a), shape(b));
  if (!common) {
    return fault(Code::not_broadcastable, fmt::format("{} and {} cannot be broadcast together",
                                                      to_string(shape(a)), to_string(shape(b))));
  }
  const Value wide_a = broadcast(a, *common);
  const Value wide_b = broadcast(b, *common);
  return emit(name, {wide_a, wide_b});
}

Value Builder::select(Value condition, Value if_true, Value if_false) {
  if (!condition || !if_true || !if_false) return {};
  auto common = broadcast_shape(shape(if_true), shape(if_false));
  if (common) common = broadcast_shape(*common, shape(condition));
  if (!common) {
    return fault(
        Code::not_broadcastable,
        fmt::format("{}, {} and {} cannot be broadcast together", to_string(shape(condition)),
                    to_string(shape(if_true)), to_string(shape(if_false))));
  }
  const Value wide_condition = broadcast(condition, *common);
  const Value wide_true = broadcast(if_true, *common);
  const Value wide_false = broadcast(if_false, *common);
  return emit("select", {wide_condition, wide_true, wide_false});
}

Value Builder::with_scalar(std::string_view name, Value x, Exact value) {
  if (!x) return {};
  return binary(name, x, scalar(type(x).element, value));
}

Value Builder::reduce(std::string_view name, Value x, const Axes& axes, KeepDims keep) {
  if (!x) return {};
  Shape kept = shape(x);
  const Value reduced = axes.empty() ? x : emit(name, {x}, {{"axes", axes}});
  if (keep == KeepDims::no || !reduced) return reduced;
  for (const std::int64_t axis : axes) kept[static_cast<std::size_t>(axis)] = 1;
  return reshape(reduced, kept);
}

Value Builder::reduce_sum(Value x, const Axes& axes, KeepDims keep) {
  return reduce("reduce_sum", x, axes, keep);
}

Value Builder::reduce_max(Value x, const Axes& axes, KeepDims keep) {
  return reduce("reduce_max", x, axes, keep);
}

Value Builder::reduce_min(Value x, const Axes& axes, KeepDims keep) {
  return reduce("reduce_min", x, axes, keep);
}

Value Builder::reduce_product(Value x, const Axes& axes, KeepDims keep) {
  return reduce("reduce_product", x, axes, keep);
}

Value Builder::reduce_mean(Value x, const Axes& axes, KeepDims keep) {
  const Value sum = reduce_sum(x, axes, keep);
  if (!sum) return {};
  Exact count = 1;
  for (const std::int64_t axis : axes) {
    count *= static_cast<Exact>(shape(x)[static_cast<std::size_t>(axis)]);
  }
  return with_scalar("div", sum, count);
}

Value Builder::dot(Value a, Value b, const DotAxes& axes) {
  return emit("dot", {a, b},
              {{"batch_a", axes.batch_a},
               {"batch_b", axes.batch_b},
               {"contract_a", axes.contract_a},
               {"contract_b", axes.contract_b}});
}

Value Builder::matmul(Value a, Value b) {
  if (!a || !b) return {};
  const Shape shape_a = shape(a);
  const Shape shape_b = shape(b);
  const auto disagree = [&](std::string_view what) {
    return fault(Code::shapes_disagree,
                 fmt::format("{}: a is {}, b is {}", what, to_string(shape_a), to_string(shape_b)),
                 shape_a.size() > 1 && shape_b.size() > 1 && shape_a.back() == shape_b.back()
                     ? "b looks transposed"
                     : "");
  };
  if (shape_a.empty() || shape_b.empty()) return disagree("a scalar has no inner dimension");
  const std::size_t inner_b = shape_b.size() < 2 ? 0 : shape_b.size() - 2;
  if (shape_a.back() != shape_b[inner_b]) return disagree("inner dimensions differ");
  const auto last_a = static_cast<std::int64_t>(shape_a.size()) - 1;
  const auto contract_b = static_cast<std::int64_t>(inner_b);
  // Without batch axes in b: all free axes of both, in order.
  if (shape_b.size() <= 2) return dot(a, b, {{}, {}, {last_a}, {contract_b}});
  const Shape lead_a(shape_a.begin(), shape_a.end() - std::min<std::ptrdiff_t>(2, last_a + 1));
  const Shape lead_b(shape_b.begin(), shape_b.end() - 2);
  const auto lead = broadcast_shape(lead_a, lead_b);
  if (!lead) return disagree("batch dimensions cannot be broadcast");
  Shape wide_a = *lead;
  wide_a.insert(wide_a.end(), shape_a.end() - std::min<std::ptrdiff_t>(2, last_a + 1),
                shape_a.end());
  Shape wide_b = *lead;
  wide_b.insert(wide_b.end(), shape_b.end() - 2, shape_b.end());
  const bool is_vector = shape_a.size() == 1;
  Axes batch(lead->size());
  std::iota(batch.begin(), batch.end(), 0);
  const auto lead_rank = static_cast<std::int64_t>(lead->size());
  return dot(broadcast(a, wide_a), broadcast(b, wide_b),
             {batch, batch, {lead_rank + (is_vector ? 0 : 1)}, {lead_rank}});
}

Value Builder::convolution(Value x, Value w, const Window& window, std::int64_t groups) {
  return emit("convolution", {x, w},
              {{"strides", window.strides},
               {"pads_low", window.pads_low},
               {"pads_high", window.pads_high},
               {"dilations", window.dilations},
               {"groups", groups}});
}

namespace {

Attributes window_attributes(const Window& window) {
  return {{"size", window.size},
          {"strides", window.strides},
          {"pads_low", window.pads_low},
          {"pads_high", window.pads_high},
          {"dilations", window.dilations}};
}

}  // namespace

Value Builder::window_sum(Value x, const Window& window) {
  return emit("window_sum", {x}, window_attributes(window));
}

Value Builder::window_max(Value x, const Window& window) {
  return emit("window_max", {x}, window_attributes(window));
}

Value Builder::reshape(Value x, const Shape& to) {
  if (x && shape(x) == to) return x;
  return emit("reshape", {x}, {{"shape", to}});
}

Value Builder::transpose(Value x, const Axes& permutation) {
  Axes same(shape(x).size());
  std::iota(same.begin(), same.end(), 0);
  if (x && permutation == same) return x;
  return emit("transpose", {x}, {{"permutation", permutation}});
}

Value Builder::broadcast(Value x, const Shape& to) {
  if (!x || shape(x) == to) return x;
  const graph::ValueInfo& info = graph_->info(x);
  const bool is_constant =
      info.literal && info.name.empty() && broadcast_shape(info.type.shape, to) == to;
  const auto value = is_constant ? info.literal->uniform() : std::nullopt;
  if (value) return full({info.type.element, to}, *value);
  return emit("broadcast", {x}, {{"shape", to}});
}

Value Builder::slice(Value x, const Axes& starts, const Axes& limits, const Axes& strides) {
  return emit("slice", {x}, {{"starts", starts}, {"limits", limits}, {"strides", strides}});
}

Value Builder::slice_axis(Value x, std::int64_t axis, std::int64_t start, std::int64_t limit) {
  if (!x) return {};
  Axes limits = shape(x);
  Axes starts(limits.size(), 0);
  starts[static_cast<std::size_t>(axis)] = start;
  limits[static_cast<std::size_t>(axis)] = limit;
  return slice(x, starts, limits, Axes(limits.size(), 1));
}

Value Builder::with_axis(Value x, std::int64_t axis) {
  if (!x) return {};
  Shape wider = shape(x);
  wider.insert(wider.begin() + axis, 1);
  return reshape(x, wider);
}

Value Builder::without_axis(Value x, std::int64_t axis) {
  if (!x) return {};
  Shape narrower = shape(x);
  narrower.erase(narrower.begin() + axis);
  return reshape(x, narrower);
}

Value Builder::concat(const Values& parts, std::int64_t axis) {
  return emit("concat", parts, {{"axis", axis}});
}

Value Builder::cast(Value x, ElementType element) {
  if (x && type(x).element == element) return x;
  return emit("cast", {x}, {{"to", std::string(graph::to_string(element))}});
}

Value Builder::gather(Value x, Value indices, std::int64_t axis) {
  return emit("gather", {x, indices}, {{"axis", axis}});
}

Values Builder::uncounted(Values inputs, const TensorTypes& outputs, std::string op,
                          std::string reason) {
  return append_stated("uncounted", std::move(inputs),
                       {{"op", std::move(op)}, {"reason", std::move(reason)}}, outputs);
}

Values Builder::custom(Values inputs, const TensorTypes& outputs, std::string op, Axes work,
                       Axes gradient) {
  return append_stated(
      "custom", std::move(inputs),
      {{"op", std::move(op)}, {"work", std::move(work)}, {"gradient", std::move(gradient)}},
      outputs);
}

Values Builder::append_stated(std::string_view name, Values inputs, Attributes attributes,
                              const TensorTypes& outputs) {
  graph::Node node{.kind = &find_primitive(name)->kind,
                   .inputs = std::move(inputs),
                   .attributes = std::move(attributes),
                   .origin = origin_,
                   .pass = pass_};
  const Value first = graph_->append(std::move(node), outputs);
  Values values;
  for (std::uint32_t i = 0; i < outputs.size(); ++i) values.push_back(Value{first.index + i});
  return values;
}

void Builder::use_as_parameter(Value v, std::int64_t packed) {
  Values pending = {v};
  while (!pending.empty()) {
    const Value next = pending.back();
    pending.pop_back();
    if (!next || is_marked(walked_, next)) continue;
    mark(walked_, next);
    const graph::ValueInfo& info = graph_->info(next);
    const ElementType element = info.type.element;
    // Whatever moves may be indexed: only the operand itself may be of wide integers.
    const bool may_be_weight = graph::is_real(element) || graph::is_quantized(element) ||
                               (next == v && graph::is_integer(element));
    if (!may_be_weight) continue;
    if (info.source == graph::Source::tensor && !info.name.empty())
      graph_->mark_parameter(next, packed);
    if (const Value outside = outside_of(next)) outer_->use_as_parameter(outside, packed);
    const graph::Node* node = graph_->producer(next);
    const bool passes = node != nullptr && primitive_of(*node->kind).cost == Cost::movement &&
                        node->kind->name != "stop_gradient";
    if (passes) pending.insert(pending.end(), node->inputs.begin(), node->inputs.end());
  }
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const Shape& longer = a.size() >= b.size() ? a : b;
  const Shape& shorter = a.size() >= b.size() ? b : a;
  Shape common = longer;
  const std::size_t added = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    std::int64_t& size = common[added + i];
    if (size == 1) size = shorter[i];
    if (shorter[i] != 1 && shorter[i] != size) return std::nullopt;
  }
  return common;
}

}  // namespace pfsday::ops
