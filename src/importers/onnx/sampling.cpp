// GridSample, AffineGrid, RoiAlign, MaxRoiPool, DeformConv, Col2Im.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/onnx/held_budget.h"
#include "importers/onnx/point_sampling.h"
#include "importers/onnx/window_attributes.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

/// The k-th of the last axis, which is dropped.
Value component(Value x, std::int64_t k, Builder& b) {
  Axes starts(b.shape(x).size(), 0);
  Axes limits = b.shape(x);
  starts.back() = k;
  limits.back() = k + 1;
  Shape rest = b.shape(x);
  rest.pop_back();
  return b.reshape(b.slice(x, starts, limits, Axes(starts.size(), 1)), rest);
}

Result<PointMode> point_mode(const OnnxNode& node) {
  const std::string_view mode = TRY(node.text("mode", "linear"));
  if (mode == "nearest") return PointMode::nearest;
  if (mode == "linear" || mode == "bilinear") return PointMode::linear;
  if (mode == "cubic" || mode == "bicubic") return PointMode::cubic;
  return fail(Code::attribute_invalid, fmt::format("mode is \"{}\"", mode));
}

Result<Outside> outside_of(const OnnxNode& node, bool aligned) {
  const std::string_view mode = TRY(node.text("padding_mode", "zeros"));
  if (mode == "zeros") return Outside::zeros;
  if (mode == "border") return Outside::border;
  if (mode == "reflection") return aligned ? Outside::reflect_centers : Outside::reflect;
  return fail(Code::attribute_invalid, fmt::format("padding_mode is \"{}\"", mode));
}

/// From -1..1 to elements: one multiply and one add. -1 and 1 are the centers of the outer elements
/// if they are aligned, else the outer edges.
Value to_elements(Value x, std::int64_t size, bool aligned, Builder& b) {
  const auto n = static_cast<Exact>(size);
  const Exact half = (aligned ? n - 1 : n) / 2;
  return b.with_scalar("add", b.with_scalar("mul", x, half), (n - 1) / 2);
}

/// x [N, C, sizes...] at the positions of grid [N, outputs..., axes], whose last axis is innermost
/// first.
Result<Values> lower_grid_sample(const OnnxNode& node, Builder& b) {
  const Shape x = b.shape(node.input(0));
  const Shape& grid = b.shape(node.input(1));
  const auto axes = std::ssize(x) - 2;
  const bool fits = axes >= 1 && std::ssize(grid) == axes + 2 && grid[0] == x[0] &&
                    grid.back() == axes && graph::is_real(b.type(node.input(1)).element) &&
                    std::ranges::count(x, 0) == 0 && axes <= 4;
  if (!fits) {
    return fail(Code::shapes_disagree,
                fmt::format("x is {}, grid is {}", to_string(x), to_string(grid)));
  }
  const bool aligned = TRY(node.integer("align_corners", 0)) != 0;
  const PointMode mode = TRY(point_mode(node));
  const Outside outside = TRY(outside_of(node, aligned));
  Values positions;
  for (std::int64_t i = 0; i < axes; ++i) {
    const Value position = component(node.input(1), axes - 1 - i, b);
    positions.push_back(to_elements(position, x[static_cast<std::size_t>(i) + 2], aligned, b));
  }
  const Value channels_last = move_axis(node.input(0), 1, x.size() - 1, b);
  const ElementType element = b.type(node.input(0)).element;
  const bool is_weighted = mode != PointMode::nearest && !graph::is_real(element);
  const Value whole = is_weighted ? b.cast(channels_last, ElementType::f32) : channels_last;
  const Value y = sample_points(whole, positions, 1, mode, outside, b);
  return Values{b.cast(move_axis(y, x.size() - 1, 1, b), element)};
}

