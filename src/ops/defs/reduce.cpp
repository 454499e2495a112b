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
constexpr std::string_view min_doc = R"(
Minimum over axes, which are dropped; the rest is as in reduce_max.
)";
constexpr std::string_view product_doc = R"(
Product over axes, which are dropped.

  inputs   x
  attrs    axes
  output   y   the sizes of the other axes
  work     (n - 1) mul for each output element, n = product of the reduced sizes
  derive   dx = reduce_product_gradient(x, dy)
)";
constexpr std::string_view product_gradient_doc = R"(
Adjoint of reduce_product: dy times the product of all other elements, right where some are zero.

  inputs   x, dy
  attrs    axes   as reduce_product
  output   dx     of x's type
  work     (3 n - 4) mul for each element of dy, n = product of the reduced sizes; none if n = 1

Products of what stands before each element, and of dy and what stands after it, are built from
either end (n - 2 and n - 1 mul) and multiplied (n - 1 mul).
)";

Exact greatest_of(ElementType element) {
  if (graph::is_real(element)) return HUGE_VALL;
  // All ones: -1 in a signed type, whose sign bit is no part of the value.
  const bool is_signed = graph::to_element(element, -1) < 0;
  return std::ldexp(Exact{1}, graph::bits_of(element) - (is_signed ? 1 : 0)) - 1;
}
Exact least_of(ElementType element) {
  if (graph::is_real(element)) return -HUGE_VALL;
  const bool is_signed = graph::to_element(element, -1) < 0;
  return is_signed ? -greatest_of(element) - 1 : 0;
}

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

Result<TensorTypes> infer_product_gradient(const NodeView& node) {
  const TensorTypes dy = TRY(infer_reduce(node));
  if (node.input_type(1) == dy[0]) return TensorTypes{node.input_type(0)};
  return fail(Code::shapes_disagree, fmt::format("dy is {} instead of {}",
                                                 to_string(node.input_type(1)), to_string(dy[0])));
}

/// Elements combined, less one for each output; nothing where nothing is reduced.
Count steps_of(const NodeView& node) {
  const Count inputs = node.input_type(0).elements();
  return inputs == Count(0) ? Count(0) : inputs - node.output_type(0).elements();
}

Work work_of_sum(const NodeView& node, const Rules&) { return {.add = steps_of(node)}; }
Work work_of_max(const NodeView& node, const Rules&) { return {.compare = steps_of(node)}; }
Work work_of_product(const NodeView& node, const Rules&) { return {.mul = steps_of(node)}; }
Work work_of_product_gradient(const NodeView& node, const Rules&) {
  const Count inputs = node.input_type(0).elements();
  const Count outputs = node.input_type(1).elements();
  return inputs <= outputs ? Work{} : Work{.mul = inputs * 3 - outputs * 4};
}

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

/// Of reduce_max and reduce_min.
void derive_extremum(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Builder& b = out.graph();
  const Value is_top = b.emit("equal", {node.input(0), spread(b, node, node.output(0))});
  const Value zero = b.full(node.input_type(0), 0);
  out.add(0, b.select(is_top, spread(b, node, dy[0]), zero));
}

void derive_product(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  out.add(0, out.graph().emit("reduce_product_gradient", {node.input(0), dy[0]},
                              {{"axes", node.axes("axes")}}));
}

/// Calls visit(position in x, position in y) for every element of x, row by row.
template <class Visit>
void for_each_reduced(const NodeView& node, const Shape& y, Visit&& visit) {
  const Axes strides = strides_of(y);
  for_each_index(node.input_shape(0), [&](const Axes& index, std::size_t position) {
    Axes kept;
    for (std::size_t i = 0; i < index.size(); ++i) {
      if (!is_reduced(node, i)) kept.push_back(index[i]);
    }
    visit(position, offset_of(kept, strides));
  });
}

template <class Scalar, class Combine>
void evaluate_reduce(const NodeView& node, Evaluation<Scalar>& run, Scalar of_nothing,
                     Combine&& combine) {
  const auto& x = run.input(0).data;
  auto& y = run.output(0).data;
  std::vector<bool> started(y.size(), false);
  std::fill(y.begin(), y.end(), of_nothing);
  for_each_reduced(node, run.output(0).shape(), [&](std::size_t position, std::size_t at) {
    y[at] = started[at] ? combine(y[at], x[position]) : x[position];
    started[at] = true;
  });
}

template <class Scalar>
void evaluate_sum(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, 0, add<Scalar>);
}
/// The maximum of nothing is the least value of the type, the minimum of nothing the greatest.
template <class Scalar>
void evaluate_max(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, least_of(node.output_type(0).element), larger<Scalar>);
}
template <class Scalar>
void evaluate_min(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, greatest_of(node.output_type(0).element), smaller<Scalar>);
}
template <class Scalar>
void evaluate_product(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_reduce<Scalar>(node, run, 1, multiply<Scalar>);
}
template <class Scalar>
void evaluate_product_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  std::vector<std::vector<std::size_t>> groups(run.input(1).data.size());
  for_each_reduced(node, run.input(1).shape(),
                   [&](std::size_t position, std::size_t at) { groups[at].push_back(position); });
  for (std::size_t at = 0; at < groups.size(); ++at) {
    const auto& group = groups[at];
    std::vector<Scalar> after(group.size(), run.input(1).data[at]);
    for (std::size_t i = group.size(); i-- > 1;) after[i - 1] = multiply(after[i], x[group[i]]);
    Scalar before;
    for (std::size_t i = 0; i < group.size(); ++i) {
      run.output(0).data[group[i]] = i == 0 ? after[i] : multiply(before, after[i]);
      if (i + 1 < group.size()) before = i == 0 ? x[group[i]] : multiply(before, x[group[i]]);
    }
  }
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
     .derive = derive_extremum,
     .evaluate = {evaluate_max<Exact>, evaluate_max<Tally>}},
    {.kind = {.name = "reduce_min", .inputs = 1, .doc = min_doc},
     .infer = infer_reduce,
     .work = work_of_max,
     .derive = derive_extremum,
     .evaluate = {evaluate_min<Exact>, evaluate_min<Tally>}},
    {.kind = {.name = "reduce_product", .inputs = 1, .doc = product_doc},
     .infer = infer_reduce,
     .work = work_of_product,
     .derive = derive_product,
     .evaluate = {evaluate_product<Exact>, evaluate_product<Tally>}},
    {.kind = {.name = "reduce_product_gradient", .inputs = 2, .doc = product_gradient_doc},
     .infer = infer_product_gradient,
     .work = work_of_product_gradient,
     .evaluate = {evaluate_product_gradient<Exact>, evaluate_product_gradient<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily reduce{"Reductions", defs};

}  // namespace pfsday::ops
