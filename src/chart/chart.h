// A chart of amounts over dates, as a value: what is drawn, not yet where. SVG, PNG, HTML and the
// data that stands beside them all come from it.
//
//   Chart chart{.title = "AI and Compute", .x = {.title = "Date"}, .y = {.title = "pfs-days"}};
//   chart.points.push_back({.x = -7.25, .y = 0.0058, .label = "AlexNet"});
//   const std::string svg = to_svg(lay_out(chart, measure), light_theme);
//
// x is in years since 2020-01-01 (days / 365.25), y is an amount, positive on a log axis.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pfsday::chart {

enum class PointStyle : std::uint8_t { solid, hollow };

struct Interval {
  double low = 0;
  double high = 0;
};

/// What a card and the data say of a point beside its value; empty where nothing is known.
struct PointNotes {
  std::string method = {};
  std::string source = {};
};

struct Point {
  double x = 0;
  double y = 1;
  std::string label = {};
  PointStyle style = PointStyle::solid;
  std::optional<Interval> interval = {};  ///< drawn as a whisker
  std::optional<std::size_t> group = {};  ///< index into Chart::groups
  double priority = 0;  ///< where there are many points, those that have more are labeled first
  PointNotes notes = {};
};

/// main: the fitted line. second: another fit, dashed. ruler: something to compare with, light.
/// quantile: a line of a quantile. forecast: the main line beyond its points. threshold: an amount
/// that does not change. date: a day.
enum class LineStyle : std::uint8_t { main, second, ruler, quantile, forecast, threshold, date };

/// log10 y = height + slope x. Drawn from `from` to `to`, and only inside the plot.
struct Line {
  double slope = 0;   ///< decades per year
  double height = 0;  ///< log10 y at x = 0
  double from = 0;
  double to = 0;
  std::string label = {};  ///< written along the line
  LineStyle style = LineStyle::main;
};

/// interval: where the line may be. fan: where a new point may fall. core: the middle of a fan, on
/// it. date: where a day may be.
enum class BandStyle : std::uint8_t { interval, fan, core, date };

struct BandEdge {
  double x = 0;
  double low = 0;
  double high = 0;
};

/// An area between two curves, given by its edges from left to right.
struct Band {
  std::string label = {};  ///< in the legend
  BandStyle style = BandStyle::interval;
  std::vector<BandEdge> edges = {};
};

/// A span of dates with a name, as a shade behind the plot; open where an end is not finite.
struct Era {
  std::string label = {};
  double from = -HUGE_VAL;
  double to = HUGE_VAL;
};

/// A named amount, as a line across the plot.
struct Threshold {
  std::string label = {};
  double y = 1;
};

/// A named date, as an upright line across the plot, on a shade where it may be.
struct DateLine {
  std::string label = {};
  double x = 0;
  double low = 0;  ///< where it may be, if low < high
  double high = 0;
};

struct Axis {
  std::string title = {};
};

enum class YScale : std::uint8_t { log, linear };

/// The same amounts in another unit, on the right side.
struct OtherUnit {
  std::string title = {};
  std::string unit = {};
  double per_unit = 1;  ///< of it in one unit of the left side
};

struct YAxis {
  std::string title = {};
  std::string unit = {};
  YScale scale = YScale::log;
  std::optional<OtherUnit> other = {};
};

struct Chart {
  std::string title = {};
  std::string subtitle = {};     ///< selection, n, vintage; wrapped to the width
  std::string caption = {};      ///< sources, below the plot; wrapped to the width
  std::string description = {};  ///< for those who cannot see the picture
  Axis x = {};
  YAxis y = {};
  std::vector<std::string> groups =
      {};  ///< names, in the legend; points of no group are muted then
  std::vector<Point> points = {};
  std::vector<Line> lines = {};
  std::vector<Band> bands = {};
  std::vector<Era> eras = {};
  std::vector<Threshold> thresholds = {};
  std::vector<DateLine> dates = {};
  double width = 960;   ///< pixels
  double height = 640;  ///< pixels; more where the texts need it
};

}  // namespace pfsday::chart
