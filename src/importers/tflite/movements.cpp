// Operators that move elements and compute nothing.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "importers/tflite/lowering.h"

namespace pfsday::tflite {
namespace {

Result<std::int64_t> axis_option(const Operator& op, int field, std::int64_t rank) {
  return checked_axis(TRY(op.integer(field)), rank);
}

/// The sizes that a reshape asks for, in which one may be left open (-1).
Result<Shape> completed(Shape shape, const TensorType& x) {
  std::int64_t known = 1;
  std::int64_t* open = nullptr;
  for (std::int64_t& size : shape) {
    if (size == -1 && open == nullptr) {
      open = &size;
    } else if (size < 0 || __builtin_mul_overflow(known, size, &known)) {
      return fail(Code::attribute_invalid, fmt::format("a shape of {}", to_string(shape)));
    }
  }
  if (open != nullptr && known > 0) {
    *open = static_cast<std::int64_t>(x.elements().value() / static_cast<units::Uint128>(known));
  }
  return shape;
}

/// The sizes are an input, or an option, or those that the file declares.
Result<Values> lower_reshape(const Operator& op, Builder& b) {
  Shape shape = op.output_tensor(0).type.shape;
  if (op.has_input(1) && b.known(op.input(1)) != nullptr) {
    shape = TRY(known_integers(op, 1, b));
  } else if (const Axes stated = TRY(op.integers(0)); !stated.empty()) {
    shape = stated;
  }
  shape = TRY(completed(std::move(shape), b.type(op.input(0))));
  return Values{b.reshape(op.input(0), shape)};
}

/// Axes of size 1 that go or come.
Result<Values> lower_squeeze(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  std::set<std::int64_t> gone;
  for (const std::int64_t axis : TRY(op.integers(0))) {
    gone.insert(TRY(checked_axis(axis, std::ssize(x))));
  }
  Shape shape;
  for (std::int64_t axis = 0; axis < std::ssize(x); ++axis) {
    const std::int64_t size = x[static_cast<std::size_t>(axis)];
    if (!(gone.empty() ? size == 1 : gone.contains(axis))) shape.push_back(size);
  }
  return Values{b.reshape(op.input(0), shape)};
}

Result<Values> lower_expand_dims(const Operator& op, Builder& b) {
  const Axes axis = TRY(known_integers(op, 1, b));
  if (axis.size() != 1) return fail(Code::attribute_invalid, "more than one axis");
  const std::int64_t at = TRY(checked_axis(axis[0], b.type(op.input(0)).rank() + 1));
  return Values{b.with_axis(op.input(0), at)};
}

Result<Values> lower_transpose(const Operator& op, Builder& b) {
  return Values{b.transpose(op.input(0), TRY(known_integers(op, 1, b)))};
}

/// Pads are [axes, 2], one axis after the other. What is padded with is a number, not zero alone:
/// that changes nothing of the count.
Result<Values> lower_pad(const Operator& op, Builder& b) {
  const Axes pads = TRY(known_integers(op, 1, b));
  const auto rank = static_cast<std::size_t>(b.type(op.input(0)).rank());
  if (pads.size() != 2 * rank) {
    return fail(Code::shapes_disagree, fmt::format("pads {} for {} axes", to_string(pads), rank));
  }
  Axes low, high;
  for (std::size_t i = 0; i < rank; ++i) {
    low.push_back(pads[2 * i]);
    high.push_back(pads[2 * i + 1]);
  }
  return Values{
      b.emit("pad", {op.input(0)}, {{"low", low}, {"high", high}, {"interior", Axes(rank, 0)}})};
}

/// Where the scales of the inputs and the output are one, the integers move.
bool keeps_integers(const Operator& op) {
  const auto& out = op.output_tensor(0).quantization;
  if (!out) return true;
  for (std::size_t i = 0; i < op.input_count(); ++i) {
    if (!op.has_input(i) || !op.input_tensor(i).quantization) return false;
    const Quantization& in = *op.input_tensor(i).quantization;
    if (in.scales != out->scales || in.zero_points != out->zero_points) return false;
  }
  return true;
}

Result<Values> lower_concatenation(const Operator& op, Builder& b) {
  const std::int64_t axis = TRY(axis_option(op, 0, b.type(op.input(0)).rank()));
  if (op.output_tensor(0).quantization && keeps_integers(op)) {
    return Values{b.concat(op.inputs(), axis)};
  }
  Values parts;
  for (std::size_t i = 0; i < op.input_count(); ++i) parts.push_back(real_input(op, i, b));
  return Values{finish(op, b.concat(parts, axis), TRY(op.activation(1)), b)};
}

Result<Values> lower_slice(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  const Axes starts = TRY(known_integers(op, 1, b));
  const Axes sizes = TRY(known_integers(op, 2, b));
  if (starts.size() != x.size() || sizes.size() != x.size()) {
    return fail(Code::shapes_disagree, fmt::format("a slice at {} of {} from {}", to_string(starts),
                                                   to_string(sizes), to_string(x)));
  }
  Axes limits;
  for (std::size_t i = 0; i < x.size(); ++i) {
    limits.push_back(sizes[i] == -1 ? x[i] : starts[i] + sizes[i]);
  }
  return Values{b.slice(op.input(0), starts, limits, Axes(x.size(), 1))};
}

/// One axis of a strided slice: where it begins and ends, in 0..size.
struct Stretch {
  std::int64_t begin = 0, end = 0, stride = 1;
};

/// As Python slices: negative positions count from the back, and what lies outside is cut.
Stretch stretch_of(std::int64_t size, std::optional<std::int64_t> begin,
                   std::optional<std::int64_t> end, std::int64_t stride) {
  const auto placed = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + size : at, stride < 0 ? -1 : 0,
                                    stride < 0 ? size - 1 : size);
  };
  const std::int64_t first = stride < 0 ? size - 1 : 0;
  const std::int64_t last = stride < 0 ? -1 : size;
  return {begin ? placed(*begin) : first, end ? placed(*end) : last, stride};
}

