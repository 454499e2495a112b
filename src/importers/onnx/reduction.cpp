// ReduceSum, ReduceMean, ReduceMax.
#include <fmt/format.h>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

using Reduce = Value (Builder::*)(Value x, const Axes& axes, KeepDims keep);

/// No axes: all of them, or none where noop_with_empty_axes is set. They are an attribute, since
/// opset 13 (ReduceSum) or 18 an input.
template <Reduce reduce>
Result<Values> lower_reduce(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const Axes stated = TRY(integers_of(node, "axes", 1, b)).value_or(Axes{});
  Axes axes = TRY(checked_axes(stated, rank));
  if (stated.empty()) {
    if (TRY(node.integer("noop_with_empty_axes", 0)) != 0) return Values{x};
    axes = axes_from(0, rank);
  }
  const bool keep = TRY(node.integer("keepdims", 1)) != 0;
  return Values{(b.*reduce)(x, axes, keep ? KeepDims::yes : KeepDims::no)};
}

constexpr Lowering rows[] = {
    {.op = "ReduceSum", .lower = lower_reduce<&Builder::reduce_sum>},
    {.op = "ReduceMean", .lower = lower_reduce<&Builder::reduce_mean>},
    {.op = "ReduceMax", .lower = lower_reduce<&Builder::reduce_max>},
};

}  // namespace

extern constinit const LoweringFamily reduction{rows};

}  // namespace pfsday::onnx
