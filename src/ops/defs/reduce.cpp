// Reductions over whole axes.
#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view sum_doc = R"(
Sum over axes, which are dropped.

  inputs   x
  attrs    axes
  output   y   the sizes of the other axes
  work     (n - 1) add for each output element, n = product of the reduced sizes
  derive   dx = broadcast(dy): movement
)";
constexpr std::string_view max_doc = R"(
Maximum over axes, which are dropped.

  inputs   x
  attrs    axes
  output   y   the sizes of the other axes
  work     (n - 1) compare for each output element, n = product of the reduced sizes
  derive   dx = select(x = y, dy, 0): two compares for each element of x
)";

bool is_reduced(const NodeView& node, std::size_t axis) {
  const Axes& axes = node.axes("axes");
  return std::find(axes.begin(), axes.end(), static_cast<std::int64_t>(axis)) != axes.end();
}

Result<TensorTypes> infer_reduce(const NodeView& node) {
  TRY(require_numbers(node));
  TRY(require_distinct_axes(node, "axes", node.input_type(0).rank()));
  TensorType type{node.input_type(0).element, {}};
  for (std::size_t i = 0; i < node.input_shape(0).size(); ++i) {
    if (!is_reduced(node, i)) type.shape.push_back(node.input_shape(0)[i]);
  }
  return TensorTypes{type};
}

/// Elements combined, less one for each output; nothing where nothing is reduced.
Count steps_of(const NodeView& node) {
  const Count inputs = node.input_type(0).elements();
  return inputs == Count(0) ? Count(0) : inputs - node.output_type(0).elements();
}

Work work_of_sum(const NodeView& node, const Rules&) { return {.add = steps_of(node)}; }
Work work_of_max(const NodeView& node, const Rules&) { return {.compare = steps_of(node)}; }

/// A tensor of the result's shape, put back to the shape of the input.
Value spread(Builder& b, const NodeView& node, Value v) {
  Shape kept = node.input_shape(0);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (is_reduced(node, i)) kept[i] = 1;
  }
  return b.broadcast(b.reshape(v, kept), node.input_shape(0));
}

void derive_sum(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, spread(out.graph(), node, dy[0]));
}

void derive_max(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  const Value is_top = b.emit("equal", {node.input(0), spread(b, node, node.output(0))});
  const Value zero = b.full(node.input_type(0), 0);
  out.add(0, b.select(is_top, spread(b, node, dy[0]), zero));
}

template <class Scalar, class Combine>
void evaluate_reduce(const NodeView& node, Evaluation<Scalar>& run, Scalar of_nothing,
                     Combine&& combine) {
  const auto& x = run.input(0).data;
  auto& y = run.output(0).data;
  const Axes strides = strides_of(run.output(0).shape());
  std::vector<bool> started(y.size(), false);
  std::fill(y.begin(), y.end(), of_nothing);
  for_each_index(node.input_shape(0), [&](const Axes& index, std::size_t position) {
    Axes kept;
    for (std::size_t i = 0; i < index.size(); ++i) {
      if (!is_reduced(node, i)) kept.push_back(index[i]);
    }
    const std::size_t at = offset_of(kept, strides);
    y[at] = started[at] ? combine(y[at], x[position]) : x[position];
    started[at] = true;
  });
}

template <class Scalar>
void evaluate_sum(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, 0, add<Scalar>);
}
template <class Scalar>
void evaluate_max(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, -HUGE_VALL, larger<Scalar>);
}

constexpr Primitive defs[] = {
    {.kind = {.name = "reduce_sum", .inputs = 1, .doc = sum_doc},
     .infer = infer_reduce,
     .work = work_of_sum,
     .derive = derive_sum,
     .evaluate = {evaluate_sum<Exact>, evaluate_sum<Tally>}},
    {.kind = {.name = "reduce_max", .inputs = 1, .doc = max_doc},
     .infer = infer_reduce,
     .work = work_of_max,
     .derive = derive_max,
     .evaluate = {evaluate_max<Exact>, evaluate_max<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily reduce{"Reductions", defs};

}  // namespace pfsday::ops
