// Operators of the domain com.microsoft that are standard ones under another name, and a few that
// move elements.
#include <fmt/format.h>

#include "importers/onnx/microsoft.h"

namespace pfsday::onnx {
namespace {

/// The same operator in that version of the standard.
template <const char* op, std::int64_t opset>
Result<Values> lower_same(const OnnxNode& node, Builder& b) {
  return lower_as(op, opset, node, b);
}
constexpr char trilu[] = "Trilu", gather_nd[] = "GatherND", grid_sample[] = "GridSample";

/// Sums of 8-bit integers, as 32-bit ones.
Result<Values> lower_reduce_integer(const OnnxNode& node, Builder& b) {
  const bool is_unsigned = b.type(node.input(0)).element == ElementType::u8;
  const Value x = b.cast(node.input(0), is_unsigned ? ElementType::u32 : ElementType::i32);
  return lower_as("ReduceSum", 11, node.with_inputs({x}), b);
}

/// By steps of 1 where none are given.
Result<Values> lower_range(const OnnxNode& node, Builder& b) {
  Values inputs = {node.input(0), node.input(1), node.input(2)};
  if (!inputs[2]) inputs[2] = b.scalar(b.type(inputs[0]).element, 1);
  return lower_as("Range", 11, node.with_inputs(inputs), b);
}

/// An axis of size 1 before the axis that an input names.
Result<Values> lower_expand_dims(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const auto stated = static_cast<std::int64_t>(TRY(known_scalar(node, 1, b)));
  Shape shape = b.shape(x);
  const std::int64_t axis = TRY(checked_axis(stated, std::ssize(shape) + 1));
  shape.insert(shape.begin() + axis, 1);
  return Values{b.reshape(x, shape)};
}

/// Pads may stand in a row of their own.
Result<Values> lower_pad(const OnnxNode& node, Builder& b) {
  Values inputs = node.inputs();
  const auto count = static_cast<std::int64_t>(b.type(inputs[1]).elements().value());
  inputs[1] = b.reshape(inputs[1], {count});
  return lower_as("Pad", 13, node.with_inputs(inputs), b);
}

/// Rows of a table of embeddings. Inputs table, indices.
Result<Values> lower_embedding(const OnnxNode& node, Builder& b) {
  b.use_as_parameter(node.input(0));
  return Values{b.gather(node.input(0), node.input(1), 0)};
}

/// Pairs of real and imaginary parts along the last axis: 4 mul and 2 add for each product.
template <bool of_conjugate>
Result<Values> lower_complex_mul(const OnnxNode& node, Builder& b) {
  const auto part = [&](std::size_t input, std::int64_t i) {
    const Value x = node.input(input);
    const Shape shape = b.shape(x);
    if (shape.empty() || shape.back() != 2) {
      return b.fault(Code::shapes_disagree,
                     fmt::format("{} holds no complex numbers", to_string(shape)));
    }
    Axes starts(shape.size(), 0);
    Axes limits = shape;
    starts.back() = i;
    limits.back() = i + 1;
    return b.slice(x, starts, limits, Axes(shape.size(), 1));
  };
  const Value straight = b.mul(part(0, 0), part(1, 0));
  const Value crossed = b.mul(part(0, 1), part(1, 1));
  const Value first = b.mul(part(0, 1), part(1, 0));
  const Value second = b.mul(part(0, 0), part(1, 1));
  const Value real = of_conjugate ? b.add(straight, crossed) : b.sub(straight, crossed);
  const Value imaginary = of_conjugate ? b.sub(first, second) : b.add(first, second);
  return Values{b.concat({real, imaginary}, b.type(real).rank() - 1)};
}

constexpr Lowering rows[] = {
    {.op = "Trilu", .lower = lower_same<trilu, 14>, .domain = microsoft},
    {.op = "GridSample", .inputs = 2, .lower = lower_same<grid_sample, 16>, .domain = microsoft},
    {.op = "ReduceSumInteger", .lower = lower_reduce_integer, .domain = microsoft},
    {.op = "Range", .inputs = 2, .lower = lower_range, .domain = microsoft},
    {.op = "GatherND", .inputs = 2, .lower = lower_same<gather_nd, 12>, .domain = microsoft},
    {.op = "ExpandDims", .inputs = 2, .lower = lower_expand_dims, .domain = microsoft},
    {.op = "Pad", .inputs = 2, .lower = lower_pad, .domain = microsoft},
    {.op = "TorchEmbedding", .inputs = 2, .lower = lower_embedding, .domain = microsoft},
    {.op = "ComplexMul", .inputs = 2, .lower = lower_complex_mul<false>, .domain = microsoft},
    {.op = "ComplexMulConj", .inputs = 2, .lower = lower_complex_mul<true>, .domain = microsoft},
};

}  // namespace

extern constinit const LoweringFamily microsoft_movement{rows};

}  // namespace pfsday::onnx
