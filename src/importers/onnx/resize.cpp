// Resize and Upsample: each axis that changes is resampled, one after the other, outermost first.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "importers/onnx/held_budget.h"
#include "importers/onnx/resample.h"

namespace pfsday::onnx {
namespace {

template <class Enum>
struct Named {
  std::string_view name;
  Enum value;
};

constexpr Named<Coordinates> coordinates[] = {
    {"half_pixel", Coordinates::half_pixel},
    {"half_pixel_symmetric", Coordinates::half_pixel_symmetric},
    {"pytorch_half_pixel", Coordinates::pytorch_half_pixel},
    {"tf_half_pixel_for_nn", Coordinates::tf_half_pixel_for_nn},
    {"align_corners", Coordinates::align_corners},
    {"asymmetric", Coordinates::asymmetric},
    {"tf_crop_and_resize", Coordinates::tf_crop_and_resize},
};
constexpr Named<Interpolation> interpolations[] = {
    {"nearest", Interpolation::nearest},
    {"linear", Interpolation::linear},
    {"bilinear", Interpolation::linear},  // Upsample, operator set 1
    {"cubic", Interpolation::cubic},
};
constexpr Named<Nearest> roundings[] = {
    {"round_prefer_floor", Nearest::round_prefer_floor},
    {"round_prefer_ceil", Nearest::round_prefer_ceil},
    {"floor", Nearest::floor},
    {"ceil", Nearest::ceil},
};

/// The value that a text attribute names.
template <class Enum>
Result<Enum> named(const OnnxNode& node, std::string_view attribute, std::string_view fallback,
                   std::span<const Named<Enum>> table) {
  const std::string_view name = TRY(node.text(attribute, fallback));
  const auto found = std::ranges::find(table, name, &Named<Enum>::name);
  if (found != table.end()) return found->value;
  return fail(Code::attribute_invalid, fmt::format("{} is \"{}\"", attribute, name));
}

/// Before operator set 11, positions are asymmetric and rounded down.
Result<ResampleMode> read_mode(const OnnxNode& node) {
  ResampleMode mode;
  mode.interpolation = TRY(named<Interpolation>(node, "mode", "nearest", interpolations));
  if (node.op() == "Upsample" || node.opset() < 11) return mode;
  mode.coordinates =
      TRY(named<Coordinates>(node, "coordinate_transformation_mode", "half_pixel", coordinates));
  mode.nearest = TRY(named<Nearest>(node, "nearest_mode", "round_prefer_floor", roundings));
  mode.cubic_coefficient = TRY(node.real("cubic_coeff_a", -0.75));
  mode.excludes_outside = TRY(node.integer("exclude_outside", 0)) != 0;
  mode.antialias = TRY(node.integer("antialias", 0)) != 0;
  return mode;
}

using Reals = std::vector<double>;

/// The numbers of an input that must be known; none if it is left out or empty.
Result<Reals> known_reals(const OnnxNode& node, std::size_t input, Builder& b) {
  Reals reals;
  if (!node.has_input(input) || b.type(node.input(input)).elements() == Count(0)) return reals;
  const Literal* known = b.known(node.input(input));
  if (known == nullptr) {
    return fail(Code::value_unknown,
                fmt::format("\"{}\" is known only when the model runs", node.input_name(input)));
  }
  for (const graph::Exact value : known->values()) reals.push_back(static_cast<double>(value));
  return reals;
}

/// Scales of all axes, or of those that are named: an attribute or an input, by version.
Result<Reals> read_scales(const OnnxNode& node, std::size_t rank, Builder& b) {
  if (node.op() != "Upsample") return known_reals(node, node.opset() < 11 ? 1 : 2, b);
  if (node.has_input(1)) return known_reals(node, 1, b);
  if (const auto* scales = node.find("scales")) {
    return Reals(scales->reals.begin(), scales->reals.end());
  }
  if (rank != 4) return fail(Code::attribute_invalid, "width_scale and height_scale need 4 axes");
  const double height = TRY(node.real("height_scale", 1));
  return Reals{1, 1, height, TRY(node.real("width_scale", 1))};
}

/// The axes that the sizes, scales and regions are of: all, unless named (operator set 18).
Result<Axes> resized_axes(const OnnxNode& node, std::int64_t rank) {
  if (node.find("axes") == nullptr) return axes_from(0, rank);
  return checked_axes(TRY(node.integers("axes")), rank);
}

/// As floats multiply, so that 10 * 0.7 is 7.
std::int64_t scaled_size(std::int64_t size, double scale) {
  const float product = std::floor(static_cast<float>(size) * static_cast<float>(scale));
  return product < 0x1p40F ? static_cast<std::int64_t>(product) : std::int64_t{1} << 40;
}

/// One scale for all axes where the aspect ratio is kept (operator set 18), else one for each.
Result<void> fit_sizes(const OnnxNode& node, const Axes& sizes, std::span<ResampleAxis> axes) {
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].output = sizes[i];
    axes[i].scale = static_cast<double>(sizes[i]) / static_cast<double>(axes[i].input);
  }
  const std::string_view policy = TRY(node.text("keep_aspect_ratio_policy", "stretch"));
  if (policy == "stretch" || axes.empty()) return {};
  if (policy != "not_larger" && policy != "not_smaller") {
    return fail(Code::attribute_invalid, fmt::format("keep_aspect_ratio_policy is \"{}\"", policy));
  }
  const auto [least, most] = std::ranges::minmax(axes, {}, &ResampleAxis::scale);
  const double scale = policy == "not_larger" ? least.scale : most.scale;
  for (ResampleAxis& axis : axes) {
    axis.scale = scale;
    axis.output = static_cast<std::int64_t>(
        std::min(std::floor(scale * static_cast<double>(axis.input) + 0.5), 0x1p40));
  }
  return {};
}

