// A measure of text for tests: each byte is as wide as the next, so places can be checked by hand.
#pragma once

#include "chart/text.h"

namespace pfsday::chart {

class FixedWidth : public TextMeasure {
 public:
  static constexpr double em = 0.55;
  double width(std::string_view text, const Font& font) const override {
    return em * font.size * static_cast<double>(text.size());
  }
};

}  // namespace pfsday::chart
