// Elements and slices by coordinates: GatherElements, GatherND, Scatter, ScatterElements,
// ScatterND, OneHot, ReverseSequence.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

Result<Values> lower_gather_elements(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t axis = TRY(node.axis("axis", 0, b.type(x).rank()));
  note_weight(x, b);
  return Values{b.emit("gather_elements", {x, node.input(1)}, {{"axis", axis}})};
}

Result<Values> lower_gather_nd(const OnnxNode& node, Builder& b) {
  note_weight(node.input(0), b);
  const std::int64_t batch = TRY(node.integer("batch_dims", 0));
  return Values{b.emit("gather_nd", {node.input(0), node.input(1)}, {{"batch", batch}})};
}

/// Updates replace what they meet, or (since opset 16) are combined with it.
Result<Values> scatter(const OnnxNode& node, Builder& b, std::string_view kind,
                       graph::Attributes attributes) {
  const std::string reduction(TRY(node.text("reduction", "none")));
  const Values inputs = {node.input(0), node.input(1), node.input(2)};
  if (reduction == "none") {
    return Values{b.emit(fmt::format("scatter_{}", kind), inputs, std::move(attributes))};
  }
  attributes.push_back({"mode", reduction});
  return Values{b.emit(fmt::format("combine_{}", kind), inputs, std::move(attributes))};
}

Result<Values> lower_scatter_elements(const OnnxNode& node, Builder& b) {
  const std::int64_t axis = TRY(node.axis("axis", 0, b.type(node.input(0)).rank()));
  return scatter(node, b, "elements", {{"axis", axis}});
}

Result<Values> lower_scatter_nd(const OnnxNode& node, Builder& b) {
  return scatter(node, b, "nd", {{"batch", std::int64_t{0}}});
}

/// `off` everywhere, and `on` where the indices say. An index out of range puts nothing.
Result<Values> lower_one_hot(const OnnxNode& node, Builder& b) {
  const std::int64_t depth = TRY(known_integer(node, 1, b));
  if (depth < 0) return fail(Code::shapes_disagree, fmt::format("the depth is {}", depth));
  const Value indices = b.cast(node.input(0), ElementType::i64);
  const std::int64_t axis = TRY(node.axis("axis", -1, b.type(indices).rank() + 1));
  Shape hot = b.shape(indices);
  hot.insert(hot.begin() + axis, 1);
  Shape whole = hot;
  whole[static_cast<std::size_t>(axis)] = depth;
  TRY(check_limits({ElementType::i64, whole}));
  const auto filled = [&](std::int64_t entry, const Shape& shape) {
    return b.broadcast(b.reshape(b.slice(node.input(2), {entry}, {entry + 1}, {1}), {}), shape);
  };
  const Value off = filled(0, whole);
  const Value on = filled(1, hot);
  return Values{b.emit("scatter_elements", {off, b.reshape(indices, hot), on}, {{"axis", axis}})};
}

/// For each batch, the first `length` steps in the opposite order: step t is taken from
/// length - 1 - t, and from t beyond the length.
Value reversed_steps(Value lengths, std::int64_t steps, Builder& b) {
  const std::int64_t batches = b.shape(lengths)[0];
  const Value length = b.reshape(b.cast(lengths, ElementType::i64), {batches, 1});
  const Value t = b.iota(steps);
  const Value reversed = b.sub(b.with_scalar("sub", length, 1), t);
  return b.select(b.binary("less", t, length), reversed, t);
}

Result<Values> lower_reverse_sequence(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const std::int64_t time = TRY(node.axis("time_axis", 0, rank));
  const std::int64_t batch = TRY(node.axis("batch_axis", 1, rank));
  const Axes order = TRY(checked_axes({batch, time}, rank));
  const std::int64_t batches = b.shape(x)[static_cast<std::size_t>(batch)];
  const std::int64_t steps = b.shape(x)[static_cast<std::size_t>(time)];
  if (b.shape(node.input(1)) != Shape{batches}) {
    return fail(Code::shapes_disagree, fmt::format("lengths are {} for {} sequences",
                                                   to_string(b.type(node.input(1))), batches));
  }
  // Batch and time first; the others keep their order.
  Axes permutation = order;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    if (axis != batch && axis != time) permutation.push_back(axis);
  }
  Axes inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  }
  const Value from = b.reshape(reversed_steps(node.input(1), steps, b), {batches, steps, 1});
  const Value y =
      b.emit("gather_nd", {b.transpose(x, permutation), from}, {{"batch", std::int64_t{1}}});
  return Values{b.transpose(y, inverse)};
}

constexpr Lowering rows[] = {
    {.op = "GatherElements", .inputs = 2, .lower = lower_gather_elements},
    {.op = "GatherND", .inputs = 2, .lower = lower_gather_nd},
    {.op = "Scatter", .inputs = 3, .lower = lower_scatter_elements},
    {.op = "ScatterElements", .inputs = 3, .lower = lower_scatter_elements},
    {.op = "ScatterND", .inputs = 3, .lower = lower_scatter_nd},
    {.op = "OneHot", .inputs = 3, .lower = lower_one_hot},
    {.op = "ReverseSequence", .inputs = 2, .lower = lower_reverse_sequence},
};

}  // namespace

extern constinit const LoweringFamily indexing{rows};

}  // namespace pfsday::onnx
