// Operators whose result is known before the model runs: Constant, ConstantOfShape, Shape, Size,
// Range, EyeLike.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/onnx/held_tensor.h"
#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

using Kind = AttributeView::Kind;

/// A list of numbers as a vector.
template <class Numbers>
Value vector_of(ElementType element, const Numbers& numbers, Builder& b) {
  const TensorType type{element, {static_cast<std::int64_t>(numbers.size())}};
  return b.constant(Literal::of(type, std::vector<graph::Exact>(numbers.begin(), numbers.end())));
}

/// A tensor of the model, or a number or list written as an attribute.
Result<Values> lower_constant(const OnnxNode& node, Builder& b) {
  for (const std::string_view name : {"value", "sparse_value"}) {
    const auto* value = node.find(name);
    if (value == nullptr || !value->tensor) continue;
    return Values{TRY(add_held_tensor(node.output_name(0), *value->tensor, b))};
  }
  if (const auto* value = node.find("value_float")) {
    return Values{b.scalar(ElementType::f32, value->real)};
  }
  if (const auto* value = node.find("value_int")) {
    return Values{b.scalar(ElementType::i64, static_cast<graph::Exact>(value->integer))};
  }
  if (const auto* value = node.find("value_floats")) {
    return Values{vector_of(ElementType::f32, value->reals, b)};
  }
  if (const auto* value = node.find("value_ints")) {
    return Values{vector_of(ElementType::i64, value->integers, b)};
  }
  return fail(Code::type_unsupported, "the constant is neither a tensor nor numbers");
}

struct Fill {
  ElementType element = ElementType::f32;
  graph::Exact value = 0;
};

Result<Fill> fill_of(const OnnxNode& node) {
  const auto* attribute = node.find("value");
  if (attribute == nullptr) return Fill{};
  if (!attribute->tensor)
    return fail(Code::attribute_invalid, "attribute \"value\" is not a tensor");
  const TensorView& tensor = *attribute->tensor;
  const auto literal = TRY(read_values(tensor));
  if (!literal || tensor.type.elements() != Count(1)) {
    return fail(
        Code::attribute_invalid,
        fmt::format("attribute \"value\" is {} instead of one number", to_string(tensor.type)));
  }
  return Fill{tensor.type.element, literal->at(0)};
}

/// A large float tensor of a shape that the model holds stands for a weight: so are models written
/// whose weights were taken out. Any other is a constant.
Result<Values> lower_constant_of_shape(const OnnxNode& node, Builder& b) {
  const Axes sizes = TRY(known_integers(node, 0, b));
  if (std::ranges::any_of(sizes, [](std::int64_t size) { return size < 0; })) {
    return fail(Code::shapes_disagree, fmt::format("the shape is {}", to_string(sizes)));
  }
  const Fill fill = TRY(fill_of(node));
  const TensorType type{fill.element, sizes};
  TRY(check_limits(type));
  const Literal literal = Literal::splat(type, fill.value);
  if (node.is_initializer(0) && graph::is_real(fill.element) && type.elements() > Count(1)) {
    return Values{b.held_tensor(node.identity(), std::string(node.output_name(0)), type, literal)};
  }
  return Values{b.constant(literal)};
}

/// The sizes from axis `start` to `end` (since opset 15), clamped to the axes there are.
Result<Values> lower_shape(const OnnxNode& node, Builder& b) {
  const Shape shape = b.shape(node.input(0));
  const auto rank = static_cast<std::int64_t>(shape.size());
  const auto clamp = [rank](std::int64_t axis) {
    return std::clamp<std::int64_t>(axis < 0 ? std::max(axis, -rank) + rank : axis, 0, rank);
  };
  const std::int64_t start = clamp(TRY(node.integer("start", 0)));
  const std::int64_t end = clamp(TRY(node.integer("end", rank)));
  Axes sizes;
  for (std::int64_t axis = start; axis < end; ++axis) {
    sizes.push_back(shape[static_cast<std::size_t>(axis)]);
  }
  return Values{b.integers(sizes)};
}

Result<Values> lower_size(const OnnxNode& node, Builder& b) {
  const Count elements = b.type(node.input(0)).elements();
  return Values{b.scalar(ElementType::i64, static_cast<graph::Exact>(elements.value()))};
}

/// start, start + delta, ... before the limit.
Result<Values> lower_range(const OnnxNode& node, Builder& b) {
  const graph::Exact start = TRY(known_scalar(node, 0, b));
  const graph::Exact limit = TRY(known_scalar(node, 1, b));
  const graph::Exact delta = TRY(known_scalar(node, 2, b));
  const graph::Exact size = std::max<graph::Exact>(0, std::ceil((limit - start) / delta));
  if (!(size <= 0x1p60L)) {
    return fail(Code::shapes_disagree,
                fmt::format("a range from {} to {} by {}", static_cast<double>(start),
                            static_cast<double>(limit), static_cast<double>(delta)));
  }
  const ElementType element = b.type(node.input(0)).element;
  const auto number = [&](graph::Exact value) -> graph::AttributeValue {
    if (graph::is_integer(element)) return static_cast<std::int64_t>(value);
    return static_cast<double>(value);
  };
  return Values{b.emit("iota", {},
                       {{"element", std::string(to_string(element))},
                        {"size", static_cast<std::int64_t>(size)},
                        {"start", number(start)},
                        {"step", number(delta)}})};
}

/// Ones on diagonal k of an [n, m] matrix: m zeros lie between them in the order of the elements.
Value eye(ElementType element, const Shape& shape, std::int64_t k, Builder& b) {
  const std::int64_t n = shape[0];
  const std::int64_t m = shape[1];
  const std::int64_t row = std::max<std::int64_t>(0, -k);
  const std::int64_t column = std::max<std::int64_t>(0, k);
  const std::int64_t length = std::min(n - row, m - column);
  if (length <= 0) return b.full({element, shape}, 0);
  const std::int64_t before = row * m + column;
  const std::int64_t after = n * m - before - ((length - 1) * (m + 1) + 1);
  const Value line = b.emit("pad", {b.full({element, {length}}, 1)},
                            {{"low", Axes{before}}, {"high", Axes{after}}, {"interior", Axes{m}}});
  return b.reshape(line, shape);
}

Result<Values> lower_eye_like(const OnnxNode& node, Builder& b) {
  const TensorType type = b.type(node.input(0));
  if (type.shape.size() != 2) {
    return fail(Code::shapes_disagree, fmt::format("{} is no matrix", to_string(type.shape)));
  }
  ElementType element = type.element;
  if (node.find("dtype") != nullptr) element = element_type_of(TRY(node.integer("dtype", 0)));
  if (element == ElementType::unknown) return fail(Code::attribute_invalid, "dtype is no type");
  const std::int64_t k = TRY(node.integer("k", 0));
  const std::int64_t most = std::max(type.shape[0], type.shape[1]);
  return Values{eye(element, type.shape, std::clamp(k, -most, most), b)};
}

constexpr Lowering rows[] = {
    {.op = "Constant", .inputs = 0, .lower = lower_constant},
    {.op = "ConstantOfShape", .lower = lower_constant_of_shape},
    {.op = "Shape", .lower = lower_shape},
    {.op = "Size", .lower = lower_size},
    {.op = "Range", .inputs = 3, .lower = lower_range},
    {.op = "EyeLike", .lower = lower_eye_like},
};

}  // namespace

extern constinit const LoweringFamily constants{rows};

}  // namespace pfsday::onnx
