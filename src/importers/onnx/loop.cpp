// Loop: one loop of the graph where its body allows it, which is counted once and multiplied. A
// loop whose values change their size from trip to trip, whose nodes are steered by the trip's
// number, or that carries a sequence is unrolled.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/control.h"
#include "ops/body.h"
#include "ops/coverage.h"
#include "ops/infer.h"

namespace pfsday::onnx {
namespace {

using ops::LoopValues;

constexpr std::int64_t unrolled_trips = 4096;

/// A loop of the file: which of the body's inputs and outputs are what.
struct Loop {
  Body body = {};
  std::string name = {};
  std::optional<std::int64_t> trips = {};
  Items carried = {};
  std::size_t stacked = 0;
  bool has_limit = false;  ///< the number of trips is stated, by the file or by --trips
};

Value true_value(Builder& b) { return b.scalar(ElementType::boolean, 1); }

/// What is known of the condition to go on that a trip hands on.
std::optional<bool> known_condition(Builder& b, const Item& condition) {
  const Literal* known = b.known(condition.value);
  if (known == nullptr || known->type().elements() != Count(1)) return std::nullopt;
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
    if (allowed == Bodies::complete && ops::has_uncounted(inner.graph())) {
      return fail(Code::value_unknown, "a node of its body is not counted");
    }
    const auto values = only_tensors(outputs);
    if (!values) return no_tensor();
    may_stop = known_condition(inner, outputs[0]) != true;
    const auto middle = values->begin() + 1 + std::ssize(*carried);
    return LoopValues{Values(values->begin() + 1, middle), Values(middle, values->end())};
  };
  const LoopValues in{.carried = *carried, .scanned = {b.iota(trips)}};
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
  return outputs && !ops::has_uncounted(scratch);
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
  const bool is_stated = !inputs.empty() && inputs[0].is_tensor();
  const Literal* known = is_stated ? scope.builder().known(inputs[0].value) : nullptr;
  if (const auto found = named.find(loop.name); found != named.end()) {
    scope.context().used_names.insert(found->first);
    loop.trips = found->second;
  } else if (known != nullptr && known->type().elements() == Count(1) &&
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

}  // namespace

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

}  // namespace pfsday::onnx
