#include "importers/onnx/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pfsday::onnx {
namespace {

using graph::Exact;

struct Range {
  Exact low, high;
};

/// The finite values of a quantized type.
Range range_of(ElementType element) {
  if (graph::is_integer(element)) {
    const int bits = graph::bits_of(element);
    const bool is_signed = to_string(element).front() == 'i';
    const Exact count = std::ldexp(Exact{1}, bits);
    return is_signed ? Range{-count / 2, count / 2 - 1} : Range{0, count - 1};
  }
  switch (element) {
    case ElementType::f8e4m3fn:
      return {-448, 448};
    case ElementType::f8e4m3fnuz:
      return {-240, 240};
    case ElementType::f4e2m1:
      return {-6, 6};
    default:  // f8e5m2 and f8e5m2fnuz
      return {-57344, 57344};
  }
}

/// One entry for each index of the axis.
Value along_axis(Value v, std::size_t rank, std::size_t axis, Builder& b) {
  Shape aligned(rank, 1);
  aligned[axis] = b.shape(v)[0];
  return b.reshape(v, aligned);
}

/// Repeats each entry along the axis for its block; the last block may be cut short.
Value repeat_blocks(Value v, const Shape& x, std::size_t axis, std::int64_t block_size,
                    Builder& b) {
  Shape split = b.shape(v);
  const std::int64_t blocks = split[axis];
  split.insert(split.begin() + static_cast<std::ptrdiff_t>(axis) + 1, 1);
  Shape repeated = split;
  repeated[axis + 1] = block_size;
  Shape joined = b.shape(v);
  joined[axis] = blocks * block_size;
  const Value whole = b.reshape(b.broadcast(b.reshape(v, split), repeated), joined);
  return b.slice(whole, Axes(x.size(), 0), x, Axes(x.size(), 1));
}

bool is_known_zero(Value v, Builder& b) {
  const Literal* known = b.known(v);
  return known != nullptr && std::ranges::all_of(known->values(), [](Exact x) { return x == 0; });
}

}  // namespace

Result<Value> align_to_quantized(Value v, const Shape& x, std::int64_t axis,
                                 std::int64_t block_size, Builder& b) {
  if (!v) return v;
  const Shape& shape = b.shape(v);
  if (b.type(v).elements() == Count(1)) return b.reshape(v, {});
  const auto at = static_cast<std::size_t>(TRY(checked_axis(axis, std::ssize(x))));
  if (block_size == 0 && shape.size() == 1 && shape[0] == x[at]) {
    return along_axis(v, x.size(), at, b);
  }
  Shape blocks = x;
  if (block_size > 0) blocks[at] = x[at] / block_size + (x[at] % block_size != 0 ? 1 : 0);
  if (block_size > 0 && shape == blocks && block_size <= x[at]) {
    return repeat_blocks(v, x, at, block_size, b);
  }
  return fail(Code::shapes_disagree, fmt::format("a scale or zero point of {} for {} along axis {}",
                                                 to_string(shape), to_string(x), at));
}

Value subtract_zero_point(Value x, Value zero_point, ElementType element, Builder& b) {
  const Value y = b.cast(x, element);
  if (!zero_point || is_known_zero(zero_point, b)) return y;
  return b.sub(y, b.cast(zero_point, element));
}

Value quantize(Value scaled, Value zero_point, ElementType to, bool saturates, Builder& b) {
  Value y = scaled;
  const ElementType element = b.type(scaled).element;
  if (graph::is_integer(to)) y = b.emit("quantize_round", {y});
  if (zero_point && !is_known_zero(zero_point, b)) y = b.add(y, b.cast(zero_point, element));
  if (saturates) {
    const Range range = range_of(to);
    y = b.with_scalar("min", b.with_scalar("max", y, range.low), range.high);
  }
  const std::int64_t fits = saturates ? 1 : 0;
  return b.emit("cast", {y}, {{"to", std::string(to_string(to))}, {"fits", fits}});
}

Value dequantized(Value x, ElementType element, Builder& b) {
  const graph::Node* node = b.graph().producer(x);
  const bool is_cast = node != nullptr && node->kind->name == "cast";
  const auto* fits =
      is_cast ? graph::find_attribute<std::int64_t>(node->attributes, "fits") : nullptr;
  const bool holds_it = fits != nullptr && *fits == 1 && b.type(node->inputs[0]).element == element;
  return holds_it ? node->inputs[0] : b.cast(x, element);
}

}  // namespace pfsday::onnx
