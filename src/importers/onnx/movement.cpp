// Operators that only move elements or change their type: Reshape, Slice, Concat, Gather, Cast, ...
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "importers/onnx/opaque.h"

namespace pfsday::onnx {
namespace {

constexpr std::int64_t step_limit = std::int64_t{1} << 60;

Result<Values> lower_identity(const OnnxNode& node, Builder&) { return Values{node.input(0)}; }

/// The shape that a Reshape asks for: 0 keeps a size (unless allowzero), -1 takes what is left.
Result<Shape> requested_shape(const OnnxNode& node, const Shape& from, Builder& b) {
  const auto stated = TRY(integers_of(node, "shape", 1, b));
  if (!stated) return fail(Code::input_missing, "the shape is missing");
  Shape to = *stated;
  const bool keeps = TRY(node.integer("allowzero", 0)) == 0;
  std::int64_t* open = nullptr;
  Count known = 1;
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (to[i] == 0 && keeps && i < from.size()) to[i] = from[i];
    if (to[i] < -1 || (to[i] == -1 && open != nullptr)) {
      return fail(Code::shapes_disagree,
                  fmt::format("{} is no shape to reshape to", to_string(*stated)));
    }
    if (to[i] == -1) {
      open = &to[i];
    } else {
      known *= to[i];
    }
  }
  const Count elements = graph::element_count(from);
  if (open == nullptr || known.overflowed()) return to;
  if (known == Count(0) || elements.value() % known.value() != 0) {
    return fail(Code::shapes_disagree,
                fmt::format("{} cannot be reshaped to {}", to_string(from), to_string(*stated)));
  }
  *open = static_cast<std::int64_t>(elements.value() / known.value());
  return to;
}

Result<Values> lower_reshape(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.reshape(x, TRY(requested_shape(node, b.shape(x), b)))};
}

/// Two axes: those before `axis` and the others.
Result<Values> lower_flatten(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape& shape = b.shape(x);
  const auto rank = static_cast<std::int64_t>(shape.size());
  std::int64_t axis = TRY(node.integer("axis", 1));
  if (axis != rank) axis = TRY(checked_axis(axis, rank));
  const Shape outer(shape.begin(), shape.begin() + axis);
  const Shape inner(shape.begin() + axis, shape.end());
  const auto product = [](const Shape& sizes) {
    return static_cast<std::int64_t>(graph::element_count(sizes).value());
  };
  return Values{b.reshape(x, {product(outer), product(inner)})};
}

Result<Values> lower_squeeze(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape& shape = b.shape(x);
  const auto stated = TRY(integers_of(node, "axes", 1, b));
  const Axes axes = TRY(checked_axes(stated.value_or(Axes{}), b.type(x).rank()));
  Shape squeezed;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_named = std::ranges::count(axes, static_cast<std::int64_t>(i)) > 0;
    if (is_named && shape[i] != 1) {
      return fail(Code::shapes_disagree,
                  fmt::format("axis {} of {} does not have size 1", i, to_string(shape)));
    }
    if (stated ? !is_named : shape[i] != 1) squeezed.push_back(shape[i]);
  }
  return Values{b.reshape(x, squeezed)};
}

Result<Values> lower_unsqueeze(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape& shape = b.shape(x);
  const Axes stated = TRY(integers_of(node, "axes", 1, b)).value_or(Axes{});
  const std::size_t rank = shape.size() + stated.size();
  const Axes axes = TRY(checked_axes(stated, static_cast<std::int64_t>(rank)));
  Shape unsqueezed(rank, 0);
  for (const std::int64_t axis : axes) unsqueezed[static_cast<std::size_t>(axis)] = 1;
  auto size = shape.begin();
  for (std::int64_t& to : unsqueezed) {
    if (to == 0) to = *size++;
  }
  return Values{b.reshape(x, unsqueezed)};
}

/// By default the axes are turned round.
Result<Values> lower_transpose(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t rank = b.type(x).rank();
  const Axes front_to_back = axes_from(0, rank);
  Axes reversed = front_to_back;
  std::ranges::reverse(reversed);
  const Axes stated = TRY(node.integers("perm", reversed));
  const Axes permutation = TRY(checked_axes(stated, rank));
  if (permutation.size() != front_to_back.size()) {
    return fail(Code::attribute_invalid,
                fmt::format("perm is {} for {} axes", to_string(permutation), rank));
  }
  return Values{b.transpose(x, permutation)};
}

Result<Values> lower_concat(const OnnxNode& node, Builder& b) {
  const std::int64_t axis = TRY(node.axis("axis", 1, b.type(node.input(0)).rank()));
  return Values{b.concat(node.inputs(), axis)};
}

