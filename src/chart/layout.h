// A chart laid out: every mark with its place in pixels. Tests compare marks; svg.h writes them.
//
//   const Layout layout = lay_out(chart, measure);
//   layout.points[0].center;      // where the first point went
//   layout.unlabeled;             // how many labels found no free place
#pragma once

#include <string>
#include <vector>

#include "chart/chart.h"
#include "chart/geometry.h"
#include "chart/text.h"

namespace pfsday::chart {

enum class TextRole { title, subtitle, axis_title, tick, point, line, caption };
enum class Anchor { start, middle, end };

struct TextMark {
  std::string text = {};
  TextRole role = TextRole::point;
  LineStyle line = LineStyle::main;  ///< of which line, where the role is line
  Anchor anchor = Anchor::start;
  Vec at = {};       ///< the anchor, on the baseline
  double angle = 0;  ///< radians, clockwise, about `at`
  Box box = {};      ///< what the letters cover
};

enum class LineRole { grid, minor_tick, axis, leader, fitted };

struct LineMark {
  Segment segment = {};
  LineRole role = LineRole::grid;
  LineStyle style = LineStyle::main;  ///< where the role is fitted
};

struct PointMark {
  Vec center = {};
  double radius = 0;
  PointStyle style = PointStyle::solid;
  std::string name = {};
};

struct Layout {
  double width = 0;
  double height = 0;
  Box plot = {};
  std::string title = {};
  std::string description = {};
  std::vector<LineMark> lines = {};    ///< in the order of drawing
  std::vector<PointMark> points = {};  ///< in the order of the chart
  std::vector<TextMark> texts = {};
  std::size_t unlabeled = 0;  ///< points whose label found no free place
};

Font font_of(TextRole role);

/// The chart must have a point or a line; its amounts are positive and all its numbers finite.
Layout lay_out(const Chart& chart, const TextMeasure& measure);

}  // namespace pfsday::chart
