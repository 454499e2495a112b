// Convolutions: gradients and products that are written as convolutions are undone.
//
// - batch_group_count (gradients of a filter with groups) becomes groups of features.
// - An axis that holds a batch, written as a window as long as the axis whose steps meet each pair
//   once, becomes groups.
// - lhs_dilate, or a kernel turned round that moves by one, is the gradient of a convolution's
//   input: convolution_input_gradient, whose taps are those of that convolution.
#include "importers/hlo/convolution.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/complex.h"
#include "importers/hlo/product.h"
#include "importers/hlo/scope.h"
#include "ops/window.h"

namespace pfsday::hlo {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Sizes that strides and dilations are multiplied with.
constexpr std::int64_t most_size = std::int64_t{1} << 32;

/// x [N, G C, spatial...], w [O, C, spatial...] in one order of axes, with the window along each.
struct Canonical {
  Value x, w;
  std::int64_t groups = 1;
  WindowText window;
  Axes result;  ///< sizes of the result along the spatial axes
  std::int64_t batch = 0, filters = 0;
};

Axes order_of(std::int64_t first, std::int64_t second, const Axes& spatial) {
  Axes order = {first, second};
  order.insert(order.end(), spatial.begin(), spatial.end());
  return order;
}

/// x [G N, C, ...] to [N, G C, ...].
Value batch_to_features(Value x, std::int64_t groups, Builder& b) {
  if (groups == 1 || !x) return x;
  const Shape shape = b.shape(x);
  Shape split = {groups, shape[0] / groups};
  split.insert(split.end(), shape.begin() + 1, shape.end());
  Axes order = {1, 0};
  for (std::int64_t i = 2; i < std::ssize(split); ++i) order.push_back(i);
  Shape joined = {split[1], groups * shape[1]};
  joined.insert(joined.end(), shape.begin() + 2, shape.end());
  return b.reshape(b.transpose(b.reshape(x, split), order), joined);
}

Result<void> check(Value x, Value w, const TensorType& result, const ConvolutionText& text,
                   Builder& b) {
  const auto rank = std::ssize(text.axes.lhs_spatial) + 2;
  const bool has_ranks =
      b.type(x).rank() == rank && b.type(w).rank() == rank && result.rank() == rank;
  if (!has_ranks || std::ssize(text.window.size) != rank - 2) {
    return fail(Code::shapes_disagree,
                fmt::format("a convolution of {} and {} over {} axes", to_string(b.type(x)),
                            to_string(b.type(w)), text.window.size.size()));
  }
  constexpr std::int64_t most = std::int64_t{1} << 30;
  const bool has_groups = text.feature_groups >= 1 && text.batch_groups >= 1 &&
                          text.feature_groups <= most && text.batch_groups <= most &&
                          b.shape(x)[at(text.axes.lhs_batch)] % text.batch_groups == 0;
  if (has_groups) return {};
  return fail(Code::attribute_invalid, fmt::format("feature_group_count={}, batch_group_count={}",
                                                   text.feature_groups, text.batch_groups));
}

Result<Canonical> canonical(Value x, Value w, const TensorType& result, const ConvolutionText& text,
                            Builder& b) {
  TRY(check(x, w, result, text, b));
  const ConvolutionAxes& axes = text.axes;
  Canonical c;
  c.x = permuted(x, order_of(axes.lhs_batch, axes.lhs_feature, axes.lhs_spatial), b);
  c.w = permuted(w, order_of(axes.rhs_output, axes.rhs_input, axes.rhs_spatial), b);
  c.x = batch_to_features(c.x, text.batch_groups, b);
  c.groups = text.feature_groups * text.batch_groups;
  c.window = text.window;
  for (const std::int64_t axis : axes.result_spatial) c.result.push_back(result.shape[at(axis)]);
  c.batch = result.shape[at(axes.result_batch)];
  c.filters = result.shape[at(axes.result_feature)];
  if (!c.x || !c.w) return c;
  const Shape& of_x = b.shape(c.x);
  const Shape& of_w = b.shape(c.w);
  if (of_x[1] % c.groups != 0 || of_x[1] / c.groups != of_w[1] || of_w[0] % c.groups != 0) {
    return fail(Code::shapes_disagree, fmt::format("{} groups of {} features, {} for each of {}",
                                                   c.groups, of_x[1], of_w[1], of_w[0]));
  }
  for (const std::int64_t size : of_x) {
    if (size > most_size) return fail(Code::limit_exceeded, "a convolution over more than 2^32");
  }
  for (std::size_t i = 0; i < c.window.size.size(); ++i) {
    if (b.shape(c.w)[i + 2] == c.window.size[i]) continue;
    return fail(Code::shapes_disagree, fmt::format("a window of {} and a kernel {}",
                                                   c.window.size[i], to_string(b.shape(c.w))));
  }
  return c;
}

/// Whether an axis of that size holds a batch: window and axis are equally long, and each step
/// meets exactly one pair, that of equal numbers. XLA writes that in two ways.
bool is_batch(const WindowText& window, std::size_t i, std::int64_t size, std::int64_t result) {
  if (size < 2 || window.size[i] != size || result != size) return false;
  const bool is_plain = !window.reversed[i] && window.lhs_dilations[i] == size &&
                        window.pads_low[i] == 0 && window.pads_high[i] == 0;
  const bool steps = (window.strides[i] == size - 1 && window.rhs_dilations[i] == 1) ||
                     (window.rhs_dilations[i] == size - 1 && window.strides[i] == 1);
  const bool is_other = window.reversed[i] && window.lhs_dilations[i] == size - 1 &&
                        window.strides[i] == size && window.rhs_dilations[i] == 1 &&
                        window.pads_low[i] == size - 1 && window.pads_high[i] == size - 1;
  return (is_plain && steps) || is_other;
}

void erase_axis(Axes& list, std::size_t i) {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
}

/// [A, G C, ..., P, ...] to [A, G P C, ...], or the same of w with its first axis.
Value axis_to_groups(Value x, std::size_t axis, std::int64_t groups, bool is_kernel, Builder& b) {
  if (!x) return x;
  const Shape shape = b.shape(x);
  const std::size_t split_axis = is_kernel ? 0 : 1;
  Shape split;
  Axes order;
  Shape joined;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i == split_axis) {
      split.push_back(groups);
      split.push_back(shape[i] / groups);
      joined.push_back(shape[i] * shape[axis]);
    } else {
      split.push_back(shape[i]);
      if (i != axis) joined.push_back(shape[i]);
    }
  }
  const std::size_t moved_axis = axis + 1;
  for (std::size_t i = 0; i < split.size(); ++i) {
    if (i == moved_axis) continue;
    order.push_back(static_cast<std::int64_t>(i));
    if (i == split_axis) order.push_back(static_cast<std::int64_t>(moved_axis));
  }
  return b.reshape(b.transpose(b.reshape(x, split), order), joined);
}

