// Writes a laid-out chart as SVG: plain shapes and text with presentation attributes, no style
// sheet, no script, so that it looks the same in a browser, in an editor and in print.
#pragma once

#include <string>
#include <string_view>

#include "chart/layout.h"

namespace pfsday::chart {

/// The same layout gives the same bytes.
std::string to_svg(const Layout& layout);

/// Text as XML content: markup escaped, bytes that are no UTF-8 and characters that XML forbids
/// replaced by U+FFFD.
std::string escape_xml(std::string_view text);

}  // namespace pfsday::chart