/// Centers of `size` elements between -1 and 1, or from -1 to 1.
Result<Value> even_positions(std::int64_t size, bool aligned, ElementType element, Builder& b) {
  if (!can_hold(size, b)) {
    return fail(Code::type_unsupported, fmt::format("{} grid positions are too many", size));
  }
  std::vector<Exact> values;
  const auto n = static_cast<Exact>(size);
  for (std::int64_t i = 0; i < size; ++i) {
    const auto at = static_cast<Exact>(i);
    values.push_back(!aligned ? (2 * at + 1) / n - 1 : size == 1 ? 0 : 2 * at / (n - 1) - 1);
  }
  return b.constant(Literal::of({element, {size}}, std::move(values)));
}

/// theta [N, axes, axes + 1] by every position (innermost coordinate first, then 1) of a grid of
/// those sizes.
Result<Values> lower_affine_grid(const OnnxNode& node, Builder& b) {
  const Value theta = node.input(0);
  const Shape size = TRY(known_integers(node, 1, b));
  const auto axes = std::ssize(size) - 2;
  const bool aligned = TRY(node.integer("align_corners", 0)) != 0;
  const bool fits = (axes == 2 || axes == 3) && b.shape(theta) == Shape{size[0], axes, axes + 1} &&
                    std::ranges::all_of(size, [](std::int64_t n) { return n >= 1; });
  if (!fits) {
    return fail(Code::shapes_disagree, fmt::format("theta is {} for a size of {}",
                                                   to_string(b.shape(theta)), to_string(size)));
  }
  const ElementType element = b.type(theta).element;
  const Shape spatial(size.begin() + 2, size.end());
  Shape column = spatial;
  column.push_back(1);
  Values parts;
  for (std::int64_t i = axes; i-- > 0;) {
    const auto at = static_cast<std::size_t>(i);
    Shape along(spatial.size() + 1, 1);
    along[at] = spatial[at];
    const Value positions = TRY(even_positions(spatial[at], aligned, element, b));
    parts.push_back(b.broadcast(b.reshape(positions, along), column));
  }
  parts.push_back(b.full({element, column}, 1));
  const Value grid = b.concat(parts, axes);
  // [N, axes, spatial...]
  const Value y = b.dot(theta, grid, {{}, {}, {2}, {axes}});
  return Values{move_axis(y, 1, static_cast<std::size_t>(axes) + 1, b)};
}

/// What RoiAlign and MaxRoiPool share: regions [R, 4] of images [N, C, H, W].
struct Regions {
  Value x, boxes, batch;               ///< batch: [R] which image, as integers
  std::int64_t height = 1, width = 1;  ///< of the output
};

/// The coordinate of all regions: x1, y1, x2, y2.
Value edge(const Regions& r, std::int64_t k, double scale, Builder& b) {
  const Value e = component(r.boxes, k, b);
  return scale == 1 ? e : b.with_scalar("mul", e, scale);
}

/// 0, 1, ... size-1 as a constant vector.
Value counting(std::int64_t size, double offset, ElementType element, Builder& b) {
  std::vector<Exact> values;
  for (std::int64_t i = 0; i < size; ++i) values.push_back(static_cast<Exact>(i) + offset);
  return b.constant(Literal::of({element, {size}}, std::move(values)));
}

/// [R] as a column [R, 1].
Value as_column(Value v, Builder& b) { return b.reshape(v, {b.shape(v)[0], 1}); }

/// The image of each region: [R, H, W, C].
Value images_of(const Regions& r, Builder& b) {
  return b.gather(move_axis(r.x, 1, 3, b), r.batch, 0);
}

/// Positions [R, rows] and [R, columns] as two of shape [R, rows, columns].
Values crossed(Value rows, Value columns, Builder& b) {
  const std::int64_t regions = b.shape(rows)[0];
  const std::int64_t m = b.shape(rows)[1];
  const std::int64_t n = b.shape(columns)[1];
  return {b.broadcast(b.reshape(rows, {regions, m, 1}), {regions, m, n}),
          b.broadcast(b.reshape(columns, {regions, 1, n}), {regions, m, n})};
}