/// One axis of a Slice, as a slice with a positive stride of the axis or of the axis turned round.
struct AxisSlice {
  std::int64_t start = 0, limit = 0, stride = 1;
  bool is_reversed = false;
};

/// As Python's slice(start, end, step) of a sequence of that size.
AxisSlice slice_axis(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t size) {
  const bool is_reversed = step < 0;
  const std::int64_t lowest = is_reversed ? -1 : 0;
  const std::int64_t highest = is_reversed ? size - 1 : size;
  const auto clamp = [&](std::int64_t at) {
    return std::clamp(at < 0 ? at + size : at, lowest, std::max(lowest, highest));
  };
  AxisSlice slice{.start = clamp(start),
                  .limit = clamp(end),
                  .stride = std::abs(std::clamp(step, -step_limit, step_limit)),
                  .is_reversed = is_reversed};
  if (is_reversed) {
    slice.start = size - 1 - slice.start;
    slice.limit = size - 1 - slice.limit;
  }
  slice.limit = std::max(slice.start, slice.limit);
  return slice;
}

/// Starts, ends, axes and steps: attributes before opset 10, inputs since.
Result<Values> lower_slice(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const auto starts = TRY(integers_of(node, "starts", 1, b));
  const auto ends = TRY(integers_of(node, "ends", 2, b));
  if (!starts || !ends) return fail(Code::input_missing, "starts or ends are missing");
  const auto first = axes_from(0, static_cast<std::int64_t>(starts->size()));
  const Axes stated = TRY(integers_of(node, "axes", 3, b)).value_or(first);
  const Axes axes = TRY(checked_axes(stated, b.type(x).rank()));
  const Axes steps = TRY(integers_of(node, "steps", 4, b)).value_or(Axes(axes.size(), 1));
  if (starts->size() != axes.size() || ends->size() != axes.size() || steps.size() != axes.size() ||
      std::ranges::count(steps, 0) > 0) {
    return fail(Code::attribute_invalid,
                fmt::format("starts {}, ends {}, axes {}, steps {}", to_string(*starts),
                            to_string(*ends), to_string(stated), to_string(steps)));
  }
  Axes from(shape.size(), 0);
  Axes limits = shape;
  Axes strides(shape.size(), 1);
  Axes reversed;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto at = static_cast<std::size_t>(axes[i]);
    const AxisSlice slice = slice_axis((*starts)[i], (*ends)[i], steps[i], shape[at]);
    from[at] = slice.start;
    limits[at] = slice.limit;
    strides[at] = slice.stride;
    if (slice.is_reversed) reversed.push_back(axes[i]);
  }
  const Value ordered = reversed.empty() ? x : b.emit("reverse", {x}, {{"axes", reversed}});
  return Values{b.slice(ordered, from, limits, strides)};
}

/// The sizes of the parts where they are not stated: equal, or (since opset 18) the last one
/// smaller.
Result<Axes> even_parts(const OnnxNode& node, std::int64_t size) {
  const auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(node.output_count()));
  const std::int64_t part = size / count + (size % count != 0 ? 1 : 0);
  if (size % count != 0 && node.opset() < 18) {
    return fail(Code::shapes_disagree, fmt::format("a size of {} in {} equal parts", size, count));
  }
  Axes parts;
  for (std::int64_t left = size; std::ssize(parts) < count; left -= parts.back()) {
    parts.push_back(std::min(part, left));
  }
  return parts;
}

Result<Values> lower_split(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const auto axis = static_cast<std::size_t>(TRY(node.axis("axis", 0, b.type(x).rank())));
  const auto stated = TRY(integers_of(node, "split", 1, b));
  const Axes parts = stated ? *stated : TRY(even_parts(node, shape[axis]));
  Count sum = 0;
  for (const std::int64_t part : parts) sum += std::max<std::int64_t>(part, 0);
  const bool is_negative = std::ranges::any_of(parts, [](std::int64_t part) { return part < 0; });
  if (is_negative || sum != Count(shape[axis]) || parts.size() != node.output_count()) {
    return fail(Code::shapes_disagree, fmt::format("a size of {} in {} parts of {}", shape[axis],
                                                   node.output_count(), to_string(parts)));
  }
  Values outputs;
  Axes starts(shape.size(), 0);
  Axes limits = shape;
  limits[axis] = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    limits[axis] += parts[i];
    const bool is_used = node.has_output(i);
    outputs.push_back(is_used ? b.slice(x, starts, limits, Axes(shape.size(), 1)) : Value{});
    starts[axis] = limits[axis];
  }
  return outputs;
}

