// How each kind of mark looks in a theme: colors, widths, dashes.
//
//   const Stroke stroke = stroke_of(LineStyle::ruler, theme);
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "chart/layout.h"
#include "chart/theme.h"

namespace pfsday::chart {

struct Stroke {
  std::string_view color;
  double width = 1;              ///< pixels
  std::string_view dashes = {};  ///< pixels of dashes and gaps; empty: none
};

Stroke stroke_of(LineStyle style, const Theme& theme);
Stroke stroke_of(LineRole role, const Theme& theme);

std::string_view color_of(const TextMark& text, const Theme& theme);

/// Of a point or its sample in the legend.
std::string_view color_of(std::optional<std::size_t> group, bool muted, const Theme& theme);

/// A fill that what is below shows through.
struct Fill {
  std::string_view color;
  double strength = 1;  ///< opacity
};

Fill fill_of(BandStyle style, const Theme& theme);
/// Of its sample in the legend, which does not stand on another band.
Fill key_fill_of(BandStyle style, const Theme& theme);

}  // namespace pfsday::chart
