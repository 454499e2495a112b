#include "importers/hlo/attributes.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/text.h"
#include "ops/infer.h"

namespace pfsday::hlo {
namespace {

std::unexpected<Error> malformed(std::string_view text, std::string_view what) {
  constexpr std::size_t most = 60;
  return fail(Code::attribute_invalid, fmt::format("\"{}\" is no {}", text.substr(0, most), what));
}

std::string_view without_braces(std::string_view text) {
  if (text.size() < 2 || text.front() != '{' || text.back() != '}') return text;
  return trim(text.substr(1, text.size() - 2));
}

std::optional<std::int64_t> to_integer(std::string_view text) {
  text = trim(text);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value > ops::size_limit || value < -ops::size_limit) return std::nullopt;
  return value;
}

/// "3x3" and the like: one number for each axis.
Result<Axes> parse_product(std::string_view text) {
  Axes values;
  for (const std::string_view part : split(text, 'x')) {
    const auto value = to_integer(part);
    if (!value) return malformed(text, "list of numbers for the axes of a window");
    values.push_back(*value);
  }
  return values;
}

Result<void> parse_pads(std::string_view text, WindowText& window) {
  for (const std::string_view part : split(text, 'x')) {
    const auto middle = part.find('_');
    const auto low = to_integer(part.substr(0, middle));
    const auto high = middle == part.npos ? std::nullopt : to_integer(part.substr(middle + 1));
    if (!low || !high) return malformed(text, "list of pads such as 1_1x0_2");
    window.pads_low.push_back(*low);
    window.pads_high.push_back(*high);
  }
  return {};
}

/// Of a window's numbers, so that products of two fit.
constexpr std::int64_t window_limit = std::int64_t{1} << 30;

Result<void> check_window(const WindowText& window, std::string_view text) {
  const std::size_t rank = window.size.size();
  for (const Axes* list : {&window.size, &window.strides, &window.pads_low, &window.pads_high,
                           &window.lhs_dilations, &window.rhs_dilations}) {
    if (list->size() != rank) return malformed(text, "window: its lists differ in length");
    for (const std::int64_t value : *list) {
      if (value > window_limit || value < -window_limit) return malformed(text, "window");
    }
  }
  for (const Axes* list :
       {&window.size, &window.strides, &window.lhs_dilations, &window.rhs_dilations}) {
    for (const std::int64_t value : *list) {
      if (value < (list == &window.size ? 0 : 1)) return malformed(text, "window");
    }
  }
  if (window.reversed.size() != rank) return malformed(text, "window: its lists differ in length");
  return {};
}

}  // namespace

Result<Axes> parse_axes(std::string_view text) {
  Axes axes;
  const std::string_view inside = without_braces(text);
  for (std::size_t first = 0; first < inside.size();) {
    const std::size_t end = std::min(inside.find(',', first), inside.size());
    const auto value = to_integer(inside.substr(first, end - first));
    if (!value || end + 1 == inside.size()) return malformed(text, "list of whole numbers");
    axes.push_back(*value);
    first = end + 1;
  }
  return axes;
}

Result<std::int64_t> parse_integer(std::string_view text) {
  const auto value = to_integer(unquoted(text));
  if (!value) return malformed(text, "whole number");
  return *value;
}

Result<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return malformed(text, "true or false");
}

Result<WindowText> parse_window(std::string_view text, std::size_t rank) {
  WindowText window;
  std::optional<Axes> reversed;
  for (const std::string_view field : split(without_braces(text), ' ')) {
    if (trim(field).empty()) continue;
    const auto middle = field.find('=');
    const std::string_view name = trim(field.substr(0, middle));
    const std::string_view value =
        middle == field.npos ? std::string_view{} : trim(field.substr(middle + 1));
    if (name == "size") {
      window.size = TRY(parse_product(value));
    } else if (name == "stride") {
      window.strides = TRY(parse_product(value));
    } else if (name == "pad") {
      TRY(parse_pads(value, window));
    } else if (name == "lhs_dilate") {
      window.lhs_dilations = TRY(parse_product(value));
    } else if (name == "rhs_dilate") {
      window.rhs_dilations = TRY(parse_product(value));
    } else if (name == "rhs_reversal") {
      reversed = TRY(parse_product(value));
    } else {
      return malformed(text, "window");
    }
  }
  if (window.size.empty()) window.size = Axes(rank, 1);
  const std::size_t axes = window.size.size();
  for (Axes* list : {&window.strides, &window.lhs_dilations, &window.rhs_dilations}) {
    if (list->empty()) *list = Axes(axes, 1);
  }
  for (Axes* list : {&window.pads_low, &window.pads_high}) {
    if (list->empty()) *list = Axes(axes, 0);
  }
  if (!reversed) reversed = Axes(axes, 0);
  for (const std::int64_t one : *reversed) window.reversed.push_back(one != 0);
  TRY(check_window(window, text));
  return window;
}