bool has_bit(std::int64_t mask, std::size_t bit) { return (mask >> bit & 1) != 0; }

Result<Values> lower_strided_slice(const Operator& op, Builder& b) {
  const Axes begin = TRY(known_integers(op, 1, b));
  const Axes end = TRY(known_integers(op, 2, b));
  const Axes strides = TRY(known_integers(op, 3, b));
  const std::int64_t begin_mask = TRY(op.integer(0)), end_mask = TRY(op.integer(1));
  const std::int64_t shrink = TRY(op.integer(4));
  if (TRY(op.integer(2)) != 0 || TRY(op.integer(3)) != 0) {
    return fail(Code::type_unsupported, "an ellipsis or a new axis within a strided slice");
  }
  const Shape& x = b.shape(op.input(0));
  const bool fits =
      begin.size() <= x.size() && end.size() == begin.size() && strides.size() == begin.size();
  if (!fits) return fail(Code::shapes_disagree, fmt::format("a strided slice of {}", to_string(x)));
  Axes starts, limits, steps, turned;
  Shape kept;
  for (std::size_t i = 0; i < x.size(); ++i) {
    Stretch stretch{.begin = 0, .end = x[i]};
    const bool is_named = i < begin.size();
    const bool shrinks = is_named && has_bit(shrink, i);
    if (is_named && strides[i] == 0) return fail(Code::attribute_invalid, "a stride is 0");
    if (shrinks) {
      const std::int64_t at = begin[i] < 0 ? begin[i] + x[i] : begin[i];
      if (at < 0 || at >= x[i]) return fail(Code::attribute_invalid, "an index lies outside");
      stretch = {at, at + 1, 1};
    } else if (is_named) {
      const auto unless = [&](std::int64_t mask, std::int64_t at) {
        return has_bit(mask, i) ? std::nullopt : std::optional(at);
      };
      stretch =
          stretch_of(x[i], unless(begin_mask, begin[i]), unless(end_mask, end[i]), strides[i]);
    }
    if (stretch.stride < 0) {  // the same elements, turned round first
      turned.push_back(static_cast<std::int64_t>(i));
      stretch = {x[i] - 1 - stretch.begin, x[i] - 1 - stretch.end, -stretch.stride};
    }
    starts.push_back(stretch.begin);
    limits.push_back(std::max(stretch.begin, stretch.end));
    steps.push_back(stretch.stride);
    const std::int64_t length = limits.back() - starts.back();
    if (!shrinks) kept.push_back((length + steps.back() - 1) / steps.back());
  }
  Value y = op.input(0);
  if (!turned.empty()) y = b.emit("reverse", {y}, {{"axes", turned}});
  return Values{b.reshape(b.slice(y, starts, limits, steps), kept)};
}

