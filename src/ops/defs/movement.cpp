// Movement: elements are renamed, copied or given another sign or type; there is no arithmetic.
#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view reshape_doc = R"(
The same elements in another shape.

  attrs    shape
  derive   reshape
)";
constexpr std::string_view transpose_doc = R"(
Axis i of the output is axis permutation[i] of the input.

  attrs    permutation
  derive   transpose by the inverse permutation
)";
constexpr std::string_view broadcast_doc = R"(
Repeats axes of size 1, and adds axes on the left.

  attrs    shape   aligned from the right
  derive   reduce_sum over the repeated axes: the broadcast costs its sums
)";
constexpr std::string_view slice_doc = R"(
Elements starts, starts + strides, ... below limits along each axis.

  attrs    starts, limits, strides   one for each axis, strides at least 1
  derive   pad
)";
constexpr std::string_view pad_doc = R"(
Zeros before, after and between the elements along each axis.

  attrs    low, high, interior   counts for each axis; low and high may be negative: then they crop
  derive   slice of what the pads may have cropped
)";
constexpr std::string_view concat_doc = R"(
Its inputs one after the other along an axis.

  attrs    axis
  derive   a slice for each input
)";
constexpr std::string_view reverse_doc = R"(
The order of the elements along axes turned round.

  attrs    axes
  derive   reverse
)";
constexpr std::string_view cast_doc = R"(
The same values in another element type.

  attrs    to   an element type, such as "f32"; fits   (optional) the type is known to hold the values
  derive   cast back; no gradient through an integer or boolean type
)";

Result<TensorTypes> infer_reshape(const NodeView& node) {
  const Shape shape = TRY(require_axes(node, "shape", 0, size_limit));
  const Count elements = node.input_type(0).elements();
  if (graph::element_count(shape) != elements || elements.overflowed()) {
    return fail(Code::shapes_disagree,
                fmt::format("{} cannot be reshaped to {}", to_string(node.input_shape(0)),
                            to_string(shape)));
  }
  return TensorTypes{{node.input_type(0).element, shape}};
}

void derive_reshape(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, out.graph().reshape(dy[0], node.input_shape(0)));
}

template <class Scalar>
void evaluate_copy(const NodeView&, Evaluation<Scalar>& run) {
  run.output(0).data = run.input(0).data;
}

Result<TensorTypes> infer_transpose(const NodeView& node) {
  const auto rank = node.input_type(0).rank();
  const Axes permutation = TRY(require_distinct_axes(node, "permutation", rank));
  TRY(require_sizes(node, "permutation", static_cast<std::size_t>(rank), 0, rank - 1));
  TensorType type{node.input_type(0).element, {}};
  for (const std::int64_t axis : permutation) {
    type.shape.push_back(node.input_shape(0)[static_cast<std::size_t>(axis)]);
  }
  return TensorTypes{type};
}

void derive_transpose(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  const Axes& permutation = node.axes("permutation");
  Axes inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    inverse[static_cast<std::size_t>(permutation[i])] = static_cast<std::int64_t>(i);
  }
  out.add(0, out.graph().transpose(dy[0], inverse));
}

/// Fills the output from the input: source(index of the output) is an offset, or none for zero.
template <class Scalar, class Source>
void evaluate_from(Evaluation<Scalar>& run, Source&& source) {
  for_each_index(run.output(0).shape(), [&](const Axes& index, std::size_t position) {
    const std::optional<std::size_t> at = source(index);
    run.output(0).data[position] = at ? run.input(0).data[*at] : Scalar(0);
  });
}

template <class Scalar>
void evaluate_transpose(const NodeView& node, Evaluation<Scalar>& run) {
  const Axes strides = strides_of(node.input_shape(0));
  const Axes& permutation = node.axes("permutation");
  Axes permuted;
  for (const std::int64_t axis : permutation) {
    permuted.push_back(strides[static_cast<std::size_t>(axis)]);
  }
  evaluate_from(run, [&](const Axes& index) { return std::optional(offset_of(index, permuted)); });
}