/// The samples along one axis: first + (i + 0.5) * size / (bins * samples).
Value sample_positions(Value first, Value size, std::int64_t bins, std::int64_t samples,
                       Builder& b) {
  const auto count = bins * samples;
  const Value step = b.with_scalar("div", size, static_cast<Exact>(count));
  const Value offsets = counting(count, 0.5, b.type(first).element, b);
  return b.add(as_column(first, b), b.mul(as_column(step, b), offsets));
}

struct RoiAlignment {
  double scale = 1;
  bool half_pixel = true;  ///< centers of elements are at whole numbers
  std::int64_t samples = 0;
  bool is_maximum = false;
};

Result<RoiAlignment> read_alignment(const OnnxNode& node) {
  RoiAlignment a;
  a.scale = TRY(node.real("spatial_scale", 1));
  const std::string_view fallback = node.opset() < 16 ? "output_half_pixel" : "half_pixel";
  const std::string_view mode = TRY(node.text("coordinate_transformation_mode", fallback));
  a.half_pixel = mode == "half_pixel";
  a.samples = TRY(node.integer("sampling_ratio", 0));
  a.is_maximum = TRY(node.text("mode", "avg")) == "max";
  if (a.samples >= 0 && a.samples <= 1024) return a;
  return fail(Code::attribute_invalid, fmt::format("sampling_ratio is {}", a.samples));
}

/// Start and size of the regions along an axis whose edges are coordinates k and k + 2.
struct Extents {
  Value first, size;
};

Extents extents_of(const Regions& r, std::int64_t k, const RoiAlignment& a, Builder& b) {
  Extents e;
  e.first = edge(r, k, a.scale, b);
  Value last = edge(r, k + 2, a.scale, b);
  if (a.half_pixel) {
    e.first = b.with_scalar("sub", e.first, 0.5L);
    last = b.with_scalar("sub", last, 0.5L);
  }
  e.size = b.sub(last, e.first);
  if (!a.half_pixel) e.size = b.with_scalar("max", e.size, 1);
  return e;
}

/// Samples in a bin along an axis; where the number depends on the regions, that of one as large
/// as the image.
std::int64_t samples_along(const RoiAlignment& a, std::int64_t image, std::int64_t bins,
                           Builder& b) {
  if (a.samples > 0) return a.samples;
  b.note_bound("upper_bound", "each region is sampled as if it were as large as the image");
  return std::max<std::int64_t>(1, image / bins + (image % bins != 0 ? 1 : 0));
}

/// Positions more than an element outside read zero; the others are kept inside.
struct Kept {
  Value position, is_inside;
};

Kept keep_inside(Value position, std::int64_t size, Builder& b) {
  const auto n = static_cast<Exact>(size);
  const Value is_inside = b.emit("and", {b.with_scalar("greater_equal", position, -1),
                                         b.with_scalar("less_equal", position, n)});
  return {b.with_scalar("min", b.with_scalar("max", position, 0), n - 1), is_inside};
}

/// v [R, height * rows, width * columns, C] by bins: [R, height, width, C, rows * columns].
Value by_bins(Value v, const Regions& r, std::int64_t rows, std::int64_t columns, Builder& b) {
  const Shape shape = b.shape(v);
  const Value split = b.reshape(v, {shape[0], r.height, rows, r.width, columns, shape[3]});
  return b.reshape(b.transpose(split, {0, 1, 3, 5, 2, 4}),
                   {shape[0], r.height, r.width, shape[3], rows * columns});
}

/// The largest along the last of five axes. Of equal ones, which may stand for the same element,
/// one is the largest, so that it gets the gradient once.
Value largest(Value v, Builder& b) {
  const Value best = b.emit("top_k", {v},
                            {{"axis", std::int64_t{4}},
                             {"k", std::int64_t{1}},
                             {"largest", std::int64_t{1}},
                             {"last", std::int64_t{0}}});
  if (!best) return {};
  Shape shape = b.shape(best);
  shape.pop_back();
  return b.reshape(best, shape);
}

