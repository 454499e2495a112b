// Experimental operators of the first operator sets that move, fill or scale: ImageScaler, Scale,
// Crop, GivenTensorFill, ConstantFill. Those that are activations are in activation.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

/// A list of numbers as a vector of that type.
Value vector_of(ElementType element, const std::vector<float>& numbers, Builder& b) {
  const TensorType type{element, {static_cast<std::int64_t>(numbers.size())}};
  return b.constant(Literal::of(type, std::vector<graph::Exact>(numbers.begin(), numbers.end())));
}

Result<std::vector<float>> read_reals(const OnnxNode& node, std::string_view name) {
  const AttributeView* found = node.find(name);
  if (found == nullptr) return std::vector<float>{};
  if (found->kind == AttributeView::Kind::reals) return found->reals;
  return fail(Code::attribute_invalid, fmt::format("attribute \"{}\" is not numbers", name));
}

Result<Values> lower_scale(const OnnxNode& node, Builder& b) {
  return Values{b.with_scalar("mul", node.input(0), TRY(node.real("scale", 1)))};
}

/// scale x + bias, with a bias for each channel.
Result<Values> lower_image_scaler(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value scaled = b.with_scalar("mul", x, TRY(node.real("scale", 1)));
  const std::vector<float> bias = TRY(read_reals(node, "bias"));
  const Shape shape = b.shape(x);
  if (shape.size() < 2 || (!bias.empty() && std::ssize(bias) != shape[1])) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, and there are {} biases", to_string(shape), bias.size()));
  }
  if (bias.empty()) return Values{scaled};
  Shape per_channel(shape.size() - 1, 1);
  per_channel[0] = shape[1];
  return Values{b.add(scaled, b.reshape(vector_of(b.type(x).element, bias, b), per_channel))};
}

/// Crops height and width by a border (left, top, right, bottom), or to a size from its left top.
Result<Values> lower_crop(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape shape = b.shape(x);
  const Axes border = TRY(node.integers("border", Axes(4, 0)));
  const Axes size = TRY(node.integers("scale"));
  const auto wrong = [&] {
    return fail(Code::attribute_invalid,
                fmt::format("x is {}, border {} and scale {}", to_string(shape), to_string(border),
                            to_string(size)));
  };
  // Far below what sums of two would overflow.
  const auto fits = [](std::int64_t value) { return value >= 0 && value < std::int64_t{1} << 60; };
  if (shape.size() != 4 || border.size() != 4 || (!size.empty() && size.size() != 2))
    return wrong();
  if (!std::ranges::all_of(border, fits) || !std::ranges::all_of(size, fits)) return wrong();
  const Axes starts = {0, 0, border[1], border[0]};
  Axes limits = shape;
  limits[2] = size.empty() ? shape[2] - border[3] : starts[2] + size[0];
  limits[3] = size.empty() ? shape[3] - border[2] : starts[3] + size[1];
  for (const std::size_t i : {2U, 3U}) {
    if (starts[i] > limits[i] || limits[i] > shape[i]) return wrong();
  }
  return Values{b.slice(x, starts, limits, Axes(4, 1))};
}

/// The shape that an attribute states, or that of an input (or what the input holds), with more
/// sizes behind it.
Result<Shape> filled_shape(const OnnxNode& node, Builder& b) {
  Shape shape = TRY(node.integers("shape"));
  if (node.has_input(0)) {
    const bool holds_sizes = TRY(node.integer("input_as_shape", 0)) != 0;
    shape = holds_sizes ? TRY(known_integers(node, 0, b)) : b.shape(node.input(0));
    const Axes extra = TRY(node.integers("extra_shape"));
    shape.insert(shape.end(), extra.begin(), extra.end());
  }
  for (const std::int64_t size : shape) {
    if (size < 0) {
      return fail(Code::attribute_invalid, fmt::format("the shape is {}", to_string(shape)));
    }
  }
  return shape;
}

Result<Values> lower_constant_fill(const OnnxNode& node, Builder& b) {
  const TensorType type{element_type_of(TRY(node.integer("dtype", 1))), TRY(filled_shape(node, b))};
  if (!type.known()) return fail(Code::attribute_invalid, "dtype is no type of tensors");
  TRY(check_limits(type));
  return Values{b.full(type, TRY(node.real("value", 0)))};
}

Result<Values> lower_given_tensor_fill(const OnnxNode& node, Builder& b) {
  const std::vector<float> values = TRY(read_reals(node, "values"));
  const Shape shape = TRY(filled_shape(node, b));
  if (graph::element_count(shape) != Count(values.size())) {
    return fail(Code::shapes_disagree,
                fmt::format("{} values for {}", values.size(), to_string(shape)));
  }
  return Values{b.reshape(vector_of(ElementType::f32, values, b), shape)};
}

constexpr Lowering rows[] = {
    {.op = "Scale", .lower = lower_scale},
    {.op = "ImageScaler", .lower = lower_image_scaler},
    {.op = "Crop", .lower = lower_crop},
    {.op = "ConstantFill", .inputs = 0, .lower = lower_constant_fill},
    {.op = "GivenTensorFill", .inputs = 0, .lower = lower_given_tensor_fill},
};

}  // namespace

extern constinit const LoweringFamily experimental{rows};

}  // namespace pfsday::onnx
