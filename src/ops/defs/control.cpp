// Control flow: loops and branches, which hold their bodies as graphs.
#include <fmt/format.h>

#include <algorithm>

#include "ops/body.h"
#include "ops/evaluation.h"
#include "ops/infer.h"
#include "ops/verify.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view loop_doc = R"(
A body run a fixed number of times.

  inputs   carried...   of the first trip
           scanned [trips, ...]...   one slice for each trip
           invariant...   the same in each trip
  attrs    trips; carried, scanned   how many inputs are of each sort
  body     (carried..., slices..., invariant...) -> (carried..., slices...)
  outputs  carried...   after the last trip
           stacked [trips, ...]...   the slices that the trips give
  work     trips * the work of the body
  derive   a loop in the other direction, over what the trips kept; see docs/methods.md

The body is held once.
)";
constexpr std::string_view branch_doc = R"(
One of two bodies, as a condition says when the model runs.

  inputs   condition [1 element] boolean; then what either body uses...
  body     twice: (what either body uses...) -> (outputs...), first where the condition is true
  outputs  those of the body that runs
  work     of the body with more adds and multiplies: an upper bound
  derive   a count takes the larger body in place of the branch before it differentiates
)";

Result<void> expect(const TensorType& type, const TensorType& wanted, std::string_view what) {
  if (type == wanted) return {};
  return fail(Code::graph_invalid, fmt::format("{} of a body is {} instead of {}", what,
                                               to_string(type), to_string(wanted)));
}

Result<void> expect_bodies(const NodeView& node, std::size_t count) {
  if (node.body_count() == count) return {};
  return fail(Code::graph_invalid,
              fmt::format("{} with {} bodies", node.kind().name, node.body_count()));
}

struct LoopShape {
  std::int64_t trips = 0;
  std::size_t carried = 0, scanned = 0;
};

LoopShape loop_shape(const NodeView& node) {
  return {node.integer("trips"), static_cast<std::size_t>(node.integer("carried")),
          static_cast<std::size_t>(node.integer("scanned"))};
}

Result<LoopShape> require_loop_shape(const NodeView& node) {
  const auto inputs = static_cast<std::int64_t>(node.input_count());
  const auto trips = TRY(require_integer(node, "trips", 0, size_limit));
  const auto carried = TRY(require_integer(node, "carried", 0, inputs));
  const auto scanned = TRY(require_integer(node, "scanned", 0, inputs - carried));
  return LoopShape{trips, static_cast<std::size_t>(carried), static_cast<std::size_t>(scanned)};
}

Result<void> check_loop_inputs(const NodeView& node, const Graph& body, const LoopShape& shape) {
  if (body.inputs().size() != node.input_count()) {
    return fail(Code::graph_invalid, fmt::format("a loop with {} inputs, its body with {}",
                                                 node.input_count(), body.inputs().size()));
  }
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const bool is_scanned = i >= shape.carried && i < shape.carried + shape.scanned;
    const TensorType& whole = node.input_type(i);
    if (is_scanned && (whole.shape.empty() || whole.shape[0] != shape.trips)) {
      return fail(Code::shapes_disagree,
                  fmt::format("a loop of {} trips over {}", shape.trips, to_string(whole)));
    }
    TRY(expect(body.type(body.inputs()[i]), is_scanned ? slice_type(whole) : whole, "an input"));
  }
  return {};
}

Result<TensorTypes> infer_loop(const NodeView& node) {
  TRY(expect_bodies(node, 1));
  const LoopShape shape = TRY(require_loop_shape(node));
  const Graph& body = node.body(0);
  TRY(check_loop_inputs(node, body, shape));
  if (body.outputs().size() < shape.carried) {
    return fail(Code::graph_invalid, "the body of a loop gives fewer values than it carries");
  }
  TensorTypes types;
  for (std::size_t i = 0; i < body.outputs().size(); ++i) {
    TensorType type = body.type(body.outputs()[i]);
    if (i < shape.carried) {
      TRY(expect(type, node.input_type(i), "a carried value"));
    } else if (type.known()) {
      type.shape.insert(type.shape.begin(), shape.trips);
    }
    types.push_back(type);
  }
  return types;
}

/// All nodes: a body holds none that is dead.
Work work_of_body(const Graph& body, const Rules& rules) {
  Work work;
  for (const graph::Node& node : body.nodes()) {
    const Primitive& primitive = primitive_of(*node.kind);
    if (primitive.work != nullptr) work += primitive.work(NodeView(body, node), rules);
  }
  return work;
}

Work work_of_loop(const NodeView& node, const Rules& rules) {
  Work work = work_of_body(node.body(0), rules);
  work *= Count(node.integer("trips"));
  return work;
}