/// The largest weighted corner of all samples, or the mean of the samples.
Value sample_regions(const Regions& r, const Values& positions, bool is_maximum, Builder& b) {
  const Value images = images_of(r, b);
  if (!is_maximum) {
    return sample_points(images, positions, 1, PointMode::linear, Outside::border, b);
  }
  Value best;
  for (const Corner& c : corners_of(images, positions, 1, PointMode::linear, Outside::border, b)) {
    Shape column = b.shape(c.weight);
    column.push_back(1);
    const Value weighted = b.mul(c.values, b.reshape(c.weight, column));
    best = best ? b.max(best, weighted) : weighted;
  }
  return best;
}

Result<Regions> read_regions(const OnnxNode& node, std::int64_t height, std::int64_t width,
                             Builder& b) {
  Regions r{.x = node.input(0),
            .boxes = node.input(1),
            .batch = node.input(2),
            .height = height,
            .width = width};
  const Shape& x = b.shape(r.x);
  const Shape& boxes = b.shape(r.boxes);
  const bool fits = x.size() == 4 && std::ranges::count(x, 0) == 0 && boxes.size() == 2 &&
                    height >= 1 && width >= 1 && height <= 65536 && width <= 65536;
  if (fits) return r;
  return fail(Code::shapes_disagree, fmt::format("x is {}, regions are {}, each read as {} x {}",
                                                 to_string(x), to_string(boxes), height, width));
}

Result<Values> lower_roi_align(const OnnxNode& node, Builder& b) {
  const std::int64_t height = TRY(node.integer("output_height", 1));
  const std::int64_t width = TRY(node.integer("output_width", 1));
  const Regions r = TRY(read_regions(node, height, width, b));
  const RoiAlignment a = TRY(read_alignment(node));
  const Shape x = b.shape(r.x);
  if (b.shape(r.boxes)[1] != 4 || b.shape(r.batch) != Shape{b.shape(r.boxes)[0]}) {
    return fail(Code::shapes_disagree, fmt::format("regions are {}", to_string(b.shape(r.boxes))));
  }
  const std::int64_t rows = samples_along(a, x[2], r.height, b);
  const std::int64_t columns = samples_along(a, x[3], r.width, b);
  if (!can_hold(Count(r.height) * rows + Count(r.width) * columns, b)) {
    return fail(Code::type_unsupported, "the samples are too many to hold");
  }
  const Extents down = extents_of(r, 1, a, b);
  const Extents across = extents_of(r, 0, a, b);
  const Kept y = keep_inside(sample_positions(down.first, down.size, r.height, rows, b), x[2], b);
  const Kept z =
      keep_inside(sample_positions(across.first, across.size, r.width, columns, b), x[3], b);
  const Value sampled = sample_regions(r, crossed(y.position, z.position, b), a.is_maximum, b);
  const Values inside = crossed(y.is_inside, z.is_inside, b);
  Shape column = b.shape(inside[0]);
  column.push_back(1);
  const Value is_inside = b.reshape(b.emit("and", {inside[0], inside[1]}), column);
  const Value masked = b.select(is_inside, sampled, b.full(b.type(sampled), 0));
  const Value bins = by_bins(masked, r, rows, columns, b);
  const Value combined = a.is_maximum ? largest(bins, b) : b.reduce_mean(bins, {4});
  return Values{move_axis(combined, 3, 1, b)};
}

/// Rows or columns of a bin along an axis: first, first + 1, ... up to the last one, which stands
/// for all after it. A bin is empty where it ends before it begins.
struct Bins {
  Value index = {};     ///< [R, bins * longest]
  Value is_empty = {};  ///< [R, bins]
  std::int64_t longest = 0;
};

