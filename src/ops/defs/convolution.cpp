// Convolution, its input gradient and its filter gradient: three primitives over one set of taps.
#include <fmt/format.h>

#include <map>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"
#include "ops/window.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view convolution_doc = R"(
Convolution over any number of spatial axes.

  inputs   x [N, C, input...]   w [M, C/groups, kernel...]
  attrs    strides, pads_low, pads_high, dilations   one for each spatial axis; groups
  output   y [N, M, output...]
  work     T mul, T add, where T = N * M * C/groups * taps;
           taps = product over axes of output size * kernel size (padding window),
           or of the pairs whose input index exists (padding real)
  derive   dx = convolution_input_gradient(dy, w), dw = convolution_filter_gradient(x, dy)
)";
constexpr std::string_view input_gradient_doc = R"(
Adjoint of the input of a convolution; also the transposed convolution.

  inputs   dy [N, M, output...]   w [M, C/groups, kernel...]
  attrs    as convolution; input_sizes   spatial sizes of dx
  output   dx [N, C, input...]
  work     as the convolution: it scatters over the same taps, into the padded extent, then crops
  derive   ddy = convolution(g, w), dw = convolution_filter_gradient(g, dy)
)";
constexpr std::string_view filter_gradient_doc = R"(
Adjoint of the filter of a convolution.

  inputs   x [N, C, input...]   dy [N, M, output...]
  attrs    as convolution; kernel_sizes   spatial sizes of dw
  output   dw [M, C/groups, kernel...]
  work     as the convolution
  derive   dx = convolution_input_gradient(dy, g), ddy = convolution(x, g)
)";

/// One convolution, whichever of its three tensors a primitive computes.
struct Geometry {
  std::int64_t batch = 0, channels = 0, filters = 0, groups = 1;
  std::vector<WindowAxis> axes;

  std::int64_t group_channels() const { return channels / groups; }
  Shape x() const {
    return with_sizes(batch, channels, [](const auto& a) { return a.input; });
  }
  Shape y() const {
    return with_sizes(batch, filters, [](const auto& a) { return a.output; });
  }
  Shape w() const {
    return with_sizes(filters, group_channels(), [](const auto& a) { return a.taps; });
  }

 private:
  template <class Size>
  Shape with_sizes(std::int64_t first, std::int64_t second, Size&& size) const {
    Shape shape = {first, second};
    for (const WindowAxis& axis : axes) shape.push_back(size(axis));
    return shape;
  }
};

std::vector<WindowAxis> window_axes(const NodeView& node, std::size_t rank) {
  std::vector<WindowAxis> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    axes[i].stride = node.axes("strides")[i];
    axes[i].dilation = node.axes("dilations")[i];
    axes[i].pad_low = node.axes("pads_low")[i];
  }
  return axes;
}

enum class Role : std::uint8_t { x, w, y };

void set_sizes(Geometry& g, Role role, const Shape& shape) {
  for (std::size_t i = 0; i < g.axes.size(); ++i) {
    WindowAxis& axis = g.axes[i];
    (role == Role::x ? axis.input : role == Role::w ? axis.taps : axis.output) = shape[i + 2];
  }
  if (role == Role::x) {
    g.batch = shape[0];
    g.channels = shape[1];
  } else if (role == Role::w) {
    g.filters = shape[0];
    g.channels = shape[1] * g.groups;
  } else {
    g.batch = shape[0];
    g.filters = shape[1];
  }
}

/// The geometry of a node whose types are known.
Geometry geometry_of(const NodeView& node, Role first, Role second, Role result) {
  Geometry g;
  g.groups = node.integer("groups");
  g.axes = window_axes(node, node.input_shape(0).size() - 2);
  set_sizes(g, first, node.input_shape(0));
  set_sizes(g, second, node.input_shape(1));
  set_sizes(g, result, node.output_shape(0));
  return g;
}

