#include "chart/theme.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pfsday::chart {
namespace {

constexpr Theme all_themes[] = {
    {.name = "light",
     .background = "#ffffff",
     .ink = "#1c2128",
     .muted = "#57606a",
     .grid = "#e5e8eb",
     .shade = "#f3f5f7",
     .ruler = "#7d8590",
     .fitted = "#c14a00",
     .band = "#c14a00",
     .plain_point = "#0072b2",
     .other_point = "#868e98",
     .groups = {"#0072b2", "#c14a00", "#00805c", "#8f3d7f", "#1c2128"}},
    {.name = "dark",
     .background = "#11151c",
     .ink = "#e6edf3",
     .muted = "#9da7b3",
     .grid = "#2a313c",
     .shade = "#181e27",
     .ruler = "#7d8590",
     .fitted = "#ff9052",
     .band = "#ff9052",
     .plain_point = "#56b4e9",
     .other_point = "#6e7681",
     .groups = {"#56b4e9", "#ff7a33", "#2fbf8f", "#d98cc0", "#f0e442"}},
    {.name = "print",
     .background = "#ffffff",
     .ink = "#000000",
     .muted = "#333333",
     .grid = "#d0d0d0",
     .shade = "#f0f0f0",
     .ruler = "#6e6e6e",
     .fitted = "#a33b00",
     .band = "#8a8a8a",
     .plain_point = "#00568a",
     .other_point = "#7a7a7a",
     .groups = {"#0072b2", "#c14a00", "#00805c", "#8f3d7f", "#000000"}},
};

/// One channel of sRGB as light, 0 to 1.
double light_of(std::string_view hexadecimal) {
  int value = 0;
  std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), value, 16);
  const double share = value / 255.0;
  return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
}

double luminance(std::string_view color) {
  return 0.2126 * light_of(color.substr(1, 2)) + 0.7152 * light_of(color.substr(3, 2)) +
         0.0722 * light_of(color.substr(5, 2));
}

}  // namespace

std::span<const Theme> themes() { return all_themes; }

const Theme& theme_of(std::string_view name) {
  const auto* found = std::ranges::find(all_themes, name, &Theme::name);
  return found == std::end(all_themes) ? all_themes[0] : *found;
}

double contrast(std::string_view a, std::string_view b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

}  // namespace pfsday::chart
