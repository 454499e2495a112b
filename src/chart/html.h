// A chart as a page of one file that needs no network: the SVG, a table of the same systems, and a
// small script (page/page.js) for cards, keys, zoom and copies.
//
//   const Layout layout = lay_out(chart, measure);
//   const std::string page = to_html(chart, layout, theme_of("light"));
//
// Its content policy allows one script and one style, by their SHA-256, and nothing else: no other
// script runs and no request leaves the page. Without a script the picture and the table remain.
#pragma once

#include <string>

#include "chart/layout.h"
#include "chart/theme.h"

namespace pfsday::chart {

/// `layout` is that of the chart. The same input gives the same bytes.
std::string to_html(const Chart& chart, const Layout& layout, const Theme& theme);

}  // namespace pfsday::chart
