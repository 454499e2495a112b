#include "importers/onnx/window_attributes.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::onnx {
namespace {

constexpr std::int64_t step_limit = std::int64_t{1} << 31;

/// A list with one entry for each spatial axis, each in 1..step_limit; all ones if it is left out.
Result<Axes> read_steps(const OnnxNode& node, std::string_view name, std::size_t rank) {
  Axes steps = TRY(node.integers(name, Axes(rank, 1)));
  const bool fits = steps.size() == rank && std::ranges::all_of(steps, [](std::int64_t step) {
                      return step >= 1 && step <= step_limit;
                    });
  if (fits) return steps;
  return fail(Code::attribute_invalid,
              fmt::format("{} is {} for {} spatial axes", name, to_string(steps), rank));
}

Result<Axes> read_pads(const OnnxNode& node, std::size_t rank) {
  Axes pads = TRY(node.integers("pads", Axes(2 * rank, 0)));
  const bool fits = pads.size() == 2 * rank && std::ranges::all_of(pads, [](std::int64_t pad) {
                      return pad >= 0 && pad <= step_limit;
                    });
  if (fits) return pads;
  return fail(Code::attribute_invalid,
              fmt::format("pads is {} for {} spatial axes", to_string(pads), rank));
}

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

/// From the first tap to the last, both included.
std::int64_t reach_of(const ops::Window& w, std::size_t i) {
  return (w.size[i] - 1) * w.dilations[i] + 1;
}

/// Pads so that there is one output for each stride; the odd one goes after or before.
void pad_to_same(ops::Window& w, const Shape& input, bool upper) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int64_t steps = divide_up(input[i], w.strides[i]) - 1;
    const std::int64_t total =
        std::max<std::int64_t>(0, steps * w.strides[i] + reach_of(w, i) - input[i]);
    w.pads_low[i] = upper ? total / 2 : total - total / 2;
    w.pads_high[i] = total - w.pads_low[i];
  }
}

Result<void> set_pads(const OnnxNode& node, ops::Window& w, const Shape& input) {
  const std::size_t rank = input.size();
  const std::string_view mode = TRY(node.text("auto_pad", "NOTSET"));
  w.pads_low.assign(rank, 0);
  w.pads_high.assign(rank, 0);
  if (mode == "SAME_UPPER" || mode == "SAME_LOWER") {
    pad_to_same(w, input, mode == "SAME_UPPER");
  } else if (mode == "NOTSET" || mode.empty()) {
    const Axes pads = TRY(read_pads(node, rank));
    w.pads_low.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(rank));
    w.pads_high.assign(pads.begin() + static_cast<std::ptrdiff_t>(rank), pads.end());
  } else if (mode != "VALID") {
    return fail(Code::attribute_invalid, fmt::format("auto_pad is \"{}\"", mode));
  }
  return {};
}

/// Lengthens the padding after the input until the last, partial window fits.
void round_up(ops::Window& w, const Shape& input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    const std::int64_t room = input[i] + w.pads_low[i] + w.pads_high[i] - reach_of(w, i);
    if (room < 0) continue;
    std::int64_t steps = divide_up(room, w.strides[i]);
    if (steps * w.strides[i] >= input[i] + w.pads_low[i]) --steps;
    w.pads_high[i] += std::max<std::int64_t>(0, steps * w.strides[i] - room);
  }
}

}  // namespace

Result<SpatialWindow> read_window(const OnnxNode& node, const Shape& input, const Axes& kernel) {
  const std::size_t rank = input.size();
  if (kernel.size() != rank) {
    return fail(Code::attribute_invalid,
                fmt::format("kernel_shape is {} for {} spatial axes", to_string(kernel), rank));
  }
  SpatialWindow read{
      .window = {.size = kernel}, .input = input, .output = {}, .stated_pads_high = {}};
  ops::Window& w = read.window;
  w.strides = TRY(read_steps(node, "strides", rank));
  w.dilations = TRY(read_steps(node, "dilations", rank));
  for (const std::int64_t size : kernel) {
    if (size >= 1 && size < step_limit) continue;
    return fail(Code::attribute_invalid, fmt::format("a kernel of {}", to_string(kernel)));
  }
  TRY(set_pads(node, w, input));
  read.stated_pads_high = w.pads_high;
  if (TRY(node.integer("ceil_mode", 0)) != 0) round_up(w, input);
  for (std::size_t i = 0; i < rank; ++i) {
    read.output.push_back(w.output_size(i, input[i]));
    if (read.output.back() >= 1) continue;
    return fail(
        Code::shapes_disagree,
        fmt::format("a window of {} with dilations {} does not fit an input of {} with pads {} "
                    "and {}",
                    to_string(kernel), to_string(w.dilations), to_string(input),
                    to_string(w.pads_low), to_string(w.pads_high)));
  }
  return read;
}

