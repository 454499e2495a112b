// MaxUnpool.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {
namespace {

constexpr std::int64_t step_limit = std::int64_t{1} << 31;
constexpr std::int64_t size_limit = std::int64_t{1} << 60;

/// A list of that many entries in low..step_limit.
Result<Axes> read_list(const OnnxNode& node, std::string_view name, const Axes& fallback,
                       std::size_t size, std::int64_t low) {
  const Axes list = TRY(node.integers(name, fallback));
  const bool fits = list.size() == size && std::ranges::all_of(list, [low](std::int64_t entry) {
                      return entry >= low && entry <= step_limit;
                    });
  if (fits) return list;
  return fail(Code::attribute_invalid,
              fmt::format("{} is {}, which does not fit the input", name, to_string(list)));
}

/// The shape that was pooled: of each spatial axis (size - 1) * stride + kernel - pads.
Result<Shape> pooled_shape(const OnnxNode& node, const Shape& x) {
  if (x.size() < 3) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, which has no spatial axis", to_string(x)));
  }
  const std::size_t rank = x.size() - 2;
  const Axes kernel = TRY(read_list(node, "kernel_shape", {}, rank, 1));
  const Axes strides = TRY(read_list(node, "strides", Axes(rank, 1), rank, 1));
  const Axes pads = TRY(read_list(node, "pads", Axes(2 * rank, 0), 2 * rank, 0));
  Shape shape = x;
  for (std::size_t i = 0; i < rank; ++i) {
    const Count reach = Count(std::max<std::int64_t>(x[i + 2] - 1, 0)) * strides[i] + kernel[i];
    const Count padding = pads[i] + pads[rank + i];
    if (reach < padding || reach > Count(size_limit)) {
      return fail(Code::shapes_disagree, fmt::format("{} cannot be unpooled", to_string(x)));
    }
    shape[i + 2] = static_cast<std::int64_t>((reach - padding).value());
  }
  TRY(check_limits({ElementType::f32, shape}));
  return shape;
}

Value flattened(Value x, Builder& b) {
  return b.reshape(x, {static_cast<std::int64_t>(b.type(x).elements().value())});
}

/// Zeros, but the elements where the indices, offsets into what was pooled, say; then zeros after
/// them up to the stated shape.
Result<Values> lower_max_unpool(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Shape pooled = TRY(pooled_shape(node, b.shape(x)));
  const ElementType element = b.type(x).element;
  const Value zeros =
      b.full({element, {static_cast<std::int64_t>(graph::element_count(pooled).value())}}, 0);
  const Value flat =
      b.emit("scatter_elements", {zeros, flattened(node.input(1), b), flattened(x, b)},
             {{"axis", std::int64_t{0}}});
  const Value y = b.reshape(flat, pooled);
  if (!node.has_input(2)) return Values{y};

  const Axes stated = TRY(known_integers(node, 2, b));
  const bool fits = std::ranges::all_of(
      stated, [](std::int64_t size) { return size >= 0 && size <= size_limit; });
  if (stated.size() != pooled.size() || !fits) {
    return fail(Code::shapes_disagree,
                fmt::format("{} unpooled to {}", to_string(b.shape(x)), to_string(stated)));
  }
  Axes after(pooled.size(), 0);
  for (std::size_t i = 0; i < pooled.size(); ++i) after[i] = stated[i] - pooled[i];
  const Axes none(pooled.size(), 0);
  return Values{b.emit("pad", {y}, {{"low", none}, {"high", after}, {"interior", none}})};
}

constexpr Lowering rows[] = {
    {.op = "MaxUnpool", .inputs = 2, .lower = lower_max_unpool},
};

}  // namespace

extern constinit const LoweringFamily unpooling{rows};

}  // namespace pfsday::onnx
