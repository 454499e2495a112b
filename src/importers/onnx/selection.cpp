// What is chosen by its value: ArgMax, ArgMin, TopK, Hardmax, Unique, NonZero, Compress,
// NonMaxSuppression.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

struct Best {
  std::int64_t axis = 0, k = 1;
  bool is_largest = true, prefers_last = false;
};

/// Values and indices.
Values top_k(Value x, const Best& best, Builder& b) {
  return b.emit_all("top_k", {x},
                    {{"axis", best.axis},
                     {"k", best.k},
                     {"largest", std::int64_t{best.is_largest}},
                     {"last", std::int64_t{best.prefers_last}}});
}

Value argument(Value x, const Best& best, Builder& b) {
  const Values found = top_k(x, best, b);
  return found.empty() ? Value{} : found[1];
}

template <bool is_largest>
Result<Values> lower_argument(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t axis = TRY(node.axis("axis", 0, b.type(x).rank()));
  const bool prefers_last = TRY(node.integer("select_last_index", 0)) != 0;
  const Value y = argument(x, {axis, 1, is_largest, prefers_last}, b);
  if (TRY(node.integer("keepdims", 1)) != 0) return Values{y};
  Shape kept = b.shape(x);
  kept.erase(kept.begin() + axis);
  return Values{b.reshape(y, kept)};
}

/// How many: an attribute before opset 10, an input since.
Result<std::int64_t> read_k(const OnnxNode& node, Builder& b) {
  if (node.opset() < 10) return TRY(node.integer("k", 0));
  if (!node.has_input(1)) return fail(Code::input_missing, "k is missing");
  return TRY(known_integer(node, 1, b));
}

/// Where `sorted` is not set any order will do: they are sorted all the same.
Result<Values> lower_top_k(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  Best best;
  best.axis = TRY(node.axis("axis", -1, b.type(x).rank()));
  best.k = TRY(read_k(node, b));
  best.is_largest = TRY(node.integer("largest", 1)) != 0;
  return top_k(x, best, b);
}

/// 1 at the first maximum along the last axis, 0 elsewhere.
Value mark_maximum(Value x, Builder& b) {
  const TensorType type = b.type(x);
  const std::int64_t axis = type.rank() - 1;
  const Value where = argument(x, {.axis = axis}, b);
  if (!where) return {};
  const Value one = b.full({type.element, b.shape(where)}, 1);
  return b.emit("scatter_elements", {b.full(type, 0), where, one}, {{"axis", axis}});
}

/// Before opset 13, over the axis and all after it as if they were one.
Result<Values> lower_hardmax(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const auto rank = static_cast<std::int64_t>(shape.size());
  const bool is_flat = node.opset() < 13;
  const std::int64_t axis = TRY(node.axis("axis", is_flat ? 1 : -1, rank));
  if (is_flat) {
    const Count outer = graph::element_count(Shape(shape.begin(), shape.begin() + axis));
    const Count inner = graph::element_count(Shape(shape.begin() + axis, shape.end()));
    const Shape flat = {static_cast<std::int64_t>(outer.value()),
                        static_cast<std::int64_t>(inner.value())};
    return Values{b.reshape(mark_maximum(b.reshape(x, flat), b), shape)};
  }
  Axes exchanged = axes_from(0, rank);
  std::swap(exchanged[static_cast<std::size_t>(axis)], exchanged.back());
  return Values{b.transpose(mark_maximum(b.transpose(x, exchanged), b), exchanged)};
}