Geometry geometry_of_convolution(const NodeView& node) {
  return geometry_of(node, Role::x, Role::w, Role::y);
}
Geometry geometry_of_input_gradient(const NodeView& node) {
  return geometry_of(node, Role::y, Role::w, Role::x);
}
Geometry geometry_of_filter_gradient(const NodeView& node) {
  return geometry_of(node, Role::x, Role::y, Role::w);
}

Result<void> check_operands(const NodeView& node) {
  TRY(require_numbers(node));
  const auto rank = node.input_type(0).rank();
  if (rank < 3 || node.input_type(1).rank() != rank) {
    return fail(Code::shapes_disagree,
                fmt::format("{} needs two operands [N, C, spatial...]: {} and {}", node.kind().name,
                            to_string(node.input_shape(0)), to_string(node.input_shape(1))));
  }
  TRY(require_integer(node, "groups", 1, size_limit));
  return require_window_attributes(node, static_cast<std::size_t>(rank - 2));
}

Result<void> check_groups(const Geometry& g) {
  if (g.channels % g.groups == 0 && g.filters % g.groups == 0) return {};
  return fail(Code::attribute_invalid,
              fmt::format("{} groups do not divide {} channels and {} filters", g.groups,
                          g.channels, g.filters));
}

/// Output sizes from input and kernel sizes; each at least 1.
Result<void> infer_outputs(const NodeView& node, Geometry& g) {
  for (std::size_t i = 0; i < g.axes.size(); ++i) {
    WindowAxis& axis = g.axes[i];
    axis.output = window_output_size(axis.input, axis.taps, axis.stride, axis.dilation,
                                     axis.pad_low, node.axes("pads_high")[i]);
    if (axis.taps >= 1 && axis.output >= 1) continue;
    return fail(Code::shapes_disagree,
                fmt::format("a window of {} does not fit a size of {} along spatial axis {}",
                            axis.taps, axis.input, i));
  }
  return {};
}

Result<TensorTypes> infer_convolution(const NodeView& node) {
  TRY(check_operands(node));
  Geometry g;
  g.groups = node.integer("groups");
  g.axes = window_axes(node, node.input_shape(0).size() - 2);
  set_sizes(g, Role::x, node.input_shape(0));
  for (std::size_t i = 0; i < g.axes.size(); ++i) g.axes[i].taps = node.input_shape(1)[i + 2];
  g.filters = node.input_shape(1)[0];
  TRY(check_groups(g));
  if (g.group_channels() != node.input_shape(1)[1]) {
    return fail(
        Code::shapes_disagree,
        fmt::format("channels differ: x is {}, w is {} with {} groups",
                    to_string(node.input_shape(0)), to_string(node.input_shape(1)), g.groups));
  }
  TRY(infer_outputs(node, g));
  return TensorTypes{{node.input_type(0).element, g.y()}};
}

Result<TensorTypes> infer_input_gradient(const NodeView& node) {
  TRY(check_operands(node));
  const std::size_t rank = node.input_shape(0).size() - 2;
  const Axes sizes = TRY(require_sizes(node, "input_sizes", rank, 1, size_limit));
  Geometry g;
  g.groups = node.integer("groups");
  g.axes = window_axes(node, rank);
  if (Count(node.input_shape(1)[1]) * g.groups > Count(size_limit)) {
    return fail(Code::limit_exceeded,
                fmt::format("{} groups of {} channels", g.groups, node.input_shape(1)[1]));
  }
  set_sizes(g, Role::w, node.input_shape(1));
  g.batch = node.input_shape(0)[0];
  for (std::size_t i = 0; i < rank; ++i) g.axes[i].input = sizes[i];
  TRY(check_groups(g));
  TRY(infer_outputs(node, g));
  if (g.y() != node.input_shape(0)) {
    return fail(
        Code::shapes_disagree,
        fmt::format("dy is {} instead of {}", to_string(node.input_shape(0)), to_string(g.y())));
  }
  return TensorTypes{{node.input_type(0).element, g.x()}};
}

