// MaxPool, AveragePool, LpPool and their global kin.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/window_attributes.h"

namespace pfsday::onnx {
namespace {

Result<SpatialWindow> pool_window(const OnnxNode& node, Builder& b) {
  const Shape& shape = b.shape(node.input(0));
  if (shape.size() < 3) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, which has no spatial axis", to_string(shape)));
  }
  return read_window(node, Shape(shape.begin() + 2, shape.end()),
                     TRY(node.integers("kernel_shape")));
}

Value flattened(Value x, Builder& b) {
  return b.reshape(x, {static_cast<std::int64_t>(b.type(x).elements().value())});
}

/// Offsets into x as offsets into x with its spatial axes in the opposite order: column by column.
Value by_columns(Value offsets, const Shape& x, Builder& b) {
  const Value all = b.iota(static_cast<std::int64_t>(graph::element_count(x).value()));
  Shape turned = x;
  std::reverse(turned.begin() + 2, turned.end());
  Axes order = axes_from(0, std::ssize(x));
  std::reverse(order.begin() + 2, order.end());
  const Value places = flattened(b.transpose(b.reshape(all, turned), order), b);
  return b.gather(places, offsets, 0);
}

/// Where the maxima stand, and what stands there.
Result<Values> max_with_indices(const OnnxNode& node, const ops::Window& window, Builder& b) {
  const Value x = node.input(0);
  const Value where = b.emit("window_argmax", {x},
                             {{"size", window.size},
                              {"strides", window.strides},
                              {"pads_low", window.pads_low},
                              {"pads_high", window.pads_high},
                              {"dilations", window.dilations}});
  const Value y = b.gather(flattened(x, b), where, 0);
  if (!y || TRY(node.integer("storage_order", 0)) == 0) return Values{y, where};
  return Values{y, by_columns(where, b.shape(x), b)};
}

Result<Values> lower_max_pool(const OnnxNode& node, Builder& b) {
  const SpatialWindow read = TRY(pool_window(node, b));
  const ops::Window window = over_all_axes(read.window);
  if (node.has_output(1)) return max_with_indices(node, window, b);
  return Values{b.window_max(node.input(0), window)};
}

/// Along one axis, how many taps of each window lie in 0..input-1 (or in the stated padding too).
std::vector<std::int64_t> taps_inside(const SpatialWindow& read, std::size_t axis, bool with_pads) {
  const ops::Window& w = read.window;
  const std::int64_t low = with_pads ? -w.pads_low[axis] : 0;
  const std::int64_t high = read.input[axis] + (with_pads ? read.stated_pads_high[axis] : 0);
  std::vector<std::int64_t> counts;
  for (std::int64_t o = 0; o < read.output[axis]; ++o) {
    const std::int64_t first = o * w.strides[axis] - w.pads_low[axis];
    const std::int64_t dilation = w.dilations[axis];
    // Taps k with low <= first + k * dilation < high.
    const std::int64_t skipped = first < low ? (low - first + dilation - 1) / dilation : 0;
    const std::int64_t until = first < high ? (high - first + dilation - 1) / dilation : 0;
    counts.push_back(std::max<std::int64_t>(1, std::min(until, w.size[axis]) - skipped));
  }
  return counts;
}

/// True if no window leaves the region whose taps count.
bool every_tap_counts(const SpatialWindow& read, bool with_pads) {
  for (std::size_t i = 0; i < read.input.size(); ++i) {
    if (read.window.pads_high[i] > (with_pads ? read.stated_pads_high[i] : 0)) return false;
    if (read.window.pads_low[i] > 0 && !with_pads) return false;
  }
  return true;
}

/// What each sum is divided by, for each spatial position: the number of taps that count. Its
/// contents are left open above the size that is folded, so that memory stays small.
Value divisors(const OnnxNode& node, const SpatialWindow& read, bool with_pads, Builder& b) {
  const TensorType type{b.type(node.input(0)).element, read.output};
  if (!graph::can_be_literal(type)) return b.held_tensor(node.identity(), "", type, {});
  std::vector<graph::Exact> counts = {1};
  for (std::size_t axis = 0; axis < read.output.size(); ++axis) {
    const std::vector<std::int64_t> inside = taps_inside(read, axis, with_pads);
    std::vector<graph::Exact> finer;
    for (const graph::Exact outer : counts) {
      for (const std::int64_t inner : inside) {
        finer.push_back(outer * static_cast<graph::Exact>(inner));
      }
    }
    counts = std::move(finer);
  }
  return b.constant(Literal::of(type, std::move(counts)));
}

/// The sum over the window, then one division for each output.
Result<Values> lower_average_pool(const OnnxNode& node, Builder& b) {
  const SpatialWindow read = TRY(pool_window(node, b));
  const bool with_pads = TRY(node.integer("count_include_pad", 0)) != 0;
  const Value sum = b.window_sum(node.input(0), over_all_axes(read.window));
  if (!every_tap_counts(read, with_pads)) {
    return Values{b.div(sum, divisors(node, read, with_pads, b))};
  }
  graph::Exact taps = 1;
  for (const std::int64_t size : read.window.size) taps *= static_cast<graph::Exact>(size);
  return Values{b.with_scalar("div", sum, taps)};
}

Result<Values> lower_global_average_pool(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.reduce_mean(x, axes_from(2, b.type(x).rank()), keep_dims)};
}

Result<Values> lower_global_max_pool(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  return Values{b.reduce_max(x, axes_from(2, b.type(x).rank()), keep_dims)};
}

/// |x| to the power p, for each element.
Value powers(Value x, double p, Builder& b) {
  if (p == 2) return b.mul(x, x);
  const Value magnitude = b.emit("abs", {x});
  return p == 1 ? magnitude : b.with_scalar("pow", magnitude, p);
}

/// The root of degree p of what was summed.
Value root(Value sum, double p, Builder& b) {
  if (p == 2) return b.sqrt(sum);
  return p == 1 ? sum : b.with_scalar("pow", sum, 1 / p);
}

/// The degree of the norm: before opset 2 a real number. Errors: Code::attribute_invalid.
Result<double> degree_of(const OnnxNode& node) {
  const double p =
      node.opset() < 2 ? TRY(node.real("p", 2)) : static_cast<double>(TRY(node.integer("p", 2)));
  if (p > 0) return p;
  return fail(Code::attribute_invalid, fmt::format("p is {}", p));
}

/// The root of the sum of powers over the window; padding adds nothing.
Result<Values> lower_lp_pool(const OnnxNode& node, Builder& b) {
  const SpatialWindow read = TRY(pool_window(node, b));
  const double p = TRY(degree_of(node));
  const Value sum = b.window_sum(powers(node.input(0), p, b), over_all_axes(read.window));
  return Values{root(sum, p, b)};
}

Result<Values> lower_global_lp_pool(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const double p = TRY(degree_of(node));
  const Axes axes = axes_from(2, b.type(x).rank());
  return Values{root(b.reduce_sum(powers(x, p, b), axes, keep_dims), p, b)};
}

constexpr Lowering rows[] = {
    {.op = "MaxPool", .lower = lower_max_pool},
    {.op = "AveragePool", .lower = lower_average_pool},
    {.op = "LpPool", .lower = lower_lp_pool},
    {.op = "GlobalLpPool", .lower = lower_global_lp_pool},
    {.op = "GlobalAveragePool", .lower = lower_global_average_pool},
    {.op = "GlobalMaxPool", .lower = lower_global_max_pool},
};

}  // namespace

extern constinit const LoweringFamily pooling{rows};

}  // namespace pfsday::onnx