/// Broadcast in both directions: a size of 1 in the shape keeps that of x.
Result<Values> lower_expand(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = TRY(known_integers(node, 1, b));
  const auto common = ops::broadcast_shape(b.shape(x), shape);
  if (!common) {
    return fail(Code::not_broadcastable, fmt::format("{} cannot be broadcast to {}",
                                                     to_string(b.shape(x)), to_string(shape)));
  }
  return Values{b.broadcast(x, *common)};
}

/// Indices that are known must exist.
Result<void> check_indices(Value indices, std::int64_t size, Builder& b) {
  const Literal* known = b.known(indices);
  if (known == nullptr || !graph::is_integer(known->type().element)) return {};
  for (const std::int64_t index : known->integers()) {
    if (index >= -size && index < size) continue;
    return fail(Code::shapes_disagree, fmt::format("index {} of a size of {}", index, size));
  }
  return {};
}

/// A float tensor that the model holds is a table of embeddings.
Result<Values> lower_gather(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const std::int64_t axis = TRY(node.axis("axis", 0, b.type(x).rank()));
  TRY(check_indices(node.input(1), b.shape(x)[static_cast<std::size_t>(axis)], b));
  note_weight(x, b);
  return Values{b.gather(x, node.input(1), axis)};
}

/// The type as a number; before opset 6 as its name.
Result<ElementType> target_type(const OnnxNode& node) {
  const AttributeView* to = node.find("to");
  if (to != nullptr && to->kind == AttributeView::Kind::text) return element_type_of(to->text);
  return element_type_of(TRY(node.integer("to", 0)));
}

/// Numbers are read from texts and written as texts without arithmetic.
Result<Values> cast(const OnnxNode& node, ElementType to, Builder& b) {
  const Value x = node.input(0);
  const ElementType from = b.type(x).element;
  if (to == ElementType::unknown)
    return fail(Code::attribute_invalid, "the type to cast to is unknown");
  if (from != to && (from == ElementType::text || to == ElementType::text)) {
    return Values{opaque(node, {x}, {to, b.shape(x)}, b)};
  }
  return Values{b.cast(x, to)};
}

Result<Values> lower_cast(const OnnxNode& node, Builder& b) {
  return cast(node, TRY(target_type(node)), b);
}

Result<Values> lower_cast_like(const OnnxNode& node, Builder& b) {
  return cast(node, b.type(node.input(1)).element, b);
}

struct Pads {
  Axes low, high;
};

