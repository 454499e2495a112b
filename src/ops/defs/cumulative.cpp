// Running sums.
#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view cumulative_sum_doc = R"(
Sum of the elements along an axis up to each one.

  inputs   x
  attrs    axis
  output   y[i] = x[0] + ... + x[i]
  work     size - 1 add for each row along the axis
  derive   dx = the same from the other end: reverse(cumulative_sum(reverse(dy)))
)";

Result<TensorTypes> infer_cumulative_sum(const NodeView& node) {
  TRY(require_numbers(node));
  TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - 1));
  return TensorTypes{node.input_type(0)};
}

Work work_of_cumulative_sum(const NodeView& node, const Rules&) {
  const Count elements = node.input_type(0).elements();
  if (elements == Count(0)) return {};
  Shape rows = node.input_shape(0);
  rows[static_cast<std::size_t>(node.integer("axis"))] = 1;
  return {.add = elements - graph::element_count(rows)};
}

void derive_cumulative_sum(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  const Attributes axes = {{"axes", Axes{node.integer("axis")}}};
  const Value sums =
      b.emit("cumulative_sum", {b.emit("reverse", {dy[0]}, axes)}, node.attributes());
  out.add(0, b.emit("reverse", {sums}, axes));
}

template <class Scalar>
void evaluate_cumulative_sum(const NodeView& node, Evaluation<Scalar>& run) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  const auto step = static_cast<std::size_t>(strides_of(node.input_shape(0))[axis]);
  auto& y = run.output(0).data;
  for_each_index(node.input_shape(0), [&](const Axes& at, std::size_t i) {
    const Scalar& x = run.input(0).data[i];
    y[i] = at[axis] == 0 ? x : add(y[i - step], x);
  });
}

constexpr Primitive defs[] = {
    {.kind = {.name = "cumulative_sum", .inputs = 1, .doc = cumulative_sum_doc},
     .infer = infer_cumulative_sum,
     .work = work_of_cumulative_sum,
     .derive = derive_cumulative_sum,
     .evaluate = {evaluate_cumulative_sum<Exact>, evaluate_cumulative_sum<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily cumulative{"Running sums", defs};

}  // namespace pfsday::ops