/// Of a list whose length depends on the data, what there is along the axis where the data are
/// known; else all that there may be, as an upper bound.
Value cut_to_count(Value list, std::int64_t axis, Value count, Builder& b) {
  const Literal* known = b.known(count);
  if (known == nullptr || !list) return list;
  Shape limits = b.shape(list);
  limits[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(known->at(0));
  return b.slice(list, Axes(limits.size(), 0), limits, Axes(limits.size(), 1));
}

void note_if_unknown(Value count, std::string reason, Builder& b) {
  if (count && b.known(count) == nullptr) b.note_bound("upper_bound", std::move(reason));
}

/// Without an axis, the distinct elements.
Result<Values> lower_unique(const OnnxNode& node, Builder& b) {
  const std::int64_t sorted = TRY(node.integer("sorted", 1)) != 0 ? 1 : 0;
  Value x = node.input(0);
  std::int64_t axis = 0;
  if (node.find("axis") != nullptr) {
    axis = TRY(node.axis("axis", 0, b.type(x).rank()));
  } else {
    const auto elements = static_cast<std::int64_t>(b.type(x).elements().value());
    x = b.reshape(x, {elements});
  }
  Axes axis_first = axes_from(0, b.type(x).rank());
  std::rotate(axis_first.begin(), axis_first.begin() + axis, axis_first.begin() + axis + 1);
  Values found = b.emit_all("unique", {b.transpose(x, axis_first)}, {{"sorted", sorted}});
  if (found.empty()) return Values{};
  const Value count = found[3];
  note_if_unknown(count, "all slices are taken as distinct", b);
  const Value first = cut_to_count(found[0], 0, count, b);
  return Values{b.gather(x, first, axis), first, found[1], cut_to_count(found[2], 0, count, b)};
}

/// Indices of what is not zero, [rank, count].
Value find_nonzero(Value x, std::string reason, Builder& b) {
  const Values found = b.emit_all("nonzero", {x});
  if (found.empty()) return {};
  note_if_unknown(found[1], std::move(reason), b);
  return cut_to_count(found[0], 1, found[1], b);
}

Result<Values> lower_nonzero(const OnnxNode& node, Builder& b) {
  return Values{find_nonzero(node.input(0), "no element is taken as zero", b)};
}

/// Slices where the condition holds; without an axis, elements. It may be shorter than the axis.
Result<Values> lower_compress(const OnnxNode& node, Builder& b) {
  Value x = node.input(0);
  std::int64_t axis = 0;
  if (node.find("axis") != nullptr) {
    axis = TRY(node.axis("axis", 0, b.type(x).rank()));
  } else {
    const auto elements = static_cast<std::int64_t>(b.type(x).elements().value());
    x = b.reshape(x, {elements});
  }
  const Value condition = node.input(1);
  const Shape& length = b.shape(condition);
  const std::int64_t size = b.shape(x)[static_cast<std::size_t>(axis)];
  if (length.size() != 1) {
    return fail(Code::shapes_disagree,
                fmt::format("the condition is {} instead of a list", to_string(length)));
  }
  const Value used = b.slice(condition, {0}, {std::min(length[0], size)}, {1});
  const Value where = find_nonzero(used, "the condition is taken as true everywhere", b);
  if (!where) return Values{};
  return Values{b.gather(x, b.reshape(where, {b.shape(where)[1]}), axis)};
}

/// Boxes as low y, low x, high y, high x: of any two opposite corners, or (`is_centered`) of
/// center x, center y, width, height.
Value corners_of(Value boxes, bool is_centered, Builder& b) {
  const Shape shape = b.shape(boxes);
  const auto pair = [&](std::int64_t first) {
    return b.slice(boxes, {0, 0, first}, {shape[0], shape[1], first + 2}, {1, 1, 1});
  };
  const Value first = pair(0);
  const Value second = pair(2);
  if (!is_centered) return b.concat({b.min(first, second), b.max(first, second)}, 2);
  const Value half = b.with_scalar("mul", second, 0.5L);
  return b.concat({b.sub(first, half), b.add(first, half)}, 2);
}

/// The most boxes of a batch and class, all of them if that is not known.
Result<std::int64_t> most_boxes(const OnnxNode& node, std::int64_t boxes, Builder& b) {
  if (!node.has_input(2)) return 0;
  if (b.known(node.input(2)) == nullptr) return boxes;
  const std::int64_t most = TRY(known_integer(node, 2, b));
  return std::clamp<std::int64_t>(most, 0, boxes);
}

Value threshold(const OnnxNode& node, std::size_t input, graph::Exact fallback, Builder& b) {
  if (node.has_input(input)) return b.reshape(node.input(input), {});
  return b.scalar(b.type(node.input(0)).element, fallback);
}

Result<Values> lower_non_max_suppression(const OnnxNode& node, Builder& b) {
  const Shape boxes = b.shape(node.input(0));
  const Shape scores = b.shape(node.input(1));
  if (boxes.size() != 3 || boxes[2] != 4 || scores.size() != 3) {
    return fail(Code::shapes_disagree,
                fmt::format("boxes are {}, scores are {}", to_string(boxes), to_string(scores)));
  }
  const std::int64_t limit = TRY(most_boxes(node, boxes[1], b));
  const bool is_centered = TRY(node.integer("center_point_box", 0)) != 0;
  const Value corners = corners_of(node.input(0), is_centered, b);
  const Values sorted = top_k(node.input(1), {.axis = 2, .k = scores[2]}, b);
  if (sorted.empty()) return Values{};
  const Values chosen = b.emit_all(
      "box_suppression",
      {corners, sorted[0], sorted[1], threshold(node, 3, 0, b), threshold(node, 4, -HUGE_VALL, b)},
      {{"limit", limit}});
  if (chosen.empty()) return Values{};
  note_if_unknown(chosen[1], "no box is taken as suppressed", b);
  return Values{cut_to_count(chosen[0], 0, chosen[1], b)};
}

constexpr Lowering rows[] = {
    {.op = "ArgMax", .lower = lower_argument<true>},
    {.op = "ArgMin", .lower = lower_argument<false>},
    {.op = "TopK", .lower = lower_top_k},
    {.op = "Hardmax", .lower = lower_hardmax},
    {.op = "Unique", .lower = lower_unique},
    {.op = "NonZero", .lower = lower_nonzero},
    {.op = "Compress", .inputs = 2, .lower = lower_compress},
    {.op = "NonMaxSuppression", .inputs = 2, .lower = lower_non_max_suppression},
};

}  // namespace

extern constinit const LoweringFamily selection{rows};

}  // namespace pfsday::onnx
