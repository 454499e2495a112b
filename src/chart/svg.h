// Writes a laid-out chart as SVG: plain shapes and text with presentation attributes, no style
// sheet, no script, so that it looks the same in a browser, in an editor and in print.
//
//   const std::string svg = to_svg(lay_out(chart, measure), theme_of("dark"));
//
// Classes and data attributes say what is what, for the script of html.h: `point` groups have
// their index in the chart, `tag` groups (labels of lines and eras) stand at what they name and
// know the ends of a straight line, `world` groups move as a whole, `ticks` are replaced, the
// `note` counts what is not labeled.
#pragma once

#include <string>

#include "chart/layout.h"
#include "chart/theme.h"

namespace pfsday::chart {

/// The same layout gives the same bytes.
std::string to_svg(const Layout& layout, const Theme& theme);

}  // namespace pfsday::chart
