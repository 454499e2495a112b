// Conv.
#include <fmt/format.h>

#include "importers/onnx/window_attributes.h"

namespace pfsday::onnx {
namespace {

Result<Axes> kernel_of(const OnnxNode& node, const Shape& w) {
  const Axes kernel(w.begin() + 2, w.end());
  const Axes stated = TRY(node.integers("kernel_shape", kernel));
  if (stated == kernel) return kernel;
  return fail(Code::shapes_disagree,
              fmt::format("kernel_shape is {}, w is {}", to_string(stated), to_string(w)));
}

/// x [N, C, spatial...], w [M, C/group, kernel...], bias [M] or none.
Result<Values> lower_conv(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const Value w = node.input(1);
  const Shape shape = b.shape(x);
  const Shape filters = b.shape(w);
  if (shape.size() < 3 || filters.size() != shape.size()) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, w is {}", to_string(shape), to_string(filters)));
  }
  const Axes kernel = TRY(kernel_of(node, filters));
  const SpatialWindow read = TRY(read_window(node, Shape(shape.begin() + 2, shape.end()), kernel));
  const std::int64_t groups = TRY(node.integer("group", 1));
  b.use_as_parameter(w);
  const Value y = b.convolution(x, w, read.window, groups);
  if (!node.has_input(2)) return Values{y};

  const Value bias = node.input(2);
  b.use_as_parameter(bias);
  Shape per_filter(filters.size() - 1, 1);
  per_filter[0] = filters[0];
  return Values{b.add(y, b.reshape(bias, per_filter))};
}

constexpr Lowering rows[] = {
    {.op = "Conv", .inputs = 2, .lower = lower_conv},
};

}  // namespace

extern constinit const LoweringFamily convolution{rows};

}  // namespace pfsday::onnx
