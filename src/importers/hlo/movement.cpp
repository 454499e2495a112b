// What moves elements: shapes, slices, pads, patterns.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/complex.h"
#include "importers/hlo/scope.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

/// As the text states the sizes of the result or, where it leaves them open, as operand 1 does.
Result<Shape> stated_shape(const Node& node, Builder& b) {
  if (node.type().is_open && node.operand_count() > 1) {
    const Literal* known = b.known(TRY(node.operand(1)));
    if (known != nullptr && known->type().elements() == Count(node.type().array.shape.size())) {
      Shape shape;
      for (const graph::Exact size : known->values()) {
        if (size < 0 || size > static_cast<graph::Exact>(ops::size_limit)) {
          return fail(Code::limit_exceeded, "a size of its result is below 0 or above 2^60");
        }
        shape.push_back(static_cast<std::int64_t>(size));
      }
      return shape;
    }
  }
  return TRY(node.result_type()).shape;
}

Result<Values> lower_reshape(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  if (node.scope().is_wide()) return Values{x};
  const Shape shape = TRY(stated_shape(node, b));
  return Values{b.reshape(x, shape)};
}

/// The same bytes as something else.
Result<Values> lower_bitcast(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const TensorType type = TRY(node.result_type());
  if (node.scope().is_wide()) {
    return Values{moved({x}, {type.element, b.shape(x)}, node.op(), b)};
  }
  const bool is_same = type.element == b.type(x).element && type.elements() == b.type(x).elements();
  if (is_same) return Values{b.reshape(x, type.shape)};
  return Values{moved({x}, type, node.op(), b)};
}

/// Axis i of x is the axis dimensions[i] of the result.
Result<Values> lower_broadcast(const Node& node, Builder& b) {
  Value x = TRY(node.operand(0));
  if (node.scope().is_wide()) return Values{x};
  const Shape shape = TRY(stated_shape(node, b));
  const Axes axes = TRY(node.axes_below("dimensions", std::ssize(shape)));
  if (std::ssize(axes) != b.type(x).rank()) {
    return fail(Code::attribute_invalid, fmt::format("dimensions={} of a tensor of rank {}",
                                                     node.text("dimensions"), b.type(x).rank()));
  }
  Axes order(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  std::ranges::sort(order, {}, [&](std::int64_t i) { return axes[static_cast<std::size_t>(i)]; });
  Shape wide(shape.size(), 1);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    wide[static_cast<std::size_t>(axes[i])] = b.shape(x)[i];
  }
  x = permuted(x, order, b);
  return Values{b.broadcast(b.reshape(x, wide), shape)};
}

Result<Values> lower_transpose(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Axes permutation = TRY(node.axes("dimensions"));
  return Values{b.transpose(x, permutation)};
}

Result<Values> lower_reverse(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Axes axes = TRY(node.axes_below("dimensions", b.type(x).rank()));
  return Values{axes.empty() ? x : b.emit("reverse", {x}, {{"axes", axes}})};
}

Result<Values> lower_slice(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const SliceText slice = TRY(parse_slice(node.text("slice")));
  return Values{b.slice(x, slice.starts, slice.limits, slice.strides)};
}

Result<Values> lower_concatenate(const Node& node, Builder& b) {
  const Axes axes = TRY(node.axes("dimensions"));
  if (axes.size() != 1) return fail(Code::attribute_invalid, "it names no one dimension");
  Values parts;
  for (std::size_t i = 0; i < node.operand_count(); ++i) parts.push_back(TRY(node.operand(i)));
  if (parts.empty()) return fail(Code::input_missing, "it has no operand");
  return Values{parts.size() == 1 ? parts[0] : b.concat(parts, axes[0])};
}

/// The primitive pads with zeros.
Result<Values> lower_pad(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Value value = TRY(node.operand(1));
  const Literal* filling = b.known(value);
  const PaddingText padding = TRY(parse_padding(node.text("padding")));
  const Value padded =
      b.type(x).rank() == 0
          ? x
          : b.emit("pad", {x},
                   {{"low", padding.low}, {"high", padding.high}, {"interior", padding.interior}});
  if (!padded || (filling != nullptr && filling->at(0) == 0)) return Values{padded};
  return Values{moved({x, value}, b.type(padded), node.op(), b)};
}

/// 0, 1, ...: not folded, so that arithmetic on it counts as it is written, whatever its size.
Value line_of(std::int64_t size, Builder& b) {
  graph::Node node{.kind = &ops::find_primitive("iota")->kind,
                   .attributes = {{"element", std::string("i64")},
                                  {"size", size},
                                  {"start", std::int64_t{0}},
                                  {"step", std::int64_t{1}}},
                   .origin = b.origin(),
                   .pass = b.pass()};
  return b.graph().append(std::move(node), {{ElementType::i64, {size}}});
}

Result<Values> lower_iota(const Node& node, Builder& b) {
  const TensorType type = TRY(node.result_type());
  const std::int64_t axis = TRY(node.integer("iota_dimension", 0));
  if (is_complex(type.element)) {
    return Values{moved({b.iota(1)}, type, node.op(), b)};
  }
  if (axis < 0 || axis >= type.rank()) {
    return fail(Code::attribute_invalid,
                fmt::format("iota_dimension={} of {}", axis, to_string(type)));
  }
  Shape wide(type.shape.size(), 1);
  const std::int64_t size = type.shape[static_cast<std::size_t>(axis)];
  wide[static_cast<std::size_t>(axis)] = size;
  const Value line = b.cast(line_of(size, b), type.element);
  return Values{b.broadcast(b.reshape(line, wide), type.shape)};
}

constexpr Lowering lowerings[] = {
    {"reshape", lower_reshape, true},
    {"dynamic-reshape", lower_reshape, false, true},
    {"bitcast", lower_bitcast, true},
    {"bitcast-convert", lower_bitcast, true},
    {"broadcast", lower_broadcast, true},
    {"transpose", lower_transpose, false, true},
    {"reverse", lower_reverse, false, true},
    {"slice", lower_slice, false, true},
    {"concatenate", lower_concatenate, false, true},
    {"pad", lower_pad, false, true},
    {"iota", lower_iota},
};

}  // namespace

extern constinit const LoweringFamily movement{lowerings};

}  // namespace pfsday::hlo