Result<TensorTypes> infer_filter_gradient(const NodeView& node) {
  TRY(check_operands(node));
  const std::size_t rank = node.input_shape(0).size() - 2;
  const Axes sizes = TRY(require_sizes(node, "kernel_sizes", rank, 1, size_limit));
  Geometry g;
  g.groups = node.integer("groups");
  g.axes = window_axes(node, rank);
  set_sizes(g, Role::x, node.input_shape(0));
  g.filters = node.input_shape(1)[1];
  for (std::size_t i = 0; i < rank; ++i) g.axes[i].taps = sizes[i];
  TRY(check_groups(g));
  TRY(infer_outputs(node, g));
  if (g.y() != node.input_shape(1)) {
    return fail(
        Code::shapes_disagree,
        fmt::format("dy is {} instead of {}", to_string(node.input_shape(1)), to_string(g.y())));
  }
  return TensorTypes{{node.input_type(0).element, g.w()}};
}

Count sums_of_outputs(const Geometry& g, const Rules& rules) {
  return Count(g.batch) * g.filters * counted_outputs(g.axes, rules);
}
Count sums_of_inputs(const Geometry& g, const Rules& rules) {
  return Count(g.batch) * g.channels * counted_inputs(g.axes, rules);
}
Count sums_of_filters(const Geometry& g, const Rules& rules) {
  return Count(g.filters) * g.group_channels() * counted_taps(g.axes, rules);
}

template <Geometry (*geometry)(const NodeView&), Count (*sums)(const Geometry&, const Rules&)>
Work work_of_node(const NodeView& node, const Rules& rules) {
  const Geometry g = geometry(node);
  const Count taps = Count(g.batch) * g.filters * g.group_channels() * counted_pairs(g.axes, rules);
  return sums_of_products(taps, taps == Count(0) ? taps : sums(g, rules), rules);
}

/// The window attributes of a node, and what a gradient needs beside them.
Attributes with_sizes(const NodeView& node, std::string_view name, const Shape& shape) {
  Attributes attributes;
  for (const std::string_view kept : {"strides", "pads_low", "pads_high", "dilations"}) {
    attributes.push_back({std::string(kept), node.axes(kept)});
  }
  attributes.push_back({"groups", node.integer("groups")});
  if (!name.empty())
    attributes.push_back({std::string(name), Axes(shape.begin() + 2, shape.end())});
  return attributes;
}

Value emit_convolution(Builder& b, const NodeView& node, Value x, Value w) {
  return b.emit("convolution", {x, w}, with_sizes(node, "", {}));
}
Value emit_input_gradient(Builder& b, const NodeView& node, Value dy, Value w, const Shape& x) {
  return b.emit("convolution_input_gradient", {dy, w}, with_sizes(node, "input_sizes", x));
}
Value emit_filter_gradient(Builder& b, const NodeView& node, Value x, Value dy, const Shape& w) {
  return b.emit("convolution_filter_gradient", {x, dy}, with_sizes(node, "kernel_sizes", w));
}

void derive_convolution(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  Builder& b = out.graph();
  if (out.needs(0)) {
    out.add(0, emit_input_gradient(b, node, dy[0], node.input(1), node.input_shape(0)));
  }
  if (out.needs(1)) {
    out.add(1, emit_filter_gradient(b, node, node.input(0), dy[0], node.input_shape(1)));
  }
}
void derive_input_gradient(const NodeView& node, std::span<const Value> g, Gradients& out) {
  Builder& b = out.graph();
  if (out.needs(0)) out.add(0, emit_convolution(b, node, g[0], node.input(1)));
  if (out.needs(1)) {
    out.add(1, emit_filter_gradient(b, node, g[0], node.input(0), node.input_shape(1)));
  }
}
void derive_filter_gradient(const NodeView& node, std::span<const Value> g, Gradients& out) {
  Builder& b = out.graph();
  if (out.needs(0)) {
    out.add(0, emit_input_gradient(b, node, node.input(1), g[0], node.input_shape(0)));
  }
  if (out.needs(1)) out.add(1, emit_convolution(b, node, node.input(0), g[0]));
}

