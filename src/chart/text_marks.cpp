#include "chart/text_marks.h"

#include <cmath>

namespace pfsday::chart {

Font font_of(TextRole role) {
  switch (role) {
    case TextRole::title:
      return {.size = 22, .weight = 600};
    case TextRole::subtitle:
      return {.size = 14};
    case TextRole::axis_title:
    case TextRole::line:
      return {.size = 13, .weight = 600};
    case TextRole::legend:
    case TextRole::tick:
    case TextRole::point:
      return {.size = 13};
    case TextRole::era:
      return {.size = 12, .weight = 600};
    case TextRole::note:
    case TextRole::caption:
      return {.size = 11.5};
  }
  return {};
}

Vec half_extent(const std::string& text, const Font& font, const TextMeasure& measure) {
  return {measure.width(text, font) / 2, (ascent_em + descent_em) * font.size / 2};
}

TextMark text_mark(std::string text, TextRole role, Anchor anchor, Vec at,
                   const TextMeasure& measure) {
  const Font font = font_of(role);
  const Vec half = half_extent(text, font, measure);
  const double shift = anchor == Anchor::start ? half.x : anchor == Anchor::end ? -half.x : 0;
  const Vec center = {at.x + shift, at.y + (descent_em - ascent_em) / 2 * font.size};
  return {.text = std::move(text),
          .role = role,
          .anchor = anchor,
          .at = at,
          .box = {.center = center, .half = half}};
}

TextMark text_in(const Box& box, std::string text, TextRole role) {
  const double drop = (ascent_em - descent_em) / 2 * font_of(role).size;
  const Vec down = {-std::sin(box.angle), std::cos(box.angle)};
  return {.text = std::move(text),
          .role = role,
          .anchor = Anchor::middle,
          .at = box.center + drop * down,
          .angle = box.angle,
          .box = box};
}

}  // namespace pfsday::chart
