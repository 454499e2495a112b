// How text looks and how wide it is. A layout asks a TextMeasure; the real one is the Renderer of
// renderer.h, tests use one of fixed width.
#pragma once

#include <string_view>

namespace pfsday::chart {

struct Font {
  double size = 13;  ///< pixels per em
  int weight = 400;  ///< 400 regular, 600 semibold
};

/// Heights of Inter above and below the baseline, in em: capitals, and the tail of a "g".
constexpr double ascent_em = 0.73;
constexpr double descent_em = 0.21;

class TextMeasure {
 public:
  TextMeasure() = default;
  TextMeasure(const TextMeasure&) = delete;
  TextMeasure& operator=(const TextMeasure&) = delete;
  virtual ~TextMeasure() = default;

  /// Pixels that one line of text takes.
  virtual double width(std::string_view text, const Font& font) const = 0;
};

}  // namespace pfsday::chart