namespace {

/// Sizes of a transposed convolution along one axis.
struct TransposedAxis {
  std::int64_t full = 0;     ///< what the taps reach, unpadded
  std::int64_t stated = -1;  ///< the output size, if it is stated
  std::int64_t added = 0;    ///< output_padding
};

/// Pads before and after, and the output size.
Result<void> pad_transposed(std::string_view mode, TransposedAxis axis, TransposedWindow& read) {
  ops::Window& w = read.window;
  const std::size_t i = read.output.size();
  std::int64_t output = axis.stated;
  if (output >= 0) {
    const std::int64_t total = std::max<std::int64_t>(0, axis.full + axis.added - output);
    w.pads_low[i] = mode == "SAME_LOWER" ? total - total / 2 : total / 2;
  } else {
    output = axis.full + axis.added - w.pads_low[i] - w.pads_high[i];
  }
  w.pads_high[i] = axis.full - w.pads_low[i] - output;
  read.output.push_back(output);
  if (output >= 1) return {};
  return fail(Code::shapes_disagree,
              fmt::format("pads leave nothing of spatial axis {}, whose taps reach {} elements", i,
                          axis.full + axis.added));
}

/// The spatial sizes that the attribute output_shape states; those before them may be stated too.
Result<std::optional<Axes>> stated_output(const OnnxNode& node, std::size_t rank) {
  if (node.find("output_shape") == nullptr) return std::optional<Axes>{};
  const Axes stated = TRY(node.integers("output_shape"));
  if (stated.empty()) return std::optional<Axes>{};
  const bool fits = (stated.size() == rank || stated.size() == rank + 2) &&
                    std::ranges::all_of(
                        stated, [](std::int64_t size) { return size >= 1 && size <= step_limit; });
  if (fits)
    return std::optional(Axes(stated.end() - static_cast<std::ptrdiff_t>(rank), stated.end()));
  return fail(Code::attribute_invalid,
              fmt::format("output_shape is {} for {} spatial axes", to_string(stated), rank));
}

/// input * stride, where auto_pad asks for that and nothing else is stated.
std::int64_t stated_size(const std::optional<Axes>& stated, std::string_view mode,
                         std::int64_t input, std::int64_t stride, std::size_t axis) {
  if (stated) return (*stated)[axis];
  return mode.starts_with("SAME") ? input * stride : -1;
}

}  // namespace

namespace {

Result<void> check_transposed(const Shape& input, const Axes& kernel, const Axes& added) {
  const auto fits = [](const Axes& sizes, std::int64_t low) {
    return std::ranges::all_of(
        sizes, [low](std::int64_t size) { return size >= low && size < step_limit; });
  };
  if (added.size() == input.size() && fits(input, 1) && fits(kernel, 1) && fits(added, 0)) {
    return {};
  }
  return fail(Code::attribute_invalid,
              fmt::format("a transposed window of {} with output_padding {} on {}",
                          to_string(kernel), to_string(added), to_string(input)));
}

}  // namespace

Result<TransposedWindow> read_transposed_window(const OnnxNode& node, const Shape& input,
                                                const Axes& kernel) {
  const std::size_t rank = input.size();
  TransposedWindow read{.window = {.size = kernel}, .output = {}};
  ops::Window& w = read.window;
  w.strides = TRY(read_steps(node, "strides", rank));
  w.dilations = TRY(read_steps(node, "dilations", rank));
  const Axes added = TRY(node.integers("output_padding", Axes(rank, 0)));
  const std::string_view mode = TRY(node.text("auto_pad", "NOTSET"));
  TRY(check_transposed(input, kernel, added));
  TRY(set_pads(node, w, input));
  const auto stated = TRY(stated_output(node, rank));
  for (std::size_t i = 0; i < rank; ++i) {
    const TransposedAxis axis{.full = (input[i] - 1) * w.strides[i] + reach_of(w, i),
                              .stated = stated_size(stated, mode, input[i], w.strides[i], i),
                              .added = added[i]};
    TRY(pad_transposed(mode, axis, read));
  }
  return read;
}

ops::Window over_all_axes(const ops::Window& spatial) {
  ops::Window all{.size = {1, 1},
                  .strides = {1, 1},
                  .pads_low = {0, 0},
                  .pads_high = {0, 0},
                  .dilations = {1, 1}};
  const auto append = [](Axes& to, const Axes& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(all.size, spatial.size);
  append(all.strides, spatial.strides);
  append(all.pads_low, spatial.pads_low);
  append(all.pads_high, spatial.pads_high);
  append(all.dilations, spatial.dilations);
  return all;
}

}  // namespace pfsday::onnx