/// The result of the groups [N, G P O, ...] back to [N, G O, ..., P, ...].
Value groups_to_axis(Value y, std::size_t axis, std::int64_t groups, std::int64_t size,
                     Builder& b) {
  if (!y) return y;
  const Shape shape = b.shape(y);
  Shape split = {shape[0], groups, size, shape[1] / groups / size};
  split.insert(split.end(), shape.begin() + 2, shape.end());
  Axes order = {0, 1, 3};
  Shape joined = {shape[0], shape[1] / size};
  for (std::size_t i = 2; i < shape.size() + 1; ++i) {
    if (i == axis) {
      order.push_back(2);
      joined.push_back(size);
    }
    if (i < shape.size()) {
      order.push_back(static_cast<std::int64_t>(i + 2));
      joined.push_back(shape[i]);
    }
  }
  return b.reshape(b.transpose(b.reshape(y, split), order), joined);
}

/// The first of the window: with all else as the gradient of the input of a convolution that
/// strides by lhs_dilate.
Value input_gradient(const Canonical& c, Builder& b) {
  const Shape& kernel = b.shape(c.w);
  Axes pads_low, pads_high, turned;
  for (std::size_t i = 0; i < c.window.size.size(); ++i) {
    const std::int64_t reach = (c.window.size[i] - 1) * c.window.rhs_dilations[i];
    const std::int64_t low = reach - c.window.pads_low[i];
    pads_low.push_back(low);
    pads_high.push_back((b.shape(c.x)[i + 2] - 1) * c.window.lhs_dilations[i] + reach + 1 -
                        c.result[i] - low);
    if (!c.window.reversed[i]) turned.push_back(static_cast<std::int64_t>(i + 2));
  }
  Value w = turned.empty() ? c.w : b.emit("reverse", {c.w}, {{"axes", turned}});
  Shape split = {c.groups, kernel[0] / c.groups};
  split.insert(split.end(), kernel.begin() + 1, kernel.end());
  Axes order = {0, 2, 1};
  for (std::int64_t i = 3; i < std::ssize(split); ++i) order.push_back(i);
  Shape joined = {c.groups * kernel[1], kernel[0] / c.groups};
  joined.insert(joined.end(), kernel.begin() + 2, kernel.end());
  w = b.reshape(b.transpose(b.reshape(w, split), order), joined);
  return b.emit("convolution_input_gradient", {c.x, w},
                {{"strides", c.window.lhs_dilations},
                 {"pads_low", pads_low},
                 {"pads_high", pads_high},
                 {"dilations", c.window.rhs_dilations},
                 {"groups", c.groups},
                 {"input_sizes", c.result}});
}