/// Parts of those sizes along an axis.
Result<Values> split_along(Value x, std::int64_t axis, const Axes& sizes, Builder& b) {
  Values parts;
  std::int64_t begin = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(b.slice_axis(x, axis, begin, begin + size));
    begin += size;
  }
  return parts;
}

/// Inputs: axis, x.
Result<Values> lower_split(const Operator& op, Builder& b) {
  const Axes axis = TRY(known_integers(op, 0, b));
  const Shape& x = b.shape(op.input(1));
  if (axis.size() != 1) return fail(Code::attribute_invalid, "it has not one axis");
  const std::int64_t at = TRY(checked_axis(axis[0], std::ssize(x)));
  const auto parts = static_cast<std::int64_t>(op.output_count());
  const std::int64_t size = x[static_cast<std::size_t>(at)];
  if (parts == 0 || size % parts != 0) {
    return fail(Code::shapes_disagree, fmt::format("{} parts of {}", parts, size));
  }
  return split_along(op.input(1), at, Axes(static_cast<std::size_t>(parts), size / parts), b);
}

/// Inputs: x, sizes, axis.
Result<Values> lower_split_v(const Operator& op, Builder& b) {
  Axes sizes = TRY(known_integers(op, 1, b));
  const Axes axis = TRY(known_integers(op, 2, b));
  const Shape& x = b.shape(op.input(0));
  if (axis.size() != 1) return fail(Code::attribute_invalid, "it has not one axis");
  const std::int64_t at = TRY(checked_axis(axis[0], std::ssize(x)));
  std::int64_t rest = x[static_cast<std::size_t>(at)];
  for (const std::int64_t size : sizes) rest -= std::max<std::int64_t>(size, 0);
  for (std::int64_t& size : sizes) size = size < 0 ? rest : size;
  return split_along(op.input(0), at, sizes, b);
}

Result<Values> lower_pack(const Operator& op, Builder& b) {
  const std::int64_t axis = TRY(axis_option(op, 1, b.type(op.input(0)).rank() + 1));
  Values parts;
  for (const Value v : op.inputs()) parts.push_back(b.with_axis(v, axis));
  return Values{b.concat(parts, axis)};
}

Result<Values> lower_unpack(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  const std::int64_t axis = TRY(axis_option(op, 1, std::ssize(x)));
  Values parts;
  for (std::int64_t i = 0; std::cmp_less(i, op.output_count()); ++i) {
    parts.push_back(b.without_axis(b.slice_axis(op.input(0), axis, i, i + 1), axis));
  }
  return parts;
}

Result<Values> lower_gather(const Operator& op, Builder& b) {
  if (TRY(op.integer(1)) != 0) return fail(Code::type_unsupported, "a gather with batch axes");
  const std::int64_t axis = TRY(axis_option(op, 0, b.type(op.input(0)).rank()));
  if (op.is_quantized(0)) b.use_as_parameter(op.input(0));
  note_weight(op, 0, b);
  return Values{b.gather(op.input(0), op.input(1), axis)};
}

/// Inputs: indices, rows.
Result<Values> lower_embedding_lookup(const Operator& op, Builder& b) {
  b.use_as_parameter(op.input(1));
  return Values{b.gather(op.input(1), op.input(0), 0)};
}

Result<Values> lower_broadcast_to(const Operator& op, Builder& b) {
  return Values{b.broadcast(op.input(0), TRY(known_integers(op, 1, b)))};
}

Result<Values> lower_tile(const Operator& op, Builder& b) {
  Value y = op.input(0);
  const Axes repeats = TRY(known_integers(op, 1, b));
  for (std::size_t i = 0; i < repeats.size() && y; ++i) {
    constexpr std::int64_t most = 65'536;
    if (repeats[i] < 1 || repeats[i] > most) {
      return fail(Code::limit_exceeded, fmt::format("{} repeats along an axis", repeats[i]));
    }
    y = b.concat(Values(static_cast<std::size_t>(repeats[i]), y), static_cast<std::int64_t>(i));
  }
  return Values{y};
}

