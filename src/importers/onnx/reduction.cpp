// ReduceSum, ReduceMean, ReduceProd, ReduceMax, ReduceMin, and those that act on each element
// before or after the sum: ReduceL1, ReduceL2, ReduceSumSquare, ReduceLogSum, ReduceLogSumExp.
#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

using Reduce = Value (*)(Value x, const Axes& axes, KeepDims keep, Builder& b);

/// No axes: all of them, or none where noop_with_empty_axes is set; what an operator does to each
/// element is then still done. They are an attribute, since opset 13 (ReduceSum) or 18 an input.
template <Reduce reduce>
Result<Values> lower_reduce(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const Axes stated = TRY(integers_of(node, "axes", 1, b)).value_or(Axes{});
  Axes axes = TRY(checked_axes(stated, rank));
  const bool is_noop = TRY(node.integer("noop_with_empty_axes", 0)) != 0;
  if (stated.empty() && !is_noop) axes = axes_from(0, rank);
  const bool keep = TRY(node.integer("keepdims", 1)) != 0;
  return Values{reduce(x, axes, keep ? KeepDims::yes : KeepDims::no, b)};
}

Value sum(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.reduce_sum(x, axes, keep);
}
Value product(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.reduce_product(x, axes, keep);
}
Value mean(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return axes.empty() ? x : b.reduce_mean(x, axes, keep);
}

/// Booleans are compared as numbers.
template <Value (Builder::*reduce)(Value, const Axes&, KeepDims)>
Value extremum(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  const ElementType element = b.type(x).element;
  if (element != ElementType::boolean) return (b.*reduce)(x, axes, keep);
  return b.cast((b.*reduce)(b.cast(x, ElementType::u8), axes, keep), element);
}

Value sum_of_absolutes(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.reduce_sum(b.emit("abs", {x}), axes, keep);
}
Value sum_of_squares(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.reduce_sum(b.mul(x, x), axes, keep);
}
Value root_of_squares(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.sqrt(sum_of_squares(x, axes, keep, b));
}
Value log_of_sum(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  return b.log(b.reduce_sum(x, axes, keep));
}

/// The maximum, through which no gradient goes, is taken out so that exp cannot overflow.
Value log_of_sum_of_exponentials(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  if (!x) return {};
  const Value top = b.stop_gradient(b.reduce_max(x, axes, keep_dims));
  const Value log = b.log(b.reduce_sum(b.exp(b.sub(x, top)), axes, keep));
  return b.add(log, b.reshape(top, b.shape(log)));
}

/// Integers as f64, which what is not whole needs; the result is an integer again.
template <Reduce reduce>
Value in_reals(Value x, const Axes& axes, KeepDims keep, Builder& b) {
  const ElementType element = b.type(x).element;
  if (!graph::is_integer(element)) return reduce(x, axes, keep, b);
  return b.cast(reduce(b.cast(x, ElementType::f64), axes, keep, b), element);
}

constexpr Lowering rows[] = {
    {.op = "ReduceSum", .lower = lower_reduce<sum>},
    {.op = "ReduceProd", .lower = lower_reduce<product>},
    {.op = "ReduceMean", .lower = lower_reduce<mean>},
    {.op = "ReduceMax", .lower = lower_reduce<extremum<&Builder::reduce_max>>},
    {.op = "ReduceMin", .lower = lower_reduce<extremum<&Builder::reduce_min>>},
    {.op = "ReduceL1", .lower = lower_reduce<sum_of_absolutes>},
    {.op = "ReduceL2", .lower = lower_reduce<in_reals<root_of_squares>>},
    {.op = "ReduceSumSquare", .lower = lower_reduce<sum_of_squares>},
    {.op = "ReduceLogSum", .lower = lower_reduce<in_reals<log_of_sum>>},
    {.op = "ReduceLogSumExp", .lower = lower_reduce<in_reals<log_of_sum_of_exponentials>>},
};

}  // namespace

extern constinit const LoweringFamily reduction{rows};

}  // namespace pfsday::onnx
