// A chart of amounts over dates, as a value: what is drawn, not yet where.
//
//   Chart chart{.title = "AI and Compute", .x = {.title = "Date"}, .y = {.title = "pfs-days"}};
//   chart.points.push_back({.x = -7.25, .y = 0.0058, .label = "AlexNet"});
//   const std::string svg = to_svg(lay_out(chart, measure));
//
// x is in years since 2020-01-01 (days / 365.25), y is a positive amount on a log axis.
#pragma once

#include <string>
#include <vector>

namespace pfsday::chart {

enum class PointStyle { solid, hollow };

struct Point {
  double x = 0;
  double y = 1;
  std::string label = {};
  PointStyle style = PointStyle::solid;
};

/// main: the fitted line. second: another fit, dashed. ruler: something to compare with, light.
enum class LineStyle { main, second, ruler };

/// log10 y = height + slope x. Drawn from `from` to `to`, and only inside the plot.
struct Line {
  double slope = 0;   ///< decades per year
  double height = 0;  ///< log10 y at x = 0
  double from = 0;
  double to = 0;
  std::string label = {};  ///< written along the line
  LineStyle style = LineStyle::main;
};

struct Axis {
  std::string title = {};
};

struct Chart {
  std::string title = {};
  std::string subtitle = {};     ///< selection, n, vintage; wrapped to the width
  std::string caption = {};      ///< sources, below the plot; wrapped to the width
  std::string description = {};  ///< for those who cannot see the picture
  Axis x = {};
  Axis y = {};
  std::vector<Point> points = {};
  std::vector<Line> lines = {};
  double width = 960;   ///< pixels
  double height = 640;  ///< pixels; more where the texts need it
};

}  // namespace pfsday::chart
