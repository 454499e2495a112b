#include "ops/body.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/liveness.h"
#include "graph/splice.h"

namespace pfsday::ops {
namespace {

Result<void> check_scanned(const Builder& b, std::int64_t trips, const Values& scanned) {
  for (const Value v : scanned) {
    const Shape& shape = b.shape(v);
    if (!shape.empty() && shape[0] == trips) continue;
    return fail(Code::shapes_disagree,
                fmt::format("a loop of {} trips over {}", trips, to_string(b.type(v))));
  }
  return {};
}

/// The values of one trip as inputs of the body.
LoopValues add_inputs(Builder& outer, Graph& body, const LoopValues& in) {
  LoopValues inside;
  for (const Value v : in.carried) {
    inside.carried.push_back(body.add_body_input(outer.type(v), outer.graph().info(v).from_weight));
  }
  for (const Value v : in.scanned) {
    inside.scanned.push_back(
        body.add_body_input(slice_type(outer.type(v)), outer.graph().info(v).from_weight));
  }
  return inside;
}

Result<void> check_carried(const Builder& outer, const Builder& body, const Values& before,
                           const Values& after) {
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (outer.type(before[i]) == body.type(after[i])) continue;
    return fail(Code::shapes_disagree,
                fmt::format("a value carried by a loop changes from {} to {}",
                            to_string(outer.type(before[i])), to_string(body.type(after[i]))));
  }
  return {};
}

Values joined(std::initializer_list<const Values*> parts) {
  Values all;
  for (const Values* part : parts) all.insert(all.end(), part->begin(), part->end());
  return all;
}

bool has_empty(const Values& values) {
  return std::ranges::any_of(values, [](Value v) { return !v; });
}

/// A side of a branch whose inputs are all that either side captures, in that order.
Graph with_inputs(const Graph& side, const Values& own, const Values& all, const Graph& outer) {
  Graph whole;
  graph::ValueMap map(side.value_count());
  for (const Value v : all) {
    const Value input = whole.add_body_input(outer.type(v), outer.info(v).from_weight);
    const auto found = std::ranges::find(own, v);
    if (found == own.end()) continue;
    map[side.inputs()[static_cast<std::size_t>(found - own.begin())].index] = input;
  }
  graph::splice(whole, side, map, graph::find_live_nodes(side));
  whole.set_outputs(graph::find_spliced(whole, side, map, side.outputs()));
  return whole;
}

}  // namespace

TensorType slice_type(TensorType type) {
  if (!type.shape.empty()) type.shape.erase(type.shape.begin());
  return type;
}

Result<LoopValues> build_loop(Builder& b, std::int64_t trips, const LoopValues& in,
                              const BuildTrip& build_trip) {
  if (has_empty(in.carried) || has_empty(in.scanned)) return LoopValues{};
  TRY(check_scanned(b, trips, in.scanned));
  Graph graph;
  Builder body(graph, b);
  const LoopValues inside = add_inputs(b, graph, in);
  const LoopValues out = TRY(build_trip(body, inside));
  if (auto fault = body.take_fault()) return fail(*std::move(fault));
  TRY(check_carried(b, body, in.carried, out.carried));
  graph.set_outputs(joined({&out.carried, &out.scanned}));
  const Values outputs = b.emit_all(
      "loop", joined({&in.carried, &in.scanned, &body.captured()}),
      {{"trips", trips}, {"carried", std::ssize(in.carried)}, {"scanned", std::ssize(in.scanned)}},
      {std::make_shared<const Graph>(graph::copy_live(graph))});
  if (outputs.empty()) return LoopValues{};
  const auto middle = outputs.begin() + std::ssize(in.carried);
  return LoopValues{Values(outputs.begin(), middle), Values(middle, outputs.end())};
}

Result<Values> build_branch(Builder& b, Value condition, const BuildSide& build_then,
                            const BuildSide& build_else) {
  Graph graphs[2];
  Values captured[2];
  Values all;
  for (const bool is_then : {true, false}) {
    Graph& graph = graphs[is_then ? 0 : 1];
    Builder side(graph, b);
    graph.set_outputs(TRY((is_then ? build_then : build_else)(side)));
    if (auto fault = side.take_fault()) return fail(*std::move(fault));
    captured[is_then ? 0 : 1] = side.captured();
    for (const Value v : side.captured()) {
      if (std::ranges::find(all, v) == all.end()) all.push_back(v);
    }
  }
  std::vector<graph::Body> bodies;
  for (std::size_t i = 0; i < 2; ++i) {
    bodies.push_back(
        std::make_shared<const Graph>(with_inputs(graphs[i], captured[i], all, b.graph())));
  }
  const Values condition_first = {condition};
  return b.emit_all("branch", joined({&condition_first, &all}), {}, std::move(bodies));
}

}  // namespace pfsday::ops
