// The colors of a chart. No meaning rests on color alone: groups differ in shape too, lines in
// their dashes.
//
//   const Theme& theme = theme_of("dark");
//   contrast(theme.ink, theme.background);   // at least 4.5 for text, 3 for marks: WCAG 2.2, 1.4.3
//
// The hues follow M. Okabe and K. Ito, Color Universal Design (2008), darkened or lightened until
// they stand out from the background.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace pfsday::chart {

/// As many groups as have a color and a shape of their own.
inline constexpr std::size_t max_groups = 5;

struct Theme {
  std::string_view name;
  std::string_view background;   ///< "#rrggbb", as all of them
  std::string_view ink;          ///< titles and names
  std::string_view muted;        ///< other text, axes
  std::string_view grid;         ///< decoration: may be faint
  std::string_view shade;        ///< of every other era
  std::string_view ruler;        ///< lines that are no finding
  std::string_view fitted;       ///< lines that are, and their text
  std::string_view band;         ///< fills, at part of their strength
  std::string_view plain_point;  ///< where there are no groups
  std::string_view other_point;  ///< of no group, where there are some
  std::array<std::string_view, max_groups> groups;
};

std::span<const Theme> themes();

/// The theme of this name, or the first one.
const Theme& theme_of(std::string_view name);

/// WCAG 2.2 contrast ratio of two colors, 1 to 21.
double contrast(std::string_view a, std::string_view b);

}  // namespace pfsday::chart