/// [n, h, w, c] to [n, h * block, w * block, c / block^2], or back.
Result<Values> lower_depth_to_space(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  const std::int64_t k = TRY(op.integer(0));
  if (x.size() != 4 || k < 1 || k > x[3] || x[3] % (k * k) != 0) {
    return fail(Code::shapes_disagree, fmt::format("blocks of {} of {}", k, to_string(x)));
  }
  const std::int64_t c = x[3] / (k * k);
  const Value parts =
      b.transpose(b.reshape(op.input(0), {x[0], x[1], x[2], k, k, c}), {0, 1, 3, 2, 4, 5});
  return Values{b.reshape(parts, {x[0], x[1] * k, x[2] * k, c})};
}

Result<Values> lower_space_to_depth(const Operator& op, Builder& b) {
  const Shape& x = b.shape(op.input(0));
  const std::int64_t k = TRY(op.integer(0));
  if (x.size() != 4 || k < 1 || x[1] % k != 0 || x[2] % k != 0) {
    return fail(Code::shapes_disagree, fmt::format("blocks of {} of {}", k, to_string(x)));
  }
  const Value parts = b.transpose(b.reshape(op.input(0), {x[0], x[1] / k, k, x[2] / k, k, x[3]}),
                                  {0, 1, 3, 2, 4, 5});
  return Values{b.reshape(parts, {x[0], x[1] / k, x[2] / k, x[3] * k * k})};
}

Result<Values> lower_shape(const Operator& op, Builder& b) {
  const Value shape = b.integers(b.shape(op.input(0)));
  return Values{b.cast(shape, op.output_tensor(0).type.element)};
}

Result<Values> lower_rank(const Operator& op, Builder& b) {
  return Values{b.scalar(op.output_tensor(0).type.element,
                         static_cast<graph::Exact>(b.type(op.input(0)).rank()))};
}

Result<Values> lower_zeros_like(const Operator& op, Builder& b) {
  return Values{b.full(b.type(op.input(0)), 0)};
}

Result<Values> lower_fill(const Operator& op, Builder& b) {
  return Values{b.broadcast(op.input(1), TRY(known_integers(op, 0, b)))};
}

Result<Values> lower_reverse(const Operator& op, Builder& b) {
  Axes axes;
  for (const std::int64_t axis : TRY(known_integers(op, 1, b))) {
    axes.push_back(TRY(checked_axis(axis, b.type(op.input(0)).rank())));
  }
  return Values{b.emit("reverse", {op.input(0)}, {{"axes", axes}})};
}

constexpr Lowering rows[] = {
    {2, "CONCATENATION", 1, lower_concatenation},
    {5, "DEPTH_TO_SPACE", 1, lower_depth_to_space},
    {7, "EMBEDDING_LOOKUP", 2, lower_embedding_lookup},
    {22, "RESHAPE", 1, lower_reshape},
    {26, "SPACE_TO_DEPTH", 1, lower_space_to_depth},
    {34, "PAD", 2, lower_pad},
    {36, "GATHER", 2, lower_gather},
    {39, "TRANSPOSE", 2, lower_transpose},
    {43, "SQUEEZE", 1, lower_squeeze},
    {45, "STRIDED_SLICE", 4, lower_strided_slice},
    {49, "SPLIT", 2, lower_split},
    {60, "PADV2", 3, lower_pad},
    {65, "SLICE", 3, lower_slice},
    {69, "TILE", 2, lower_tile},
    {70, "EXPAND_DIMS", 2, lower_expand_dims},
    {77, "SHAPE", 1, lower_shape},
    {83, "PACK", 1, lower_pack},
    {88, "UNPACK", 1, lower_unpack},
    {93, "ZEROS_LIKE", 1, lower_zeros_like},
    {94, "FILL", 2, lower_fill},
    {102, "SPLIT_V", 3, lower_split_v},
    {105, "REVERSE_V2", 2, lower_reverse},
    {110, "RANK", 1, lower_rank},
    {130, "BROADCAST_TO", 2, lower_broadcast_to},
};

}  // namespace

constinit const std::span<const Lowering> movements = rows;

}  // namespace pfsday::tflite