/// Bin i of a region that begins at `first` reaches from floor(i * size / bins) to
/// ceil((i + 1) * size / bins), kept inside the image.
Bins bins_of(const Regions& r, std::int64_t k, double scale, std::int64_t image, std::int64_t bins,
             Builder& b) {
  const ElementType element = b.type(r.boxes).element;
  const Value first = b.emit("round", {edge(r, k, scale, b)});
  const Value last = b.emit("round", {edge(r, k + 2, scale, b)});
  const Value size = b.with_scalar("max", b.with_scalar("add", b.sub(last, first), 1), 1);
  const Value step = as_column(b.with_scalar("div", size, static_cast<Exact>(bins)), b);
  const auto at = [&](double offset, std::string_view rounding) {
    const Value reached = b.emit(rounding, {b.mul(step, counting(bins, offset, element, b))});
    const Value moved = b.add(reached, as_column(first, b));
    return b.with_scalar("min", b.with_scalar("max", moved, 0), static_cast<Exact>(image));
  };
  const Value begin = at(0, "floor");
  const Value end = at(1, "ceil");
  Bins made{.is_empty = b.emit("less_equal", {end, begin}),
            .longest = std::min(image, image / bins + 2)};
  const std::int64_t regions = b.shape(first)[0];
  const auto spread = [&](Value v) { return b.reshape(v, {regions, bins, 1}); };
  const Value steps = b.add(spread(begin), counting(made.longest, 0, element, b));
  const Value inside = b.min(steps, b.with_scalar("sub", spread(end), 1));
  const Value kept = b.with_scalar("max", inside, 0);
  made.index = b.reshape(b.cast(kept, ElementType::i64), {regions, bins * made.longest});
  return made;
}

/// The largest element of each bin; zero for an empty one. Regions [R, 5] name their image first.
Result<Values> lower_max_roi_pool(const OnnxNode& node, Builder& b) {
  const Axes pooled = TRY(node.integers("pooled_shape"));
  if (pooled.size() != 2) {
    return fail(Code::attribute_invalid, fmt::format("pooled_shape is {}", to_string(pooled)));
  }
  Regions r = TRY(read_regions(node, pooled[0], pooled[1], b));
  const double scale = TRY(node.real("spatial_scale", 1));
  const Shape x = b.shape(r.x);
  if (b.shape(r.boxes)[1] != 5 || !can_hold(Count(x[2]) + x[3] + r.height + r.width, b)) {
    return fail(Code::shapes_disagree, fmt::format("regions are {}", to_string(b.shape(r.boxes))));
  }
  r.batch = b.cast(component(r.boxes, 0, b), ElementType::i64);
  const Bins down = bins_of(r, 2, scale, x[2], r.height, b);
  const Bins across = bins_of(r, 1, scale, x[3], r.width, b);
  b.note_bound("upper_bound", "each region is pooled as if it were as large as the image");
  const Values at = crossed(down.index, across.index, b);
  Shape column = b.shape(at[0]);
  column.push_back(1);
  const Value indices = b.concat({b.reshape(at[0], column), b.reshape(at[1], column)}, 3);
  const Value read = b.emit("gather_nd", {images_of(r, b), indices}, {{"batch", std::int64_t{1}}});
  const Value best = largest(by_bins(read, r, down.longest, across.longest, b), b);
  const Values empty = crossed(down.is_empty, across.is_empty, b);
  column = b.shape(empty[0]);
  column.push_back(1);
  const Value is_empty = b.reshape(b.emit("or", {empty[0], empty[1]}), column);
  const Value y = b.select(is_empty, b.full(b.type(best), 0), best);
  return Values{move_axis(y, 3, 1, b)};
}

constexpr Lowering rows[] = {
    {.op = "GridSample", .inputs = 2, .lower = lower_grid_sample},
    {.op = "AffineGrid", .inputs = 2, .lower = lower_affine_grid},
    {.op = "RoiAlign", .inputs = 3, .lower = lower_roi_align},
    {.op = "MaxRoiPool", .inputs = 2, .lower = lower_max_roi_pool},
};

}  // namespace

extern constinit const LoweringFamily sampling{rows};

}  // namespace pfsday::onnx