Value forward(const Canonical& c, Builder& b) {
  Axes turned;
  for (std::size_t i = 0; i < c.window.reversed.size(); ++i) {
    if (c.window.reversed[i]) turned.push_back(static_cast<std::int64_t>(i + 2));
  }
  const Value w = turned.empty() ? c.w : b.emit("reverse", {c.w}, {{"axes", turned}});
  return b.convolution(c.x, w,
                       {.size = c.window.size,
                        .strides = c.window.strides,
                        .pads_low = c.window.pads_low,
                        .pads_high = c.window.pads_high,
                        .dilations = c.window.rhs_dilations},
                       c.groups);
}

/// Pairs of output and tap along an axis that meet no hole of the dilated input.
Count pairs_along(const WindowText& window, std::size_t i, std::int64_t result) {
  const std::int64_t hole = window.lhs_dilations[i];
  if (hole == 1) return Count(result) * Count(window.size[i]);
  Count pairs = 0;
  const std::int64_t period = std::min(hole, result);  // what outputs o and o + hole meet is equal
  for (std::int64_t o = 0; o < period; ++o) {
    const std::int64_t outputs = (result - 1 - o) / hole + 1;
    std::int64_t taps = 0;
    for (std::int64_t k = 0; k < std::min(hole, window.size[i]); ++k) {
      const std::int64_t place =
          o * window.strides[i] + k * window.rhs_dilations[i] - window.pads_low[i];
      if (place % hole == 0) taps += (window.size[i] - 1 - k) / hole + 1;
    }
    pairs += Count(outputs) * Count(taps);
  }
  return pairs;
}

/// A dilated input that is also strided over: its taps alone are stated.
Result<Value> state(const Canonical& c, Builder& b) {
  constexpr std::int64_t most_holes = 4096;
  Count pairs = Count(c.batch) * Count(c.filters) * Count(b.shape(c.w)[1]);
  for (std::size_t i = 0; i < c.result.size(); ++i) {
    if (c.window.lhs_dilations[i] > most_holes) {
      return fail(Code::value_unknown,
                  "a convolution strides over an input that is dilated by "
                  "more than 4096");
    }
    pairs *= pairs_along(c.window, i, c.result[i]);
  }
  Shape shape = {c.batch, c.filters};
  shape.insert(shape.end(), c.result.begin(), c.result.end());
  const Values y = TRY(stated({c.x, c.w}, {{b.type(c.x).element, shape}}, "convolution",
                              {.mul = 1, .add = 1, .products = 1}, pairs, b));
  return y.empty() ? Value{} : y[0];
}

Result<Value> compute(Canonical c, bool is_turned, Builder& b) {
  if (c.window.size.empty()) {  // a product; the primitive wants an axis to slide along
    const Shape x = b.shape(c.x);
    const Shape w = b.shape(c.w);
    c.x = b.reshape(c.x, {x[0], x[1], 1});
    c.w = b.reshape(c.w, {w[0], w[1], 1});
    c.window = TRY(parse_window("{}", 1));
    const Value y = forward(c, b);
    return y ? b.reshape(y, {c.batch, c.filters}) : y;
  }
  const auto moves = [](const Axes& steps) {
    return std::ranges::any_of(steps, [](std::int64_t step) { return step != 1; });
  };
  const bool is_reversed =
      std::ranges::find(c.window.reversed, true) != c.window.reversed.end() || is_turned;
  const bool is_dilated = moves(c.window.lhs_dilations);
  if (!is_dilated && (!is_reversed || moves(c.window.strides))) return forward(c, b);
  if (!moves(c.window.strides)) return input_gradient(c, b);
  return state(c, b);
}

