// Control flow: If, Loop, Scan, SequenceMap.
//
// A body is lowered once where it can be: a branch that is known is inlined, another becomes a
// branch of the graph; a loop becomes a loop of the graph, which is counted once and multiplied. A
// loop whose values change their size from trip to trip, whose nodes are steered by the trip's
// number, or that carries a sequence is unrolled.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/scope.h"
#include "ops/body.h"
#include "ops/infer.h"

namespace pfsday::onnx {
namespace {

using ops::LoopValues;

constexpr std::int64_t unrolled_trips = 4096;

Result<Body> read_body(const NodeView& view, std::string_view name) {
  for (const AttributeView& attribute : view.attributes) {
    if (attribute.name != name || attribute.graphs.empty()) continue;
    return Body{.view = TRY(read_body_view(attribute.graphs.front()))};
  }
  return fail(Code::attribute_invalid, fmt::format("it has no body \"{}\"", name));
}

/// Counts the level of nesting while it lives.
class Nested {
 public:
  explicit Nested(Context& context) : context_(context) { ++context_.depth; }
  ~Nested() { --context_.depth; }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;

  Result<void> check() const {
    if (context_.depth <= depth_limit) return {};
    return fail(Code::limit_exceeded,
                fmt::format("bodies and functions are nested more than {} deep", depth_limit));
  }

