#include "ops/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "ops/evaluation.h"
#include "ops/window.h"

namespace pfsday::ops {
namespace {

constexpr int known_depth_limit = 64;

/// Evaluates what v is computed of; none where that is not known, large or deep.
std::optional<Literal> evaluate_known(const Graph& graph, Value v, int depth) {
  const graph::ValueInfo& info = graph.info(v);
  if (info.literal) return info.literal;
  const graph::Node* node = graph.producer(v);
  if (node == nullptr || depth == 0 || !graph::can_be_literal(info.type)) return std::nullopt;
  const Primitive& primitive = primitive_of(*node->kind);
  if (primitive.evaluate.exact == nullptr || node->inputs.empty()) return std::nullopt;
  std::vector<Tensor<Exact>> inputs;
  for (const Value input : node->inputs) {
    const auto literal = graph::can_be_literal(graph.type(input))
                             ? evaluate_known(graph, input, depth - 1)
                             : std::nullopt;
    if (!literal) return std::nullopt;
    inputs.push_back({literal->type(), literal->values()});
  }
  std::vector<const Tensor<Exact>*> views;
  for (const auto& input : inputs) views.push_back(&input);
  auto outputs = evaluate_node<Exact>(NodeView(graph, *node), Rules{}, std::move(views));
  Tensor<Exact>& result = outputs[v.index - node->first_output.index];
  for (Exact& x : result.data) x = graph::to_element(result.type.element, x);
  return Literal::of(std::move(result.type), std::move(result.data));
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

std::optional<Literal> Builder::known(Value v) const {
  if (!v) return std::nullopt;
  return evaluate_known(*graph_, v, known_depth_limit);
}

std::optional<Error> Builder::take_fault() { return std::exchange(fault_, std::nullopt); }

Value Builder::fault(Code code, std::string what, std::string hint) {
  if (!fault_) fault_ = Error{code, std::move(what), std::move(hint), {}};
  return {};
}

std::optional<Values> Builder::fold(const graph::Node& node, const TensorTypes& outputs) {
  const Primitive& primitive = primitive_of(*node.kind);
  const bool can_evaluate = primitive.evaluate.exact != nullptr && !node.inputs.empty();
  const bool is_small = std::ranges::all_of(outputs, graph::can_be_literal);
  const bool is_constant = std::ranges::all_of(node.inputs, [this](Value v) {
    const graph::ValueInfo& info = graph_->info(v);
    return info.literal && !info.from_weight && graph::can_be_literal(info.type);
  });
  if (!can_evaluate || !is_small || !is_constant) return std::nullopt;
  Graph scratch;
  graph::Node copy = node;
  for (Value& v : copy.inputs) v = scratch.add_constant(*graph_->info(v).literal);
  const Value first = scratch.append(std::move(copy), outputs);
  Values folded;
  for (std::uint32_t i = 0; i < outputs.size(); ++i) {
    const auto literal = evaluate_known(scratch, Value{first.index + i}, 1);
    folded.push_back(graph_->add_constant(*literal));
  }
  return folded;
}

Values Builder::emit_all(std::string_view name, Values inputs, Attributes attributes) {
  if (std::ranges::any_of(inputs, [](Value v) { return !v; })) return {};
  const Primitive* primitive = find_primitive(name);
  assert(primitive != nullptr);
  graph::Node node{.kind = &primitive->kind,
                   .inputs = std::move(inputs),
                   .attributes = std::move(attributes),
                   .origin = origin_,
                   .pass = pass_};
  auto outputs = primitive->infer(NodeView(*graph_, node));
  if (!outputs) {
    if (!fault_) fault_ = std::move(outputs).error();
    return {};
  }
  if (auto folded = fold(node, *outputs)) return std::move(*folded);
  const Value first = graph_->append(std::move(node), *outputs);
  Values values;
  for (std::uint32_t i = 0; i < outputs->size(); ++i) values.push_back(Value{first.index + i});
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
  if (shape_a.size() <= 2 || shape_b.size() <= 2) {
    // Without batch axes on one side: all free axes of both, in order.
    if (shape_b.size() <= 2) return dot(a, b, {{}, {}, {last_a}, {contract_b}});
  }
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
  if (x && std::ranges::is_sorted(permutation) && permutation.size() == shape(x).size()) return x;
  return emit("transpose", {x}, {{"permutation", permutation}});
}

Value Builder::broadcast(Value x, const Shape& to) {
  if (x && shape(x) == to) return x;
  return emit("broadcast", {x}, {{"shape", to}});
}

Value Builder::slice(Value x, const Axes& starts, const Axes& limits, const Axes& strides) {
  return emit("slice", {x}, {{"starts", starts}, {"limits", limits}, {"strides", strides}});
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
  graph::Node node{.kind = &find_primitive("uncounted")->kind,
                   .inputs = std::move(inputs),
                   .attributes = {{"op", std::move(op)}, {"reason", std::move(reason)}},
                   .origin = origin_,
                   .pass = pass_};
  const Value first = graph_->append(std::move(node), outputs);
  Values values;
  for (std::uint32_t i = 0; i < outputs.size(); ++i) values.push_back(Value{first.index + i});
  return values;
}

void Builder::use_as_parameter(Value v) {
  Values pending = {v};
  while (!pending.empty()) {
    const Value next = pending.back();
    pending.pop_back();
    if (!next) continue;
    const graph::ValueInfo& info = graph_->info(next);
    if (info.source == graph::Source::tensor && !info.name.empty() &&
        graph::is_real(info.type.element)) {
      graph_->mark_parameter(next);
    }
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
