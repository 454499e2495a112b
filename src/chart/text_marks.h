// Texts with their places: what a layout is made of.
//
//   layout.texts.push_back(text_mark("2012", TextRole::tick, Anchor::middle, {120, 600}, measure));
#pragma once

#include <string>

#include "chart/layout.h"

namespace pfsday::chart {

/// Half the width and height of what the letters cover.
Vec half_extent(const std::string& text, const Font& font, const TextMeasure& measure);

/// One line of text whose anchor stands on the baseline at `at`.
TextMark text_mark(std::string text, TextRole role, Anchor anchor, Vec at,
                   const TextMeasure& measure);

/// One line of text in the middle of a box that may be turned.
TextMark text_in(const Box& box, std::string text, TextRole role);

}  // namespace pfsday::chart