Result<void> read_region(const OnnxNode& node, std::span<ResampleAxis> axes, Builder& b) {
  const Reals region = TRY(known_reals(node, 1, b));
  if (region.size() != 2 * axes.size()) {
    return fail(
        Code::attribute_invalid,
        fmt::format("a region of interest with {} bounds for {} axes", region.size(), axes.size()));
  }
  for (std::size_t i = 0; i < axes.size(); ++i) {
    axes[i].start = region[i];
    axes[i].end = region[axes.size() + i];
  }
  return {};
}

Result<void> check_axes(std::span<const ResampleAxis> axes) {
  constexpr std::int64_t longest = std::int64_t{1} << 31;
  for (const ResampleAxis& axis : axes) {
    const bool fits = axis.input >= 1 && axis.output >= 0 && axis.output <= longest &&
                      axis.scale > 0 && std::isfinite(axis.scale);
    if (fits) continue;
    return fail(Code::attribute_invalid, fmt::format("a size of {} resized to {}, by {}",
                                                     axis.input, axis.output, axis.scale));
  }
  return {};
}

/// What happens along each of those axes of x.
Result<std::vector<ResampleAxis>> read_axes(const OnnxNode& node, const Axes& named, Builder& b) {
  const Shape& shape = b.shape(node.input(0));
  const Reals scales = TRY(read_scales(node, shape.size(), b));
  std::vector<ResampleAxis> axes;
  for (const std::int64_t axis : named) {
    axes.push_back({.input = shape[static_cast<std::size_t>(axis)]});
  }
  const bool has_sizes = scales.empty() && node.has_input(3);
  const Axes sizes = has_sizes ? TRY(known_integers(node, 3, b)) : Axes{};
  if ((has_sizes ? sizes.size() : scales.size()) != axes.size()) {
    return fail(Code::attribute_invalid,
                fmt::format("{} scales or sizes for {} axes", std::max(scales.size(), sizes.size()),
                            axes.size()));
  }
  if (has_sizes) TRY(fit_sizes(node, sizes, axes));
  for (std::size_t i = 0; i < scales.size(); ++i) {
    axes[i].scale = scales[i];
    axes[i].output = scaled_size(axes[i].input, scales[i]);
  }
  TRY(check_axes(axes));
  return axes;
}

/// Positions and weights of a hostile file may be more than memory holds.
Result<void> check_cost(const ResampleAxis& axis, const ResampleMode& mode, Builder& b) {
  const Count elements = Count(axis.output) * tap_count(axis, mode) * 4;
  if (can_hold(elements, b)) return {};
  return fail(Code::type_unsupported,
              fmt::format("the weights of a size of {} resized to {} are too many to hold",
                          axis.input, axis.output));
}

Result<Values> lower_resize(const OnnxNode& node, Builder& b) {
  const ElementType element = b.type(node.input(0)).element;
  const ResampleMode mode = TRY(read_mode(node));
  const Axes named = TRY(resized_axes(node, b.type(node.input(0)).rank()));
  auto axes = TRY(read_axes(node, named, b));
  const bool crops = mode.coordinates == Coordinates::tf_crop_and_resize;
  if (crops) TRY(read_region(node, axes, b));
  const bool is_weighted = mode.interpolation != Interpolation::nearest;
  Value y = node.input(0);
  if (is_weighted && !graph::is_real(element)) y = b.cast(y, ElementType::f32);
  std::vector<std::pair<std::int64_t, Taps>> changed;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i].scale == 1 && axes[i].output == axes[i].input && !crops) continue;
    TRY(check_cost(axes[i], mode, b));
    Taps taps = taps_of(axes[i], mode);
    if (taps.is_identity(axes[i].input)) continue;
    y = resample(y, named[i], taps, b);
    changed.emplace_back(named[i], std::move(taps));
  }
  const double value = TRY(node.real("extrapolation_value", 0));
  for (const auto& [axis, taps] : changed) y = fill_outside(y, axis, taps, value, b);
  return Values{b.cast(y, element)};
}

constexpr Lowering rows[] = {
    {.op = "Resize", .lower = lower_resize},
    {.op = "Upsample", .lower = lower_resize},
};

}  // namespace

extern constinit const LoweringFamily resize{rows};

}  // namespace pfsday::onnx
