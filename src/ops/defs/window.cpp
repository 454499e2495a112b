// Sums, maxima and their places over a sliding window (pooling), and the gradients.
#include "ops/window.h"

#include <fmt/format.h>

#include <algorithm>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view sum_doc = R"(
Sum over a window that slides along every axis.

  inputs   x
  attrs    size, strides, pads_low, pads_high, dilations   one for each axis of x
  output   y   each axis: (input + pads - ((size - 1) * dilation + 1)) / stride + 1, rounded down
  work     (taps - 1) add for each output; with padding real, of the taps inside the input, and
           nothing for an output without one
  derive   dx = window_sum_gradient(dy)
)";
constexpr std::string_view max_doc = R"(
Maximum over a window that slides along every axis.

  inputs   x
  attrs    as window_sum
  output   y   as window_sum
  work     as window_sum, with compares for adds
  derive   dx = window_max_gradient(x, dy)
)";
constexpr std::string_view sum_gradient_doc = R"(
Adjoint of window_sum: each element of dy is added to every tap of its window.

  inputs   dy
  attrs    as window_sum; input_sizes   the sizes of dx
  output   dx
  work     one add for each tap of each window; with padding real, of the taps inside the input
  derive   ddy = window_sum(g)
)";
constexpr std::string_view max_gradient_doc = R"(
Adjoint of window_max: each element of dy is added where the maximum stood.

  inputs   x, dy
  attrs    as window_sum
  output   dx   of x's type
  work     one add for each element of dy

At a tie the first tap wins. The forward pass is taken to remember where the maximum stood.
)";

constexpr std::string_view argmax_doc = R"(
Where the maximum over a window that slides along every axis stands.

  inputs   x
  attrs    as window_sum
  output   y   i64, of window_sum's shape: offsets into x, row by row; x's size where no tap of a
           window is inside
  work     as window_max

At a tie the first tap wins.
)";

std::vector<WindowAxis> axes_of(const NodeView& node, const Shape& input, const Shape& output) {
  std::vector<WindowAxis> axes(input.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i] = {.input = input[i],
               .output = output[i],
               .taps = node.axes("size")[i],
               .stride = node.axes("strides")[i],
               .dilation = node.axes("dilations")[i],
               .pad_low = node.axes("pads_low")[i]};
  }
  return axes;
}

Result<Shape> infer_output(const NodeView& node, const Shape& input) {
  TRY(require_numbers(node));
  TRY(require_sizes(node, "size", input.size(), 1, window_limit));
  TRY(require_window_attributes(node, input.size()));
  Shape output;
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int64_t taps = node.axes("size")[i];
    output.push_back(window_output_size(input[i], taps, node.axes("strides")[i],
                                        node.axes("dilations")[i], node.axes("pads_low")[i],
                                        node.axes("pads_high")[i]));
    if (output.back() >= 1) continue;
    return fail(
        Code::shapes_disagree,
        fmt::format("a window of {} does not fit a size of {} along axis {}", taps, input[i], i));
  }
  return output;
}

Result<TensorTypes> infer_window(const NodeView& node) {
  return TensorTypes{{node.input_type(0).element, TRY(infer_output(node, node.input_shape(0)))}};
}

Result<TensorTypes> infer_argmax(const NodeView& node) {
  return TensorTypes{{ElementType::i64, TRY(infer_output(node, node.input_shape(0)))}};
}

Result<void> check_dy(const Shape& dy, const Shape& expected) {
  if (dy == expected) return {};
  return fail(Code::shapes_disagree,
              fmt::format("dy is {} instead of {}", to_string(dy), to_string(expected)));
}

Result<TensorTypes> infer_sum_gradient(const NodeView& node) {
  const std::size_t rank = node.input_shape(0).size();
  const Axes sizes = TRY(require_sizes(node, "input_sizes", rank, 0, size_limit));
  const Shape output = TRY(infer_output(node, sizes));
  TRY(check_dy(node.input_shape(0), output));
  return TensorTypes{{node.input_type(0).element, sizes}};
}

Result<TensorTypes> infer_max_gradient(const NodeView& node) {
  const Shape output = TRY(infer_output(node, node.input_shape(0)));
  TRY(check_dy(node.input_shape(1), output));
  return TensorTypes{node.input_type(0)};
}

/// Taps, less one for each output that has a tap at all.
Count steps_of(const NodeView& node, const Rules& rules) {
  const auto axes = axes_of(node, node.input_shape(0), node.output_shape(0));
  return counted_pairs(axes, rules) - counted_outputs(axes, rules);
}

Work work_of_sum(const NodeView& node, const Rules& rules) {
  return {.add = steps_of(node, rules)};
}
Work work_of_max(const NodeView& node, const Rules& rules) {
  return {.compare = steps_of(node, rules)};
}
Work work_of_sum_gradient(const NodeView& node, const Rules& rules) {
  return {.add = counted_pairs(axes_of(node, node.output_shape(0), node.input_shape(0)), rules)};
}
Work work_of_max_gradient(const NodeView& node, const Rules&) {
  return {.add = node.input_type(1).elements()};
}

Attributes window_attributes(const NodeView& node) {
  Attributes attributes;
  for (const std::string_view kept : {"size", "strides", "pads_low", "pads_high", "dilations"}) {
    attributes.push_back({std::string(kept), node.axes(kept)});
  }
  return attributes;
}

