#include "chart/look.h"

namespace pfsday::chart {

Stroke stroke_of(LineStyle style, const Theme& theme) {
  switch (style) {
    case LineStyle::main:
      return {theme.fitted, 2};
    case LineStyle::second:
      return {theme.fitted, 1.5, "7 5"};
    case LineStyle::ruler:
      return {theme.ruler, 1.25, "1.5 4"};
    case LineStyle::quantile:
      return {theme.fitted, 1, "2 3"};
    case LineStyle::forecast:
      return {theme.fitted, 2, "2 5"};
    case LineStyle::threshold:
      return {theme.ruler, 1.25, "9 4"};
    case LineStyle::date:
      return {theme.ruler, 1.25, "3 3"};
  }
  return {};
}

Stroke stroke_of(LineRole role, const Theme& theme) {
  switch (role) {
    case LineRole::grid:
      return {theme.grid, 1};
    case LineRole::minor_tick:
      return {theme.ruler, 1};
    case LineRole::tick:
    case LineRole::axis:
      return {theme.muted, 1};
  }
  return {};
}

std::string_view color_of(const TextMark& text, const Theme& theme) {
  if (text.role == TextRole::line) {
    return stroke_of(text.line, theme).color == theme.ruler ? theme.muted : theme.fitted;
  }
  const bool strong =
      text.role == TextRole::title || text.role == TextRole::point || text.role == TextRole::legend;
  return strong ? theme.ink : theme.muted;
}

std::string_view color_of(std::optional<std::size_t> group, bool muted, const Theme& theme) {
  if (group) return theme.groups.at(*group % max_groups);
  return muted ? theme.other_point : theme.plain_point;
}

Fill fill_of(BandStyle style, const Theme& theme) {
  switch (style) {
    case BandStyle::interval:
      return {theme.band, 0.18};
    case BandStyle::fan:
    case BandStyle::core:
      return {theme.band, 0.1};
    case BandStyle::date:
      return {theme.ruler, 0.12};
  }
  return {};
}

Fill key_fill_of(BandStyle style, const Theme& theme) {
  Fill fill = fill_of(style, theme);
  if (style == BandStyle::core) fill.strength = 1 - (1 - fill.strength) * (1 - fill.strength);
  return fill;
}

}  // namespace pfsday::chart