Result<TensorTypes> infer_branch(const NodeView& node) {
  TRY(expect_bodies(node, 2));
  const TensorType& condition = node.input_type(0);
  if (condition.element != ElementType::boolean || condition.elements() != Count(1)) {
    return fail(Code::type_unsupported,
                fmt::format("the condition of a branch is {}", to_string(condition)));
  }
  TensorTypes types[2];
  for (std::size_t side = 0; side < 2; ++side) {
    const Graph& body = node.body(side);
    if (body.inputs().size() + 1 != node.input_count()) {
      return fail(Code::graph_invalid, "the bodies of a branch take other inputs than it has");
    }
    for (std::size_t i = 0; i < body.inputs().size(); ++i) {
      TRY(expect(body.type(body.inputs()[i]), node.input_type(i + 1), "an input"));
    }
    for (const Value v : body.outputs()) types[side].push_back(body.type(v));
  }
  if (types[0] == types[1]) return types[0];
  return fail(Code::shapes_disagree, "the two sides of a branch give different types");
}

Work work_of_branch(const NodeView& node, const Rules& rules) {
  const Work first = work_of_body(node.body(0), rules);
  const Work second = work_of_body(node.body(1), rules);
  return second.operations() > first.operations() ? second : first;
}

template <class Scalar>
std::vector<Tensor<Scalar>> run_body(const Graph& body, std::vector<Tensor<Scalar>> inputs,
                                     const Rules& rules) {
  std::map<Value, Tensor<Scalar>> given;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    given.emplace(body.inputs()[i], std::move(inputs[i]));
  }
  auto outputs = evaluate_graph<Scalar>(body, given, rules);
  assert(outputs);  // the inputs are all there, and every node has an evaluation
  return *std::move(outputs);
}

template <class Scalar>
Tensor<Scalar> slice_at(const Tensor<Scalar>& whole, std::int64_t trip) {
  const TensorType type = slice_type(whole.type);
  const auto size = static_cast<std::ptrdiff_t>(type.elements().value());
  const auto first = whole.data.begin() + size * trip;
  return {type, std::vector<Scalar>(first, first + size)};
}

template <class Scalar>
void evaluate_loop(const NodeView& node, Evaluation<Scalar>& run) {
  const LoopShape shape = loop_shape(node);
  std::vector<Tensor<Scalar>> carried;
  for (std::size_t i = 0; i < shape.carried; ++i) carried.push_back(run.input(i));
  for (std::int64_t trip = 0; trip < shape.trips; ++trip) {
    std::vector<Tensor<Scalar>> inputs = carried;
    for (std::size_t i = shape.carried; i < node.input_count(); ++i) {
      const bool is_scanned = i < shape.carried + shape.scanned;
      inputs.push_back(is_scanned ? slice_at(run.input(i), trip) : run.input(i));
    }
    auto outputs = run_body<Scalar>(node.body(0), std::move(inputs), run.rules());
    for (std::size_t i = shape.carried; i < outputs.size(); ++i) {
      const auto& slice = outputs[i].data;
      std::ranges::copy(slice, run.output(i).data.begin() + std::ssize(slice) * trip);
    }
    outputs.resize(shape.carried);
    carried = std::move(outputs);
  }
  for (std::size_t i = 0; i < shape.carried; ++i) run.output(i) = std::move(carried[i]);
}

template <class Scalar>
void evaluate_branch(const NodeView& node, Evaluation<Scalar>& run) {
  const bool is_true = value_of(run.input(0).data[0]) != 0;
  std::vector<Tensor<Scalar>> inputs;
  for (std::size_t i = 1; i < node.input_count(); ++i) inputs.push_back(run.input(i));
  auto outputs = run_body<Scalar>(node.body(is_true ? 0 : 1), std::move(inputs), run.rules());
  for (std::size_t i = 0; i < outputs.size(); ++i) run.output(i) = std::move(outputs[i]);
}

constexpr Primitive defs[] = {
    {.kind = {.name = "loop", .inputs = 0, .variadic = true, .doc = loop_doc},
     .infer = infer_loop,
     .work = work_of_loop,
     .derives_bodies = true,
     .evaluate = {evaluate_loop<Exact>, evaluate_loop<Tally>}},
    {.kind = {.name = "branch", .inputs = 1, .variadic = true, .doc = branch_doc},
     .infer = infer_branch,
     .work = work_of_branch,
     .derives_bodies = true,
     .evaluate = {evaluate_branch<Exact>, evaluate_branch<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily control{"Control flow", defs};

}  // namespace pfsday::ops