Result<TensorTypes> infer_broadcast(const NodeView& node) {
  const Shape shape = TRY(require_axes(node, "shape", 0, size_limit));
  if (broadcast_shape(node.input_shape(0), shape) != shape) {
    return fail(Code::not_broadcastable,
                fmt::format("{} cannot be broadcast to {}", to_string(node.input_shape(0)),
                            to_string(shape)));
  }
  return TensorTypes{{node.input_type(0).element, shape}};
}

void derive_broadcast(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  const Shape& from = node.input_shape(0);
  const Shape& to = node.output_shape(0);
  const std::size_t added = to.size() - from.size();
  Axes repeated;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (i < added || from[i - added] != to[i]) repeated.push_back(static_cast<std::int64_t>(i));
  }
  out.add(0, out.graph().reshape(out.graph().reduce_sum(dy[0], repeated), from));
}

template <class Scalar>
void evaluate_broadcast(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& from = node.input_shape(0);
  const Axes strides = strides_of(from);
  const std::size_t added = node.output_shape(0).size() - from.size();
  Axes spread(node.output_shape(0).size(), 0);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1) spread[added + i] = strides[i];
  }
  evaluate_from(run, [&](const Axes& index) { return std::optional(offset_of(index, spread)); });
}

Result<TensorTypes> infer_slice(const NodeView& node) {
  const std::size_t rank = node.input_shape(0).size();
  const Axes starts = TRY(require_sizes(node, "starts", rank, 0, size_limit));
  const Axes limits = TRY(require_sizes(node, "limits", rank, 0, size_limit));
  const Axes strides = TRY(require_sizes(node, "strides", rank, 1, size_limit));
  TensorType type{node.input_type(0).element, {}};
  for (std::size_t i = 0; i < rank; ++i) {
    if (starts[i] > limits[i] || limits[i] > node.input_shape(0)[i]) {
      return fail(Code::attribute_invalid, fmt::format("slice {}..{} of a size of {}", starts[i],
                                                       limits[i], node.input_shape(0)[i]));
    }
    type.shape.push_back((limits[i] - starts[i] + strides[i] - 1) / strides[i]);
  }
  return TensorTypes{type};
}

void derive_slice(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Axes high;
  Axes interior;
  for (std::size_t i = 0; i < node.input_shape(0).size(); ++i) {
    const std::int64_t stride = node.axes("strides")[i];
    const std::int64_t count = node.output_shape(0)[i];
    const std::int64_t covered = count == 0 ? 0 : (count - 1) * stride + 1;
    interior.push_back(stride - 1);
    high.push_back(node.input_shape(0)[i] - node.axes("starts")[i] - covered);
  }
  out.add(0,
          out.graph().emit("pad", {dy[0]},
                           {{"low", node.axes("starts")}, {"high", high}, {"interior", interior}}));
}

template <class Scalar>
void evaluate_slice(const NodeView& node, Evaluation<Scalar>& run) {
  const Axes strides = strides_of(node.input_shape(0));
  evaluate_from(run, [&](const Axes& index) {
    Axes from(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) {
      from[i] = node.axes("starts")[i] + index[i] * node.axes("strides")[i];
    }
    return std::optional(offset_of(from, strides));
  });
}

Result<TensorTypes> infer_pad(const NodeView& node) {
  const std::size_t rank = node.input_shape(0).size();
  const Axes low = TRY(require_sizes(node, "low", rank, -size_limit, size_limit));
  const Axes high = TRY(require_sizes(node, "high", rank, -size_limit, size_limit));
  const Axes interior = TRY(require_sizes(node, "interior", rank, 0, size_limit));
  TensorType type{node.input_type(0).element, {}};
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t size = node.input_shape(0)[i];
    const Count between = Count(std::max<std::int64_t>(size - 1, 0)) * interior[i];
    if (between > Count(size_limit)) {
      return fail(Code::attribute_invalid, fmt::format("interior padding of {}", interior[i]));
    }
    type.shape.push_back(size + static_cast<std::int64_t>(between.value()) + low[i] + high[i]);
    if (type.shape.back() >= 0) continue;
    return fail(Code::attribute_invalid,
                fmt::format("pads {} and {} crop more than the size of {}", low[i], high[i], size));
  }
  return TensorTypes{type};
}

