// A chart laid out: every mark with its place in pixels. Tests compare marks; svg.h writes them.
//
//   const Layout layout = lay_out(chart, measure);
//   layout.points[0].center;      // where the first point went
//   layout.unlabeled;             // how many points have no label
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "chart/chart.h"
#include "chart/geometry.h"
#include "chart/plot_area.h"
#include "chart/text.h"

namespace pfsday::chart {

enum class Anchor : std::uint8_t { start, middle, end };

struct TextMark {
  std::string text = {};
  TextRole role = TextRole::point;
  LineStyle line = LineStyle::main;  ///< of which line, where the role is line
  Anchor anchor = Anchor::start;
  Vec at = {};       ///< the anchor, on the baseline
  double angle = 0;  ///< radians, clockwise, about `at`
  Box box = {};      ///< what the letters cover
};

/// axis: the line below the plot, which stays where ticks change.
enum class LineRole : std::uint8_t { grid, tick, minor_tick, axis };

struct LineMark {
  Segment segment = {};
  LineRole role = LineRole::grid;
};

/// A line of the chart with its label, where there is room for one.
struct CurveMark {
  std::vector<Vec> path = {};
  LineStyle style = LineStyle::main;
  std::string text = {};  ///< of its label
  std::optional<TextMark> label = {};
  Vec anchor = {};  ///< the place of the path that the label is at
  std::optional<Segment> leader = {};
};

struct BandMark {
  std::vector<Vec> outline = {};
  BandStyle style = BandStyle::interval;
};

struct PointMark {
  Vec center = {};
  double radius = 0;
  PointStyle style = PointStyle::solid;
  std::optional<std::size_t> group = {};
  bool muted = false;  ///< of no group, where there are some
  std::string name = {};
  std::optional<Segment> whisker = {};
  std::optional<TextMark> label = {};
  std::optional<Segment> leader = {};
};

/// A sample of a group or a band beside its name.
struct KeyMark {
  Box box = {};
  std::optional<std::size_t> group = {};
  std::optional<BandStyle> band = {};
};

struct Layout {
  double width = 0;
  double height = 0;
  Plot plot = {};
  double other_per_unit = 0;  ///< of the right side's unit in one of the left; 0 without one
  std::string title = {};
  std::string description = {};
  std::vector<Box> shades = {};  ///< of every other era
  std::vector<BandMark> bands = {};
  std::vector<LineMark> lines = {};    ///< of the axes, in the order of drawing
  std::vector<CurveMark> curves = {};  ///< thresholds first, then dates and lines
  std::vector<PointMark> points = {};  ///< in the order of the chart
  std::vector<TextMark> texts = {};    ///< all but the labels of points and curves
  std::vector<KeyMark> keys = {};
  std::size_t unlabeled = 0;
};

/// Up to which points are above the lines and all of them get labels; beyond, those of the highest
/// priority do, as many as the plot has room for.
inline constexpr std::size_t few_points = 120;

/// The chart must have a point; its amounts are finite, and positive on a log axis.
Layout lay_out(const Chart& chart, const TextMeasure& measure);

/// All texts, with the labels of points and curves.
std::vector<TextMark> all_texts(const Layout& layout);

}  // namespace pfsday::chart