void derive_sum(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  Attributes attributes = window_attributes(node);
  attributes.push_back({"input_sizes", node.input_shape(0)});
  out.add(0, out.graph().emit("window_sum_gradient", {dy[0]}, std::move(attributes)));
}
void derive_max(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  out.add(0,
          out.graph().emit("window_max_gradient", {node.input(0), dy[0]}, window_attributes(node)));
}
void derive_sum_gradient(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) {
    out.add(0, out.graph().emit("window_sum", {dy[0]}, window_attributes(node)));
  }
}

/// Calls visit(at, output) for every tap of every window; the offset `at` is none in the padding.
template <class Visit>
void for_each_tap(const std::vector<WindowAxis>& axes, Visit&& visit) {
  Shape input;
  Shape output;
  Shape taps;
  for (const WindowAxis& axis : axes) {
    input.push_back(axis.input);
    output.push_back(axis.output);
    taps.push_back(axis.taps);
  }
  const Axes strides = strides_of(input);
  for_each_index(output, [&](const Axes& o, std::size_t position) {
    for_each_index(taps, [&](const Axes& k, std::size_t) {
      Axes index(axes.size());
      bool is_real = true;
      for (std::size_t i = 0; i < axes.size(); ++i) {
        index[i] = axes[i].input_index(o[i], k[i]);
        is_real = is_real && axes[i].is_real(index[i]);
      }
      visit(is_real ? std::optional(offset_of(index, strides)) : std::nullopt, position);
    });
  });
}

/// Folds the taps of each window; padding is `padding`, and left out where the rules say so.
template <class Scalar, class Combine>
void evaluate_window(const NodeView& node, Evaluation<Scalar>& run, Scalar padding,
                     Combine&& combine) {
  const auto& x = run.input(0).data;
  auto& y = run.output(0).data;
  std::fill(y.begin(), y.end(), padding);
  std::vector<bool> started(y.size(), false);
  const auto axes = axes_of(node, node.input_shape(0), node.output_shape(0));
  for_each_tap(axes, [&](auto at, std::size_t output) {
    if (!at && run.rules().padding == Rules::Padding::real) return;
    const Scalar& tap = at ? x[*at] : padding;
    y[output] = started[output] ? combine(y[output], tap) : tap;
    started[output] = true;
  });
}

template <class Scalar>
void evaluate_argmax(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  auto& y = run.output(0).data;
  std::fill(y.begin(), y.end(), static_cast<Exact>(x.size()));
  std::vector<std::optional<Scalar>> best(y.size());
  const auto axes = axes_of(node, node.input_shape(0), node.output_shape(0));
  for_each_tap(axes, [&](auto at, std::size_t output) {
    if (!at && run.rules().padding == Rules::Padding::real) return;
    const Scalar tap = at ? x[*at] : Scalar(-HUGE_VALL);
    if (best[output]) count_one<Scalar>(&Work::compare);
    if (best[output] && value_of(tap) <= value_of(*best[output])) return;
    best[output] = tap;
    if (at) y[output] = static_cast<Exact>(*at);
  });
}

template <class Scalar>
void evaluate_sum(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_window<Scalar>(node, run, 0, add<Scalar>);
}
template <class Scalar>
void evaluate_max(const NodeView& node, Evaluation<Scalar>& run) {
  evaluate_window<Scalar>(node, run, -HUGE_VALL, larger<Scalar>);
}
template <class Scalar>
void evaluate_sum_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  Scalar cropped = 0;
  const auto axes = axes_of(node, node.output_shape(0), node.input_shape(0));
  for_each_tap(axes, [&](auto at, std::size_t output) {
    if (!at && run.rules().padding == Rules::Padding::real) return;
    Scalar& dx = at ? run.output(0).data[*at] : cropped;
    dx = add(dx, run.input(0).data[output]);
  });
}
template <class Scalar>
void evaluate_max_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  std::vector<std::optional<std::size_t>> where(run.input(1).data.size());
  for_each_tap(axes_of(node, node.input_shape(0), node.input_shape(1)),
               [&](auto at, std::size_t output) {
                 if (!at) return;
                 auto& best = where[output];
                 if (!best || value_of(x[*at]) > value_of(x[*best])) best = at;
               });
  Scalar cropped = 0;
  for (std::size_t i = 0; i < where.size(); ++i) {
    Scalar& dx = where[i] ? run.output(0).data[*where[i]] : cropped;
    dx = add(dx, run.input(1).data[i]);
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "window_sum", .inputs = 1, .doc = sum_doc},
     .infer = infer_window,
     .work = work_of_sum,
     .derive = derive_sum,
     .evaluate = {evaluate_sum<Exact>, evaluate_sum<Tally>}},
    {.kind = {.name = "window_max", .inputs = 1, .doc = max_doc},
     .infer = infer_window,
     .work = work_of_max,
     .derive = derive_max,
     .evaluate = {evaluate_max<Exact>, evaluate_max<Tally>}},
    {.kind = {.name = "window_argmax", .inputs = 1, .doc = argmax_doc},
     .infer = infer_argmax,
     .work = work_of_max,
     .evaluate = {evaluate_argmax<Exact>, evaluate_argmax<Tally>}},
    {.kind = {.name = "window_sum_gradient", .inputs = 1, .doc = sum_gradient_doc},
     .infer = infer_sum_gradient,
     .work = work_of_sum_gradient,
     .derive = derive_sum_gradient,
     .evaluate = {evaluate_sum_gradient<Exact>, evaluate_sum_gradient<Tally>}},
    {.kind = {.name = "window_max_gradient", .inputs = 2, .doc = max_gradient_doc},
     .infer = infer_max_gradient,
     .work = work_of_max_gradient,
     .evaluate = {evaluate_max_gradient<Exact>, evaluate_max_gradient<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily window{"Windows (pooling)", defs};

}  // namespace pfsday::ops