namespace {

/// The axes of one operand: "bf01" with `first` b and `second` f.
Result<void> parse_labels(std::string_view labels, char first_label, char second_label,
                          std::int64_t& first, std::int64_t& second, Axes& spatial) {
  first = second = -1;
  spatial = Axes(labels.size() < 2 ? 0 : labels.size() - 2, -1);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto at = static_cast<std::int64_t>(i);
    const char c = labels[i];
    if (c == first_label) {
      first = at;
    } else if (c == second_label) {
      second = at;
    } else {
      const auto number = static_cast<std::size_t>(c - '0');
      if (c < '0' || number >= spatial.size()) return malformed(labels, "label of axes");
      spatial[number] = at;
    }
  }
  bool is_whole = first >= 0 && second >= 0;
  for (const std::int64_t at : spatial) is_whole = is_whole && at >= 0;
  if (!is_whole) return malformed(labels, "label of axes");
  return {};
}

}  // namespace

Result<ConvolutionAxes> parse_dimension_labels(std::string_view text) {
  const auto middle = text.find('_');
  const auto arrow = text.find("->");
  if (middle == text.npos || arrow == text.npos || arrow < middle) {
    return malformed(text, "label of axes such as bf01_oi01->bf01");
  }
  ConvolutionAxes axes;
  TRY(parse_labels(text.substr(0, middle), 'b', 'f', axes.lhs_batch, axes.lhs_feature,
                   axes.lhs_spatial));
  TRY(parse_labels(text.substr(middle + 1, arrow - middle - 1), 'i', 'o', axes.rhs_input,
                   axes.rhs_output, axes.rhs_spatial));
  TRY(parse_labels(text.substr(arrow + 2), 'b', 'f', axes.result_batch, axes.result_feature,
                   axes.result_spatial));
  const std::size_t rank = axes.lhs_spatial.size();
  if (axes.rhs_spatial.size() != rank || axes.result_spatial.size() != rank) {
    return malformed(text, "label of axes: they differ in number");
  }
  return axes;
}

Result<SliceText> parse_slice(std::string_view text) {
  SliceText slice;
  const std::string_view inside = without_braces(text);
  if (inside.empty()) return slice;
  for (std::string_view part : split(inside, ',')) {
    part = trim(part);
    if (part.size() < 2 || part.front() != '[' || part.back() != ']') {
      return malformed(text, "slice such as {[0:4], [2:8:2]}");
    }
    const auto numbers = split(part.substr(1, part.size() - 2), ':');
    const auto start = to_integer(numbers[0]);
    const auto limit = numbers.size() < 2 ? std::nullopt : to_integer(numbers[1]);
    const auto stride =
        numbers.size() < 3 ? std::optional<std::int64_t>(1) : to_integer(numbers[2]);
    if (!start || !limit || !stride || numbers.size() > 3) {
      return malformed(text, "slice such as {[0:4], [2:8:2]}");
    }
    slice.starts.push_back(*start);
    slice.limits.push_back(*limit);
    slice.strides.push_back(*stride);
  }
  return slice;
}

Result<PaddingText> parse_padding(std::string_view text) {
  PaddingText padding;
  if (trim(text).empty()) return padding;
  for (const std::string_view part : split(text, 'x')) {
    const auto numbers = split(part, '_');
    const auto low = to_integer(numbers[0]);
    const auto high = numbers.size() < 2 ? std::nullopt : to_integer(numbers[1]);
    const auto inside =
        numbers.size() < 3 ? std::optional<std::int64_t>(0) : to_integer(numbers[2]);
    if (!low || !high || !inside || *inside < 0 || numbers.size() > 3) {
      return malformed(text, "list of pads such as 1_2x0_0_1");
    }
    padding.low.push_back(*low);
    padding.high.push_back(*high);
    padding.interior.push_back(*inside);
  }
  return padding;
}

std::vector<std::string_view> parse_names(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::string_view name : split(without_braces(text), ',')) {
    name = trim(name);
    if (name.starts_with('%')) name.remove_prefix(1);
    if (!name.empty()) names.push_back(name);
  }
  return names;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    return text.substr(1, text.size() - 2);
  }
  return text;
}

}  // namespace pfsday::hlo
