// DeformConv, whose taps read where offsets say, and Col2Im, which adds up what taps would read.
#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/convolution.h"
#include "importers/onnx/held_budget.h"
#include "importers/onnx/point_sampling.h"
#include "importers/onnx/window_attributes.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

Shape joined(std::initializer_list<Shape> parts) {
  Shape all;
  for (const Shape& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The operands of one deformable convolution and their sizes.
struct Deformable {
  SpatialWindow read;
  std::int64_t batch = 0, channels = 0, filters = 0;
  std::int64_t groups = 1, offset_groups = 1;

  const Axes& kernel() const { return read.window.size; }
  std::size_t axes() const { return kernel().size(); }
  std::int64_t taps() const {
    return static_cast<std::int64_t>(graph::element_count(kernel()).value());
  }
  /// [N, offset groups, kernel..., output...].
  Shape positions() const { return joined({{batch, offset_groups}, kernel(), read.output}); }
};

Result<Deformable> read_deformable(const OnnxNode& node, Builder& b) {
  const Shape& x = b.shape(node.input(0));
  const Shape& w = b.shape(node.input(1));
  if (x.size() < 3 || w.size() != x.size()) {
    return fail(Code::shapes_disagree, fmt::format("x is {}, w is {}", to_string(x), to_string(w)));
  }
  Deformable d;
  const Axes kernel(w.begin() + 2, w.end());
  d.read = TRY(read_window(node, Shape(x.begin() + 2, x.end()), kernel));
  d.batch = x[0];
  d.channels = x[1];
  d.filters = w[0];
  d.groups = TRY(node.integer("group", 1));
  d.offset_groups = TRY(node.integer("offset_group", 1));
  const auto axes = static_cast<std::int64_t>(d.axes());
  const bool divides = d.groups >= 1 && d.offset_groups >= 1 && d.channels % d.groups == 0 &&
                       d.channels % d.offset_groups == 0 && d.filters % d.groups == 0;
  const bool fits = divides && w[1] == d.channels / d.groups && d.axes() <= 4 &&
                    b.shape(node.input(2)) ==
                        joined({{d.batch, d.offset_groups * d.taps() * axes}, d.read.output});
  if (fits) return d;
  return fail(Code::shapes_disagree, fmt::format("x is {}, w is {}, offsets are {}", to_string(x),
                                                 to_string(w), to_string(b.shape(node.input(2)))));
}

/// Where the taps along an axis read without offsets, aligned with kernel and output axes.
Value regular_positions(const Deformable& d, std::size_t axis, ElementType element, Builder& b) {
  const ops::Window& w = d.read.window;
  std::vector<Exact> values;
  for (std::int64_t k = 0; k < w.size[axis]; ++k) {
    for (std::int64_t o = 0; o < d.read.output[axis]; ++o) {
      values.push_back(
          static_cast<Exact>(o * w.strides[axis] + k * w.dilations[axis] - w.pads_low[axis]));
    }
  }
  Shape aligned(2 * d.axes(), 1);
  aligned[axis] = w.size[axis];
  aligned[d.axes() + axis] = d.read.output[axis];
  return b.constant(Literal::of({element, aligned}, std::move(values)));
}

Result<Values> tap_positions(const OnnxNode& node, const Deformable& d, Builder& b) {
  const auto axes = static_cast<std::int64_t>(d.axes());
  const Shape split = joined({{d.batch, d.offset_groups}, d.kernel(), {axes}, d.read.output});
  const Value offsets = b.reshape(node.input(2), split);
  Count held = 0;
  for (std::size_t i = 0; i < d.axes(); ++i) held += Count(d.kernel()[i]) * d.read.output[i];
  if (!can_hold(held, b)) return fail(Code::type_unsupported, "the taps are too many to hold");
  Values positions;
  for (std::int64_t i = 0; i < axes; ++i) {
    Axes starts(split.size(), 0);
    Axes limits = split;
    starts[2 + d.axes()] = i;
    limits[2 + d.axes()] = i + 1;
    const Value offset = b.slice(offsets, starts, limits, Axes(split.size(), 1));
    const Value regular =
        regular_positions(d, static_cast<std::size_t>(i), b.type(offsets).element, b);
    positions.push_back(b.add(b.reshape(offset, d.positions()), regular));
  }
  return positions;
}

/// What all taps read, masked: [N, groups, channels of a group, taps, outputs].
Result<Value> read_taps(const OnnxNode& node, const Deformable& d, Builder& b) {
  const std::int64_t channels = d.channels / d.offset_groups;
  const Value x =
      b.reshape(node.input(0), joined({{d.batch, d.offset_groups, channels}, d.read.input}));
  const Value channels_last = move_axis(x, 2, 2 + d.axes(), b);
  const Values positions = TRY(tap_positions(node, d, b));
  Value read = sample_points(channels_last, positions, 2, PointMode::linear, Outside::zeros, b);
  if (node.has_input(4)) {
    read = b.mul(read, b.reshape(node.input(4), joined({d.positions(), {1}})));
  }
  const auto outputs = static_cast<std::int64_t>(graph::element_count(d.read.output).value());
  read = move_axis(read, 2 + 2 * d.axes(), 2, b);
  return b.reshape(read, {d.batch, d.groups, d.channels / d.groups, d.taps(), outputs});
}

/// The product of what the taps read with the filters, for each group.
Result<Values> lower_deform_conv(const OnnxNode& node, Builder& b) {
  const Deformable d = TRY(read_deformable(node, b));
  const Value read = TRY(read_taps(node, d, b));
  b.use_as_parameter(node.input(1));
  const Value w =
      b.reshape(node.input(1), {d.groups, d.filters / d.groups, d.channels / d.groups, d.taps()});
  const Value product = b.dot(w, read, {{0}, {1}, {2, 3}, {2, 3}});
  const Shape shape = joined({{d.batch, d.filters}, d.read.output});
  const Value y = b.reshape(b.transpose(product, {2, 0, 1, 3}), shape);
  if (!node.has_input(3)) return Values{y};
  b.use_as_parameter(node.input(3));
  return Values{b.add(y, along_channels(node.input(3), std::ssize(shape), b))};
}

/// For each tap of each block position the element of the image that it is; one past the last
/// where it is in the padding.
std::vector<Exact> image_indices(const SpatialWindow& read) {
  const ops::Window& w = read.window;
  const std::size_t axes = w.size.size();
  const Shape loop = joined({w.size, read.output});
  const auto outside = static_cast<Exact>(graph::element_count(read.input).value());
  std::vector<Exact> indices;
  Axes at(loop.size(), 0);
  for (std::size_t axis = 1; axis > 0;) {
    std::int64_t index = 0;
    bool is_inside = true;
    for (std::size_t i = 0; i < axes; ++i) {
      const std::int64_t position =
          at[axes + i] * w.strides[i] + at[i] * w.dilations[i] - w.pads_low[i];
      is_inside = is_inside && position >= 0 && position < read.input[i];
      index = index * read.input[i] + position;
    }
    indices.push_back(is_inside ? static_cast<Exact>(index) : outside);
    for (axis = loop.size(); axis > 0 && ++at[axis - 1] == loop[axis - 1]; --axis) at[axis - 1] = 0;
  }
  return indices;
}

/// [N, C * taps, block positions] to images [N, C, sizes...]: one add for each element.
Result<Values> lower_col2im(const OnnxNode& node, Builder& b) {
  const Shape x = b.shape(node.input(0));
  const Shape image = TRY(known_integers(node, 1, b));
  const Axes block = TRY(known_integers(node, 2, b));
  const bool is_image = !image.empty() && std::ranges::all_of(image, [](std::int64_t size) {
    return size >= 1 && size < (std::int64_t{1} << 31);
  });
  if (!is_image || graph::element_count(image) > Count(std::int64_t{1} << 60)) {
    return fail(Code::shapes_disagree, fmt::format("an image of {}", to_string(image)));
  }
  const SpatialWindow read = TRY(read_window(node, image, block));
  const Count taps = graph::element_count(block);
  const Count outputs = graph::element_count(read.output);
  const bool fits = x.size() == 3 && taps * outputs <= Count(std::int64_t{1} << 60) &&
                    Count(x[2]) == outputs && Count(x[1]).value() % taps.value() == 0;
  if (!fits) {
    return fail(Code::shapes_disagree,
                fmt::format("columns of {} for an image of {} by blocks of {}", to_string(x),
                            to_string(image), to_string(block)));
  }
  if (!can_hold(taps * outputs, b)) {
    return fail(Code::type_unsupported, "the taps are too many to hold");
  }
  const auto scattered = static_cast<std::int64_t>((taps * outputs).value());
  const std::int64_t channels = x[1] / static_cast<std::int64_t>(taps.value());
  const Value indices =
      b.constant(Literal::of({ElementType::i64, {scattered}}, image_indices(read)));
  const auto size = static_cast<std::int64_t>(graph::element_count(image).value());
  const Value columns = b.reshape(node.input(0), {x[0], channels, scattered});
  const Value y =
      b.emit("scatter_add", {columns, indices}, {{"axis", std::int64_t{2}}, {"size", size}});
  return Values{b.reshape(y, joined({{x[0], channels}, image}))};
}

constexpr Lowering rows[] = {
    {.op = "DeformConv", .inputs = 3, .lower = lower_deform_conv},
    {.op = "Col2Im", .inputs = 3, .lower = lower_col2im},
};

}  // namespace

extern constinit const LoweringFamily deform_conv{rows};

}  // namespace pfsday::onnx