/// Padding back by the negated pads crops what was added; the interior holes are skipped by a
/// slice.
void derive_pad(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  const auto negate = [](Axes pads) {
    for (std::int64_t& pad : pads) pad = -pad;
    return pads;
  };
  const std::size_t rank = node.input_shape(0).size();
  Axes strides;
  for (const std::int64_t holes : node.axes("interior")) strides.push_back(holes + 1);
  const Value whole = out.graph().emit("pad", {dy[0]},
                                       {{"low", negate(node.axes("low"))},
                                        {"high", negate(node.axes("high"))},
                                        {"interior", Axes(rank, 0)}});
  const Shape limits = out.graph().shape(whole);
  out.add(0, out.graph().slice(whole, Axes(rank, 0), limits, strides));
}

template <class Scalar>
void evaluate_pad(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& from = node.input_shape(0);
  const Axes strides = strides_of(from);
  evaluate_from(run, [&](const Axes& index) -> std::optional<std::size_t> {
    Axes at(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) {
      const std::int64_t step = node.axes("interior")[i] + 1;
      const std::int64_t shifted = index[i] - node.axes("low")[i];
      if (shifted < 0 || shifted % step != 0 || shifted / step >= from[i]) return std::nullopt;
      at[i] = shifted / step;
    }
    return offset_of(at, strides);
  });
}

Result<TensorTypes> infer_concat(const NodeView& node) {
  TRY(require_same_element(node));
  const std::int64_t axis = TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - 1));
  TensorType type = node.input_type(0);
  const auto at = static_cast<std::size_t>(axis);
  Count total = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    Shape expected = node.input_shape(i);
    if (at < expected.size()) {
      total += expected[at];
      expected[at] = type.shape[at];
    }
    if (expected == type.shape) continue;
    return fail(Code::shapes_disagree,
                fmt::format("{} and {} cannot be joined along axis {}", to_string(type.shape),
                            to_string(node.input_shape(i)), axis));
  }
  if (total > Count(size_limit))
    return fail(Code::attribute_invalid, "the joined axis is too long");
  type.shape[at] = static_cast<std::int64_t>(total.value());
  return TensorTypes{type};
}

void derive_concat(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  const std::size_t rank = node.output_shape(0).size();
  std::int64_t start = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const std::int64_t size = node.input_shape(i)[axis];
    Axes starts(rank, 0);
    Axes limits = node.output_shape(0);
    starts[axis] = start;
    limits[axis] = start + size;
    if (out.needs(i)) out.add(i, out.graph().slice(dy[0], starts, limits, Axes(rank, 1)));
    start += size;
  }
}

template <class Scalar>
void evaluate_concat(const NodeView& node, Evaluation<Scalar>& run) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  const Axes strides = strides_of(node.output_shape(0));
  std::int64_t start = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    for_each_index(node.input_shape(i), [&](const Axes& index, std::size_t position) {
      Axes at = index;
      at[axis] += start;
      run.output(0).data[offset_of(at, strides)] = run.input(i).data[position];
    });
    start += node.input_shape(i)[axis];
  }
}

Result<TensorTypes> infer_reverse(const NodeView& node) {
  TRY(require_distinct_axes(node, "axes", node.input_type(0).rank()));
  return TensorTypes{node.input_type(0)};
}

void derive_reverse(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, out.graph().emit("reverse", {dy[0]}, node.attributes()));
}