/// Low and high pads of each axis; since opset 18 only of some axes.
Result<Pads> read_pads(const OnnxNode& node, std::int64_t rank, Builder& b) {
  const std::string_view attribute = node.opset() < 2 ? "paddings" : "pads";
  const auto stated = TRY(integers_of(node, attribute, 1, b));
  Axes axes = axes_from(0, rank);
  if (node.has_input(3)) {
    const Axes named = TRY(known_integers(node, 3, b));
    axes = TRY(checked_axes(named, rank));
  }
  if (!stated || stated->size() != 2 * axes.size()) {
    return fail(Code::attribute_invalid,
                fmt::format("pads are {} for {} axes", stated ? to_string(*stated) : "missing",
                            axes.size()));
  }
  Pads pads{Axes(static_cast<std::size_t>(rank), 0), Axes(static_cast<std::size_t>(rank), 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto at = static_cast<std::size_t>(axes[i]);
    pads.low[at] = std::clamp((*stated)[i], -step_limit, step_limit);
    pads.high[at] = std::clamp((*stated)[axes.size() + i], -step_limit, step_limit);
  }
  return pads;
}

Value pad_with_zeros(Value x, const Axes& low, const Axes& high, Builder& b) {
  return b.emit("pad", {x}, {{"low", low}, {"high", high}, {"interior", Axes(low.size(), 0)}});
}

/// Crops, then joins blocks of the value before and after, one axis after the other.
Value pad_with_value(Value x, const Pads& pads, Value value, Builder& b) {
  const auto only = [](Axes all, bool positive) {
    for (std::int64_t& pad : all) pad = positive == (pad > 0) ? pad : 0;
    return all;
  };
  Value y = pad_with_zeros(x, only(pads.low, false), only(pads.high, false), b);
  const Axes low = only(pads.low, true);
  const Axes high = only(pads.high, true);
  for (std::size_t axis = 0; axis < low.size() && y; ++axis) {
    const auto block = [&](std::int64_t size) {
      Shape shape = b.shape(y);
      shape[axis] = size;
      return b.broadcast(value, shape);
    };
    if (low[axis] == 0 && high[axis] == 0) continue;
    y = b.concat({block(low[axis]), y, block(high[axis])}, static_cast<std::int64_t>(axis));
  }
  return y;
}

/// Evenly spaced indices along an axis.
struct Run {
  std::int64_t start = 0, step = 1, count = 0;
};

/// The elements of 0..size-1 that stand from position `at` on, which may lie outside: the first or
/// last one (edge), x again and again (wrap), or from one end to the other and back without
/// repeating the ends (reflect).
Run run_from(std::string_view mode, std::int64_t at, std::int64_t size) {
  const auto modulo = [](std::int64_t a, std::int64_t n) { return ((a % n) + n) % n; };
  if (mode == "edge") {
    if (at < 0) return {0, 0, -at};
    return at < size ? Run{at, 1, size - at} : Run{size - 1, 0, step_limit};
  }
  if (mode == "wrap") {
    const std::int64_t first = modulo(at, size);
    return {first, 1, size - first};
  }
  if (size == 1) return {0, 0, step_limit};
  const std::int64_t period = 2 * (size - 1);
  const std::int64_t first = modulo(at, period);
  if (first < size - 1) return {first, 1, size - 1 - first};
  return {period - first, -1, period - first};
}

/// The indices of the elements of 0..size-1 that stand at positions -low..size+high-1.
Result<Value> repeated_indices(std::string_view mode, std::int64_t low, std::int64_t size,
                               std::int64_t high, Builder& b) {
  constexpr std::size_t most_runs = 256;
  Values runs;
  for (std::int64_t at = -low; at < size + high;) {
    if (runs.size() == most_runs) {
      return fail(Code::type_unsupported,
                  fmt::format("padding by \"{}\" repeats a size of {} too often", mode, size));
    }
    const Run run = run_from(mode, at, size);
    const std::int64_t count = std::min(run.count, size + high - at);
    runs.push_back(b.iota(count, run.start, run.step));
    at += count;
  }
  return runs.empty() ? b.integers({}) : b.concat(runs, 0);
}

/// Pads that repeat elements of x: a gather along each padded axis. Negative ones crop.
Result<Value> pad_by_repeating(Value x, const Pads& pads, std::string_view mode, Builder& b) {
  if (mode != "edge" && mode != "reflect" && mode != "wrap") {
    return fail(Code::type_unsupported, fmt::format("padding mode \"{}\" is not lowered", mode));
  }
  const Shape shape = b.shape(x);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const std::int64_t low = pads.low[axis];
    const std::int64_t high = pads.high[axis];
    if (low == 0 && high == 0) continue;
    if (shape[axis] == 0 || shape[axis] + high < -low) {
      return fail(Code::shapes_disagree,
                  fmt::format("axis {} of {} cannot be padded", axis, to_string(shape)));
    }
    const Value indices = TRY(repeated_indices(mode, low, shape[axis], high, b));
    x = b.gather(x, indices, static_cast<std::int64_t>(axis));
  }
  return x;
}

/// What a constant pad is filled with: an input since opset 11.
Result<Value> pad_value(const OnnxNode& node, Builder& b) {
  const ElementType element = b.type(node.input(0)).element;
  if (node.has_input(2)) return b.reshape(node.input(2), {});
  return b.scalar(element, TRY(node.real("value", 0)));
}

Result<Values> lower_pad(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Pads pads = TRY(read_pads(node, b.type(x).rank(), b));
  const std::string_view mode = TRY(node.text("mode", "constant"));
  if (mode != "constant") return Values{TRY(pad_by_repeating(x, pads, mode, b))};
  const Value value = TRY(pad_value(node, b));
  const Literal* known = b.known(value);
  if (known != nullptr && known->at(0) == 0)
    return Values{pad_with_zeros(x, pads.low, pads.high, b)};
  return Values{pad_with_value(x, pads, value, b)};
}

constexpr Lowering rows[] = {
    {.op = "Identity", .lower = lower_identity},
    {.op = "Reshape", .lower = lower_reshape},
    {.op = "Flatten", .lower = lower_flatten},
    {.op = "Squeeze", .lower = lower_squeeze},
    {.op = "Unsqueeze", .lower = lower_unsqueeze},
    {.op = "Transpose", .lower = lower_transpose},
    {.op = "Concat", .lower = lower_concat},
    {.op = "Slice", .lower = lower_slice},
    {.op = "Split", .lower = lower_split},
    {.op = "Expand", .inputs = 2, .lower = lower_expand},
    {.op = "Gather", .inputs = 2, .lower = lower_gather},
    {.op = "Cast", .lower = lower_cast},
    {.op = "CastLike", .inputs = 2, .lower = lower_cast_like},
    {.op = "Pad", .lower = lower_pad},
};

}  // namespace

extern constinit const LoweringFamily movement{rows};

}  // namespace pfsday::onnx
