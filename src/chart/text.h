// How text looks and how wide it is. A layout asks a TextMeasure; the real one is the Renderer of
// renderer.h, tests use one of fixed width.
#pragma once

#include <cstdint>
#include <string_view>

namespace pfsday::chart {

struct Font {
  double size = 13;  ///< pixels per em
  int weight = 400;  ///< 400 regular, 600 semibold
};

/// What a text says; it decides its font and color.
enum class TextRole : std::uint8_t {
  title,
  subtitle,
  legend,
  axis_title,
  tick,
  era,
  point,
  line,
  note,
  caption
};

Font font_of(TextRole role);

/// Heights of Inter above and below the baseline, in em: capitals, and the tail of a "g".
constexpr double ascent_em = 0.73;
constexpr double descent_em = 0.21;
constexpr double line_height_em = 1.4;  ///< from one line of a block to the next

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