 private:
  Context& context_;
};

/// The outputs of the body, its inputs being those items.
Result<Items> run_body(Scope& inside, Body& body, const Items& inputs) {
  if (inputs.size() < body.view.inputs.size()) {
    return fail(Code::graph_invalid, fmt::format("its body takes {} inputs instead of {}",
                                                 body.view.inputs.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < body.view.inputs.size(); ++i) {
    TRY(inside.define(body.view.inputs[i].name, inputs[i]));
  }
  TRY(inside.add_nodes(body));
  return inside.outputs_of(body.view);
}

/// The nodes of the body in the graph of the scope around it.
Result<Items> inline_body(Scope& scope, Body& body, const Items& inputs) {
  const Nested nested(scope.context());
  TRY(nested.check());
  const std::uint32_t origin = scope.builder().origin();
  Scope inside(scope.context(), scope.builder(), &scope);
  Items outputs = TRY(run_body(inside, body, inputs));
  scope.builder().set_origin(origin);
  return outputs;
}

/// Values of tensors; none if an item is something else.
std::optional<Values> only_tensors(const Items& items) {
  Values values;
  for (const Item& item : items) {
    if (!item.is_tensor()) return std::nullopt;
    values.push_back(item.value);
  }
  return values;
}

Items items_of(const Values& values) {
  Items items;
  for (const Value v : values) items.push_back(Item::of(v));
  return items;
}

std::unexpected<Error> no_tensor() {
  return fail(Code::type_unsupported, "a body hands on what is no tensor");
}

// If

/// Which side is taken, where that is known.
std::optional<bool> known_side(Scope& scope, const NodeView& view, const Item& condition) {
  const auto& named = scope.context().options->branches;
  if (const auto found = named.find(scope.path_of(view)); found != named.end()) {
    scope.context().used_names.insert(found->first);
    return found->second;
  }
  const auto known = condition.value ? scope.builder().known(condition.value) : std::nullopt;
  if (!known || known->type().elements() != Count(1)) return std::nullopt;
  return known->at(0) != 0;
}

ops::BuildSide side_of(Scope& scope, Body& body) {
  return [&scope, &body](Builder& side) -> Result<Values> {
    const Nested nested(scope.context());
    TRY(nested.check());
    Scope inside(scope.context(), side, &scope);
    const Items outputs = TRY(run_body(inside, body, {}));
    const auto values = only_tensors(outputs);
    if (!values) return no_tensor();
    return *values;
  };
}

/// Adds and multiplies of a side on its own; the fault if it cannot be counted.
Result<Count> operations_of(Scope& scope, Body& body) {
  graph::Graph scratch;
  Builder side(scratch, scope.builder());
  const Nested nested(scope.context());
  TRY(nested.check());
  Scope inside(scope.context(), side, &scope);
  TRY(run_body(inside, body, {}));
  Count sum = 0;
  for (const graph::Node& node : scratch.nodes()) {
    const auto& primitive = ops::primitive_of(*node.kind);
    if (primitive.work != nullptr) {
      sum += primitive.work(graph::NodeView(scratch, node), {}).operations();
    }
  }
  return sum;
}

/// Both sides give values of other types, or one of them is impossible: the larger one is taken.
Result<Items> take_larger(Scope& scope, Body& then_body, Body& else_body) {
  const auto first = operations_of(scope, then_body);
  const auto second = operations_of(scope, else_body);
  if (!first && !second) return fail(first.error());
  const bool takes_else = !first || (second && *second > *first);
  const auto describe = [](const Result<Count>& side) {
    return side ? to_grouped(*side) + " FLOP" : "cannot be counted: " + side.error().what;
  };
  scope.builder().note_bound(
      "larger_branch",
      fmt::format("{}: {}; the other side: {}", takes_else ? "else" : "then",
                  describe(takes_else ? second : first), describe(takes_else ? first : second)));
  return inline_body(scope, takes_else ? else_body : then_body, {});
}

Result<Items> lower_if(Scope& scope, const NodeView& view, const Items& inputs) {
  if (inputs.empty()) return fail(Code::input_missing, "its condition is missing");
  Body then_body = TRY(read_body(view, "then_branch"));
  Body else_body = TRY(read_body(view, "else_branch"));
  if (const auto side = known_side(scope, view, inputs[0])) {
    return inline_body(scope, *side ? then_body : else_body, {});
  }
  Builder& b = scope.builder();
  if (!inputs[0].is_tensor() || b.type(inputs[0].value).element != ElementType::boolean) {
    return take_larger(scope, then_body, else_body);
  }
  const std::size_t nodes_left = scope.context().nodes_left;
  auto outputs =
      ops::build_branch(b, inputs[0].value, side_of(scope, then_body), side_of(scope, else_body));
  if (auto fault = b.take_fault(); fault && outputs) outputs = fail(*std::move(fault));
  if (outputs) return items_of(*outputs);
  if (outputs.error().code == Code::limit_exceeded) return fail(std::move(outputs).error());
  scope.context().nodes_left = nodes_left;
  return take_larger(scope, then_body, else_body);
}

// Loop

/// A loop of the file: which of the body's inputs and outputs are what.
struct Loop {
  Body body = {};
  std::string name = {};
  std::optional<std::int64_t> trips = {};
  Items carried = {};
  std::size_t stacked = 0;
  bool has_limit = false;  ///< the number of trips is stated, by the file or by --trips
};

bool has_uncounted(const graph::Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [](const graph::Node& node) {
    return ops::primitive_of(*node.kind).cost == ops::Cost::uncounted ||
           std::ranges::any_of(node.bodies, [](const auto& body) { return has_uncounted(*body); });
  });
}

/// 0, 1, ..., trips - 1.
Value trip_numbers(Builder& b, std::int64_t trips) {
  return b.emit("iota", {},
                {{"element", std::string("i64")},
                 {"size", trips},
                 {"start", std::int64_t{0}},
                 {"step", std::int64_t{1}}});
}

Value true_value(Builder& b) { return b.scalar(ElementType::boolean, 1); }

/// What is known of the condition to go on that a trip hands on.
std::optional<bool> known_condition(Builder& b, const Item& condition) {
  const auto known = condition.value ? b.known(condition.value) : std::nullopt;
  if (!known || known->type().elements() != Count(1)) return std::nullopt;
  return known->at(0) != 0;
}

enum class Bodies : std::uint8_t {
  complete,  ///< without an uncounted node
  any,
};

/// Nodes that may be lowered only to see when loops end, those in it included, while it lives.
class Budget {
 public:
  explicit Budget(Context& context)
      : context_(context), held_back_(context.nodes_left - std::min(context.nodes_left, most)) {
    context_.nodes_left -= held_back_;
  }
  ~Budget() { context_.nodes_left += held_back_; }
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

 private:
  static constexpr std::size_t most = 100'000;
  Context& context_;
  std::size_t held_back_;
};

/// Trips until the condition that each hands on ends the loop; none if it is not known of one.
std::optional<std::int64_t> trips_until_end(Scope& scope, Loop& loop, std::int64_t trips) {
  if (trips > unrolled_trips) return std::nullopt;
  const Budget budget(scope.context());
  graph::Graph scratch;
  Builder trial(scratch, scope.builder());
  Items carried;
  for (const Item& item : loop.carried) carried.push_back(capture(trial, item));
  for (std::int64_t i = 0; i < trips; ++i) {
    Scope inside(scope.context(), trial, &scope);
    Items inputs = {Item::of(trial.scalar(ElementType::i64, static_cast<graph::Exact>(i))),
                    Item::of(true_value(trial))};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    const auto outputs = run_body(inside, loop.body, inputs);
    const auto goes_on = outputs ? known_condition(trial, outputs->front()) : std::nullopt;
    if (!goes_on) return std::nullopt;
    if (!*goes_on) return i + 1;
    std::copy_n(outputs->begin() + 1, carried.size(), carried.begin());
  }
  return trips;
}

/// As a loop of the graph. Fails where the body needs what only its trip tells.
Result<Items> keep_loop(Scope& scope, Loop& loop, std::int64_t trips, Bodies allowed) {
  Builder& b = scope.builder();
  const auto carried = only_tensors(loop.carried);
  if (!carried) return no_tensor();
  bool may_stop = false;
  const auto trip = [&](Builder& inner, const LoopValues& in) -> Result<LoopValues> {
    const Nested nested(scope.context());
    TRY(nested.check());
    Scope inside(scope.context(), inner, &scope);
    Items inputs = {Item::of(in.scanned[0]), Item::of(true_value(inner))};
    for (const Value v : in.carried) inputs.push_back(Item::of(v));
    const Items outputs = TRY(run_body(inside, loop.body, inputs));
    if (allowed == Bodies::complete && has_uncounted(inner.graph())) {
      return fail(Code::value_unknown, "a node of its body is not counted");
    }
    const auto values = only_tensors(outputs);
    if (!values) return no_tensor();
    may_stop = known_condition(inner, outputs[0]) != true;
    const auto middle = values->begin() + 1 + std::ssize(*carried);
    return LoopValues{Values(values->begin() + 1, middle), Values(middle, values->end())};
  };
  const LoopValues in{.carried = *carried, .scanned = {trip_numbers(b, trips)}};
  const LoopValues out = TRY(ops::build_loop(b, trips, in, trip));
  if (auto fault = b.take_fault()) return fail(*std::move(fault));
  const std::int64_t most = loop.has_limit ? trips : unrolled_trips;
  const auto until_end = may_stop ? trips_until_end(scope, loop, most) : std::nullopt;
  if (until_end && *until_end < most) {
    loop.has_limit = true;
    return keep_loop(scope, loop, *until_end, allowed);
  }
  if (!loop.has_limit) {
    b.note_bound("per_trip", fmt::format("one trip is counted: how many there are is known only "
                                         "when the model runs; pass --trips {}=N",
                                         loop.name));
  } else if (may_stop && !until_end) {
    b.note_bound("upper_bound", fmt::format("{} trips: a condition may stop it before", trips));
  }
  Items items = items_of(out.carried);
  for (const Value v : out.scanned) items.push_back(Item::of(v));
  return items;
}

/// Trip after trip, each with its number known.
Result<Items> unroll_loop(Scope& scope, Loop& loop, std::int64_t trips) {
  Builder& b = scope.builder();
  Items carried = loop.carried;
  std::vector<Values> slices(loop.stacked);
  for (std::int64_t i = 0; i < trips; ++i) {
    Items inputs = {Item::of(b.scalar(ElementType::i64, static_cast<graph::Exact>(i))),
                    Item::of(true_value(b))};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    const Items outputs = TRY(inline_body(scope, loop.body, inputs));
    for (std::size_t k = 0; k < carried.size(); ++k) carried[k] = outputs[k + 1];
    for (std::size_t k = 0; k < loop.stacked; ++k) {
      slices[k].push_back(b.with_axis(outputs[1 + carried.size() + k].value, 0));
    }
    const auto goes_on = known_condition(b, outputs[0]);
    if (goes_on == false) break;
    if (!goes_on) {
      b.note_bound("upper_bound", fmt::format("{} trips: a condition may stop it before", trips));
    }
  }
  for (const Values& stack : slices) {
    if (stack.empty())
      return fail(Code::value_unknown, "the type of what no trip gives is unknown");
    carried.push_back(Item::of(b.concat(stack, 0)));
  }
  return carried;
}

/// Whether a trip whose number is known, the first one, can be counted where a trip in general
/// cannot.
bool helps_to_unroll(Scope& scope, Loop& loop) {
  graph::Graph scratch;
  Builder trial(scratch, scope.builder());
  Scope inside(scope.context(), trial, &scope);
  Items inputs = {Item::of(trial.scalar(ElementType::i64, 0)), Item::of(true_value(trial))};
  for (const Item& item : loop.carried) inputs.push_back(capture(trial, item));
  const auto outputs = run_body(inside, loop.body, inputs);
  return outputs && !has_uncounted(scratch);
}

/// As one loop if the body allows it, else trip after trip.
Result<Items> lower_trips(Scope& scope, Loop& loop, std::int64_t trips) {
  Context& context = scope.context();
  const std::size_t nodes_left = context.nodes_left;
  auto kept = keep_loop(scope, loop, trips, Bodies::complete);
  if (kept || kept.error().code == Code::limit_exceeded) return kept;
  if (trips > unrolled_trips || !helps_to_unroll(scope, loop)) {
    return keep_loop(scope, loop, trips, Bodies::any);
  }
  context.nodes_left = nodes_left;
  return unroll_loop(scope, loop, trips);
}

/// How often it runs: as --trips says, or its input.
Result<void> find_trips(Scope& scope, const Items& inputs, Loop& loop) {
  const auto& named = scope.context().options->trips;
  const auto known = !inputs.empty() && inputs[0].is_tensor()
                         ? scope.builder().known(inputs[0].value)
                         : std::nullopt;
  if (const auto found = named.find(loop.name); found != named.end()) {
    scope.context().used_names.insert(found->first);
    loop.trips = found->second;
  } else if (known && known->type().elements() == Count(1) &&
             known->at(0) <= static_cast<graph::Exact>(ops::size_limit)) {
    // A larger limit is how exporters write a loop that only its condition ends.
    loop.trips = std::max<std::int64_t>(0, known->integers().at(0));
  }
  loop.has_limit = loop.trips.has_value();
  const auto goes_on = inputs.size() > 1 && inputs[1].is_tensor()
                           ? known_condition(scope.builder(), inputs[1])
                           : true;
  if (goes_on == false) loop.trips = 0;
  return {};
}

Result<Items> lower_loop(Scope& scope, const NodeView& view, const Items& inputs) {
  Loop loop{.body = TRY(read_body(view, "body")), .name = scope.path_of(view)};
  const std::size_t first = std::min<std::size_t>(2, inputs.size());
  loop.carried.assign(inputs.begin() + static_cast<std::ptrdiff_t>(first), inputs.end());
  const std::size_t outputs = loop.body.view.outputs.size();
  if (outputs < loop.carried.size() + 1 || loop.body.view.inputs.size() < 2) {
    return fail(Code::graph_invalid, "its body gives fewer values than it carries");
  }
  loop.stacked = outputs - loop.carried.size() - 1;
  TRY(find_trips(scope, inputs, loop));
  return lower_trips(scope, loop, loop.trips.value_or(1));
}

// Scan

/// Directions and axes of the scanned inputs or outputs of a Scan.
struct ScanAxes {
  Axes axes = {}, directions = {};
};

Result<ScanAxes> scan_axes(const OnnxNode& node, std::string_view kind, std::size_t count) {
  const Axes zeros(count, 0);
  const std::string axes = fmt::format("scan_{}_axes", kind);
  const bool is_old = node.opset() < 9 && kind == "input";
  const std::string directions = is_old ? "directions" : fmt::format("scan_{}_directions", kind);
  ScanAxes read;
  read.axes = TRY(node.integers(axes, zeros));
  read.directions = TRY(node.integers(directions, zeros));
  if (read.axes.size() == count && read.directions.size() == count) return read;
  return fail(Code::attribute_invalid, fmt::format("axes or directions are not {}", count));
}

/// The axis becomes the first one, or the first one that axis.
Value move_axis(Builder& b, Value v, std::int64_t axis, bool to_front) {
  Axes permutation;
  const std::int64_t rank = b.type(v).rank();
  for (std::int64_t i = 0; i < rank; ++i) permutation.push_back(i);
  const std::int64_t from = to_front ? axis : 0, to = to_front ? 0 : axis;
  permutation.erase(permutation.begin() + from);
  permutation.insert(permutation.begin() + to, from);
  return b.transpose(v, permutation);
}

struct Scan {
  Body body = {};
  std::size_t states = 0;
  ScanAxes inputs = {}, outputs = {};
};

Result<Scan> read_scan(const OnnxNode& node, const NodeView& view, std::size_t first,
                       std::size_t input_count) {
  Scan scan{.body = TRY(read_body(view, "body"))};
  const auto scanned = TRY(node.integer("num_scan_inputs", 0));
  const auto given = static_cast<std::int64_t>(input_count - first);
  const auto results = static_cast<std::int64_t>(scan.body.view.outputs.size());
  if (scanned < 1 || scanned > given || given - scanned > results) {
    return fail(Code::attribute_invalid, fmt::format("num_scan_inputs is {}", scanned));
  }
  scan.states = static_cast<std::size_t>(given - scanned);
  scan.inputs = TRY(scan_axes(node, "input", static_cast<std::size_t>(scanned)));
  scan.outputs = TRY(scan_axes(node, "output", static_cast<std::size_t>(results) - scan.states));
  return scan;
}

/// The scanned inputs, each with the axis of the trips in front, in the order of the trips.
Result<Values> scanned_inputs(Builder& b, const Scan& scan, const Values& inputs) {
  Values scanned;
  for (std::size_t i = scan.states; i < inputs.size(); ++i) {
    const std::size_t k = i - scan.states;
    const std::int64_t axis = TRY(checked_axis(scan.inputs.axes[k], b.type(inputs[i]).rank()));
    const Value front = move_axis(b, inputs[i], axis, true);
    scanned.push_back(scan.inputs.directions[k] == 0 ? front : b.reverse(front, 0));
  }
  return scanned;
}

/// Over the axis in front of the scanned inputs; the states go from trip to trip.
Result<Values> run_scan(Scope& scope, Scan& scan, const Values& inputs) {
  Builder& b = scope.builder();
  const auto states = static_cast<std::ptrdiff_t>(scan.states);
  const LoopValues in{.carried = Values(inputs.begin(), inputs.begin() + states),
                      .scanned = TRY(scanned_inputs(b, scan, inputs))};
  if (!in.scanned[0]) return Values{};
  const auto trip = [&](Builder& inner, const LoopValues& values) -> Result<LoopValues> {
    const Nested nested(scope.context());
    TRY(nested.check());
    Scope inside(scope.context(), inner, &scope);
    Items given = items_of(values.carried);
    for (const Value v : values.scanned) given.push_back(Item::of(v));
    const Items outputs = TRY(run_body(inside, scan.body, given));
    const auto tensors = only_tensors(outputs);
    if (!tensors) return no_tensor();
    const auto middle = tensors->begin() + states;
    return LoopValues{Values(tensors->begin(), middle), Values(middle, tensors->end())};
  };
  const LoopValues out = TRY(ops::build_loop(b, b.shape(in.scanned[0])[0], in, trip));
  if (auto fault = b.take_fault()) return fail(*std::move(fault));
  Values outputs = out.carried;
  for (std::size_t k = 0; k < out.scanned.size(); ++k) {
    const Value ordered =
        scan.outputs.directions[k] == 0 ? out.scanned[k] : b.reverse(out.scanned[k], 0);
    const std::int64_t axis = TRY(checked_axis(scan.outputs.axes[k], b.type(ordered).rank()));
    outputs.push_back(move_axis(b, ordered, axis, false));
  }
  return outputs;
}

/// Operator set 8: everything has a batch axis in front, and each example is scanned on its own.
Result<Items> run_batched_scan(Scope& scope, Scan& scan, const Values& inputs) {
  Builder& b = scope.builder();
  const auto example = [&](Builder& inner, const LoopValues& in) -> Result<LoopValues> {
    Scope middle(scope.context(), inner, &scope);
    return LoopValues{.carried = {}, .scanned = TRY(run_scan(middle, scan, in.scanned))};
  };
  const std::int64_t batch = b.shape(inputs[0]).empty() ? 0 : b.shape(inputs[0])[0];
  const LoopValues out =
      TRY(ops::build_loop(b, batch, {.carried = {}, .scanned = inputs}, example));
  return items_of(out.scanned);
}

Result<Items> lower_scan(Scope& scope, const NodeView& view, const Items& inputs) {
  const std::int64_t opset = scope.opset_of(view.domain);
  const bool is_batched = opset < 9;
  const std::size_t first = is_batched ? 1 : 0;
  if (inputs.size() < first + 1) return fail(Code::input_missing, "what it scans is missing");
  const OnnxNode node(view, opset, {});
  Scan scan = TRY(read_scan(node, view, first, inputs.size()));
  const auto values =
      only_tensors(Items(inputs.begin() + static_cast<std::ptrdiff_t>(first), inputs.end()));
  if (!values) return fail(Code::type_unsupported, "it scans what is no tensor");
  if (is_batched && inputs[0].value) {
    scope.builder().note_bound("upper_bound", "sequences may be shorter than the longest one");
  }
  if (is_batched) return run_batched_scan(scope, scan, *values);
  return items_of(TRY(run_scan(scope, scan, *values)));
}

// SequenceMap

/// How many elements the sequences have; none where all are given to the model and open.
std::optional<std::size_t> length_of(const Items& inputs) {
  for (const Item& input : inputs) {
    if (input.kind == Item::Kind::sequence) return input.elements.size();
  }
  return std::nullopt;
}

/// What trip i sees: of the inputs that are sequences, an element.
Result<Items> inputs_of_trip(const Items& inputs, std::size_t i) {
  Items given;
  for (const Item& input : inputs) {
    if (input.kind == Item::Kind::sequence && i >= input.elements.size()) {
      return fail(Code::shapes_disagree, "its sequences are of different lengths");
    }
    const bool is_open = input.kind == Item::Kind::open_sequence;
    given.push_back(is_open               ? Item::of(input.value)
                    : input.is_sequence() ? input.elements[i]
                                          : input);
  }
  return given;
}

/// The body once, for a sequence of unknown length.
Result<Items> map_open_sequence(Scope& scope, const NodeView& view, Body& body,
                                const Items& inputs) {
  Builder& b = scope.builder();
  const Items given = TRY(inputs_of_trip(inputs, 0));
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (!given[i].value || b.type(given[i].value).known()) continue;
    return fail(Code::value_unknown,
                fmt::format("the elements of \"{}\" have no known sizes", view.inputs[i]));
  }
  Items outputs = TRY(inline_body(scope, body, given));
  for (Item& output : outputs) output.kind = Item::Kind::open_sequence;
  b.note_bound("per_trip", fmt::format("one element is counted: how many there are is known only "
                                       "when the model runs; pass --bind {}=LENGTH",
                                       view.inputs[0]));
  return outputs;
}

/// The body once for each element of the first input, which is a sequence; of the others, those
/// that are sequences are walked too.
Result<Items> lower_sequence_map(Scope& scope, const NodeView& view, const Items& inputs) {
  if (inputs.empty() || !inputs[0].is_sequence()) {
    return fail(Code::type_unsupported, "its first input is no known sequence");
  }
  Body body = TRY(read_body(view, "body"));
  const auto length = length_of(inputs);
  if (!length) return map_open_sequence(scope, view, body, inputs);
  Items outputs(body.view.outputs.size(), Item{.kind = Item::Kind::sequence});
  for (std::size_t i = 0; i < *length; ++i) {
    const Items given = TRY(inputs_of_trip(inputs, i));
    const Items results = TRY(inline_body(scope, body, given));
    for (std::size_t k = 0; k < outputs.size(); ++k) outputs[k].elements.push_back(results[k]);
  }
  return outputs;
}

}  // namespace

LowerInScope find_control_lowering(std::string_view op) {
  if (op == "If") return lower_if;
  if (op == "Loop") return lower_loop;
  if (op == "Scan") return lower_scan;
  return op == "SequenceMap" ? lower_sequence_map : nullptr;
}

}  // namespace pfsday::onnx
