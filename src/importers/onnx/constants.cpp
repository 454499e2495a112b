// Operators whose result is known before the model runs: Constant, ConstantOfShape, Shape, Size.
#include <fmt/format.h>

#include <algorithm>

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
  if (const auto* value = node.find("value"); value != nullptr && value->tensor) {
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

constexpr Lowering rows[] = {
    {.op = "Constant", .inputs = 0, .lower = lower_constant},
    {.op = "ConstantOfShape", .lower = lower_constant_of_shape},
    {.op = "Shape", .lower = lower_shape},
    {.op = "Size", .lower = lower_size},
};

}  // namespace

extern constinit const LoweringFamily constants{rows};

}  // namespace pfsday::onnx