/// Calls visit(x, w, y, index) with the offsets of every multiply-add that counts, and the index
/// into x; the offset of x is none at a tap in the padding.
template <class Visit>
void for_each_tap(const Geometry& g, const Rules& rules, Visit&& visit) {
  Shape loop = {g.batch, g.filters, g.group_channels()};
  for (const WindowAxis& axis : g.axes) loop.push_back(axis.output);
  for (const WindowAxis& axis : g.axes) loop.push_back(axis.taps);
  const std::size_t rank = g.axes.size();
  const Axes strides_x = strides_of(g.x());
  const Axes strides_w = strides_of(g.w());
  const Axes strides_y = strides_of(g.y());
  for_each_index(loop, [&](const Axes& i, std::size_t) {
    const std::int64_t group = i[1] / (g.filters / g.groups);
    Axes x = {i[0], group * g.group_channels() + i[2]};
    Axes w = {i[1], i[2]};
    Axes y = {i[0], i[1]};
    bool is_real = true;
    for (std::size_t s = 0; s < rank; ++s) {
      y.push_back(i[3 + s]);
      w.push_back(i[3 + rank + s]);
      x.push_back(g.axes[s].input_index(y.back(), w.back()));
      is_real = is_real && g.axes[s].is_real(x.back());
    }
    if (!is_real && rules.padding == Rules::Padding::real) return;
    const auto at_x = is_real ? std::optional(offset_of(x, strides_x)) : std::nullopt;
    visit(at_x, offset_of(w, strides_w), offset_of(y, strides_y), x);
  });
}

template <class Scalar>
void evaluate_convolution(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  const auto& w = run.input(1).data;
  auto& y = run.output(0).data;
  for_each_tap(geometry_of_convolution(node), run.rules(),
               [&](auto at_x, auto at_w, auto at_y, const Axes&) {
                 const Scalar padding = 0;
                 y[at_y] = multiply_add(y[at_y], at_x ? x[*at_x] : padding, w[at_w]);
               });
}
template <class Scalar>
void evaluate_input_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& dy = run.input(0).data;
  const auto& w = run.input(1).data;
  std::map<Axes, Scalar> cropped;
  for_each_tap(geometry_of_input_gradient(node), run.rules(),
               [&](auto at_x, auto at_w, auto at_y, const Axes& index) {
                 Scalar& dx = at_x ? run.output(0).data[*at_x] : cropped[index];
                 dx = multiply_add(dx, dy[at_y], w[at_w]);
               });
}
template <class Scalar>
void evaluate_filter_gradient(const NodeView& node, Evaluation<Scalar>& run) {
  const auto& x = run.input(0).data;
  const auto& dy = run.input(1).data;
  auto& dw = run.output(0).data;
  for_each_tap(geometry_of_filter_gradient(node), run.rules(),
               [&](auto at_x, auto at_w, auto at_y, const Axes&) {
                 const Scalar padding = 0;
                 dw[at_w] = multiply_add(dw[at_w], at_x ? x[*at_x] : padding, dy[at_y]);
               });
}

constexpr Primitive defs[] = {
    {.kind = {.name = "convolution", .inputs = 2, .doc = convolution_doc},
     .infer = infer_convolution,
     .work = work_of_node<geometry_of_convolution, sums_of_outputs>,
     .derive = derive_convolution,
     .evaluate = {evaluate_convolution<Exact>, evaluate_convolution<Tally>}},
    {.kind = {.name = "convolution_input_gradient", .inputs = 2, .doc = input_gradient_doc},
     .infer = infer_input_gradient,
     .work = work_of_node<geometry_of_input_gradient, sums_of_inputs>,
     .derive = derive_input_gradient,
     .evaluate = {evaluate_input_gradient<Exact>, evaluate_input_gradient<Tally>}},
    {.kind = {.name = "convolution_filter_gradient", .inputs = 2, .doc = filter_gradient_doc},
     .infer = infer_filter_gradient,
     .work = work_of_node<geometry_of_filter_gradient, sums_of_filters>,
     .derive = derive_filter_gradient,
     .evaluate = {evaluate_filter_gradient<Exact>, evaluate_filter_gradient<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily convolution{"Convolutions", defs};

}  // namespace pfsday::ops
