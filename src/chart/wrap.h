// Breaks a text into lines of a given width, at spaces and at line breaks of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "chart/text.h"

namespace pfsday::chart {

/// A word wider than `width` stays whole on its line. No line for empty text.
std::vector<std::string> wrap(std::string_view text, double width, const Font& font,
                              const TextMeasure& measure);

}  // namespace pfsday::chart