/// Takes the axes that hold a batch out of the window, one after another.
Result<Value> compute_groups(Canonical c, bool is_turned, Builder& b) {
  for (std::size_t i = 0; i < c.window.size.size(); ++i) {
    if (!c.x || !c.w) return Value{};
    const std::int64_t size = b.shape(c.x)[i + 2];
    if (!is_batch(c.window, i, size, c.result[i])) continue;
    const std::int64_t groups = c.groups;
    Canonical inner = c;
    inner.x = axis_to_groups(c.x, i + 2, groups, false, b);
    inner.w = axis_to_groups(c.w, i + 2, groups, true, b);
    inner.groups = groups * size;
    inner.filters = c.filters * size;
    WindowText& window = inner.window;
    for (Axes* list : {&window.size, &window.strides, &window.pads_low, &window.pads_high,
                       &window.lhs_dilations, &window.rhs_dilations, &inner.result}) {
      erase_axis(*list, i);
    }
    window.reversed.erase(window.reversed.begin() + static_cast<std::ptrdiff_t>(i));
    const Value y = TRY(compute_groups(inner, is_turned, b));
    return groups_to_axis(y, i + 2, groups, size, b);
  }
  return compute(std::move(c), is_turned, b);
}

/// A complex multiply-add is four of each.
Result<Value> complex_convolution(const Canonical& c, const TensorType& result, Builder& b) {
  Count pairs = result.elements() * Count(b.shape(c.w)[1]);
  for (const std::int64_t size : c.window.size) pairs *= Count(size);
  const Values y = TRY(
      stated({c.x, c.w}, {result}, "convolution", {.mul = 4, .add = 4, .products = 4}, pairs, b));
  return y.empty() ? Value{} : y[0];
}

/// The kernel comes out of a `reverse` of all axes that it slides along.
bool is_turned(const Node& node, const ConvolutionAxes& axes) {
  if (node.operand_count() < 2 || node.source(1).op != "reverse") return false;
  const auto turned = parse_axes(node.source(1).find("dimensions"));
  return turned && !axes.rhs_spatial.empty() &&
         std::ranges::all_of(axes.rhs_spatial, [&](std::int64_t axis) {
           return std::ranges::find(*turned, axis) != turned->end();
         });
}

Result<Values> lower_convolution(const Node& node, Builder& b) {
  const ConvolutionText text = TRY(convolution_text(node));
  const Value x = TRY(node.operand(0));
  const Value w = TRY(node.operand(1));
  const TensorType type = TRY(node.result_type());
  if (type.elements() == Count(0)) return Values{moved({x, w}, type, node.op(), b)};
  const Value y = TRY(convolve(x, w, type, text, b));
  return Values{y};
}

constexpr Lowering lowerings[] = {{"convolution", lower_convolution}};

}  // namespace

Result<ConvolutionText> convolution_text(const Node& node) {
  ConvolutionText text;
  text.axes = TRY(parse_dimension_labels(node.text("dim_labels")));
  text.window = TRY(parse_window(node.text("window"), text.axes.lhs_spatial.size()));
  text.feature_groups = TRY(node.integer("feature_group_count", 1));
  text.batch_groups = TRY(node.integer("batch_group_count", 1));
  text.is_turned = is_turned(node, text.axes);
  return text;
}

Result<Value> convolve(Value x, Value w, const TensorType& result, const ConvolutionText& text,
                       Builder& b) {
  Canonical c = TRY(canonical(x, w, result, text, b));
  if (!c.x || !c.w) return Value{};
  const ElementType of_x = b.type(c.x).element;
  Value y;
  if (is_complex(of_x)) {
    return complex_convolution(c, result, b);
  }
  c.x = unfolded(c.x, c.w, b);
  if (of_x != b.type(c.w).element) c.w = b.cast(c.w, of_x);
  y = TRY(compute_groups(std::move(c), text.is_turned, b));
  if (!y) return y;
  const Axes order =
      order_of(text.axes.result_batch, text.axes.result_feature, text.axes.result_spatial);
  Axes back(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) back[at(order[i])] = static_cast<std::int64_t>(i);
  return permuted(y, back, b);
}

extern constinit const LoweringFamily convolution{lowerings};

}  // namespace pfsday::hlo