template <class Scalar>
void evaluate_reverse(const NodeView& node, Evaluation<Scalar>& run) {
  const Shape& shape = node.input_shape(0);
  const Axes strides = strides_of(shape);
  evaluate_from(run, [&](const Axes& index) {
    Axes from = index;
    for (const std::int64_t axis : node.axes("axes")) {
      const auto i = static_cast<std::size_t>(axis);
      from[i] = shape[i] - 1 - index[i];
    }
    return std::optional(offset_of(from, strides));
  });
}

Result<TensorTypes> infer_cast(const NodeView& node) {
  const std::string name = TRY(require_text(node, "to"));
  const auto element = graph::find_element_type(name);
  if (!element || *element == ElementType::unknown) {
    return fail(Code::attribute_invalid, fmt::format("cast to \"{}\"", name));
  }
  return TensorTypes{{*element, node.input_shape(0)}};
}

void derive_cast(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  const bool is_differentiable =
      graph::is_real(node.input_type(0).element) && graph::is_real(node.output_type(0).element);
  if (is_differentiable && out.needs(0)) {
    out.add(0, out.graph().cast(dy[0], node.input_type(0).element));
  }
}

Result<TensorTypes> infer_same(const NodeView& node) { return TensorTypes{node.input_type(0)}; }

Result<TensorTypes> infer_neg(const NodeView& node) {
  TRY(require_numbers(node));
  return infer_same(node);
}

void derive_neg(const NodeView&, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, out.graph().neg(dy[0]));
}

template <class Scalar>
void evaluate_neg(const NodeView&, Evaluation<Scalar>& run) {
  for (std::size_t i = 0; i < run.input(0).data.size(); ++i) {
    run.output(0).data[i] = -value_of(run.input(0).data[i]);
  }
}

consteval Primitive movement_row(std::string_view name, std::string_view doc,
                                 decltype(Primitive::infer) infer,
                                 decltype(Primitive::derive) derive, Evaluators evaluate) {
  return {.kind = {.name = name, .inputs = 1, .doc = doc},
          .cost = Cost::movement,
          .infer = infer,
          .derive = derive,
          .evaluate = evaluate};
}

consteval Primitive concat_row() {
  Primitive row = movement_row("concat", concat_doc, infer_concat, derive_concat,
                               {evaluate_concat<Exact>, evaluate_concat<Tally>});
  row.kind.variadic = true;
  return row;
}

constexpr Primitive defs[] = {
    movement_row("reshape", reshape_doc, infer_reshape, derive_reshape,
                 {evaluate_copy<Exact>, evaluate_copy<Tally>}),
    movement_row("transpose", transpose_doc, infer_transpose, derive_transpose,
                 {evaluate_transpose<Exact>, evaluate_transpose<Tally>}),
    movement_row("broadcast", broadcast_doc, infer_broadcast, derive_broadcast,
                 {evaluate_broadcast<Exact>, evaluate_broadcast<Tally>}),
    movement_row("slice", slice_doc, infer_slice, derive_slice,
                 {evaluate_slice<Exact>, evaluate_slice<Tally>}),
    movement_row("pad", pad_doc, infer_pad, derive_pad, {evaluate_pad<Exact>, evaluate_pad<Tally>}),
    concat_row(),
    movement_row("reverse", reverse_doc, infer_reverse, derive_reverse,
                 {evaluate_reverse<Exact>, evaluate_reverse<Tally>}),
    movement_row("cast", cast_doc, infer_cast, derive_cast,
                 {evaluate_copy<Exact>, evaluate_copy<Tally>}),
    movement_row("neg", "The opposite sign; the derivative is neg.", infer_neg, derive_neg,
                 {evaluate_neg<Exact>, evaluate_neg<Tally>}),
    movement_row("stop_gradient",
                 "The input itself, taken as a constant by differentiation: no gradient flows.",
                 infer_same, nullptr, {evaluate_copy<Exact>, evaluate_copy<Tally>}),
};

}  // namespace

extern constinit const PrimitiveFamily movement{"Movement", defs};

}  // namespace pfsday::ops
