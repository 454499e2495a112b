#include "chart/layout.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "chart/labels.h"
#include "chart/scale.h"
#include "chart/wrap.h"

namespace pfsday::chart {
namespace {

constexpr double margin = 24;              // pixels around everything
constexpr double line_height = 1.4;        // em
constexpr double least_plot_height = 300;  // pixels, with the dates below it
constexpr double tick_length = 5;          // pixels
constexpr std::size_t few_points = 120;  // up to which points are large and labels may have leaders

struct Plot {
  double left = 0, right = 0, top = 0, bottom = 0;
  Scale x = {}, y = {};  ///< years since 2020, log10 of the amount

  Box box() const {
    return {.center = {(left + right) / 2, (top + bottom) / 2},
            .half = {(right - left) / 2, (bottom - top) / 2}};
  }
  Vec at(double years, double log10_amount) const { return {x.at(years), y.at(log10_amount)}; }
};

Vec half_extent(double width, const Font& font) {
  return {width / 2, (ascent_em + descent_em) * font.size / 2};
}

/// One line of text whose anchor stands on the baseline at `at`.
TextMark text_mark(std::string text, TextRole role, Anchor anchor, Vec at,
                   const TextMeasure& measure) {
  const Font font = font_of(role);
  const Vec half = half_extent(measure.width(text, font), font);
  const double shift = anchor == Anchor::start ? half.x : anchor == Anchor::end ? -half.x : 0;
  const Vec center = {at.x + shift, at.y + (descent_em - ascent_em) / 2 * font.size};
  return {.text = std::move(text),
          .role = role,
          .anchor = anchor,
          .at = at,
          .box = {.center = center, .half = half}};
}

/// One line of text in the middle of a box that may be turned.
TextMark text_in(const Box& box, std::string text, TextRole role, LineStyle line) {
  const double drop = (ascent_em - descent_em) / 2 * font_of(role).size;
  const Vec down = {-std::sin(box.angle), std::cos(box.angle)};
  return {.text = std::move(text),
          .role = role,
          .line = line,
          .anchor = Anchor::middle,
          .at = box.center + drop * down,
          .angle = box.angle,
          .box = box};
}

/// Stacks the lines of a text block below `top`; returns where the block ends.
double add_block(const std::string& text, TextRole role, double top, const TextMeasure& measure,
                 Layout& layout) {
  const Font font = font_of(role);
  for (std::string& line : wrap(text, layout.width - 2 * margin, font, measure)) {
    layout.texts.push_back(
        text_mark(std::move(line), role, Anchor::start, {margin, top + font.size}, measure));
    top += line_height * font.size;
  }
  return top;
}

double add_header(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  double top = add_block(chart.title, TextRole::title, margin - 4, measure, layout);
  top = add_block(chart.subtitle, TextRole::subtitle, top + 2, measure, layout);
  return add_block(chart.y.title, TextRole::axis_title, top + 12, measure, layout) + 8;
}

/// The caption stands at the lower edge; returns where it begins. Where long texts would leave no
/// room for the plot, the picture grows.
double add_caption(const Chart& chart, double plot_top, const TextMeasure& measure,
                   Layout& layout) {
  const Font font = font_of(TextRole::caption);
  const auto lines = wrap(chart.caption, layout.width - 2 * margin, font, measure).size();
  const double height = line_height * font.size * static_cast<double>(lines) + margin - 6;
  layout.height = std::max(layout.height, plot_top + least_plot_height + height);
  const double top = layout.height - height;
  add_block(chart.caption, TextRole::caption, top, measure, layout);
  return top;
}

struct Bounds {
  Range years = {};
  Range decades = {};
};

Bounds bounds_of(const Chart& chart) {
  Range years{HUGE_VAL, -HUGE_VAL}, amounts{HUGE_VAL, -HUGE_VAL};
  for (const Point& point : chart.points) {
    years = {std::min(years.low, point.x), std::max(years.high, point.x)};
    amounts = {std::min(amounts.low, point.y), std::max(amounts.high, point.y)};
  }
  return {padded_dates(years.low, years.high), padded_decades(amounts.low, amounts.high)};
}

double widest_label(const std::vector<Tick>& ticks, const TextMeasure& measure) {
  double widest = 0;
  for (const Tick& tick : ticks) {
    widest = std::max(widest, measure.width(tick.label, font_of(TextRole::tick)));
  }
  return widest;
}

Plot plot_between(double top, double bottom, const Chart& chart, const TextMeasure& measure) {
  const Bounds bounds = bounds_of(chart);
  const double labels = widest_label(decade_ticks(bounds.decades), measure);
  Plot plot{.left = margin + labels + 10, .right = chart.width - margin, .top = top};
  plot.bottom = bottom - 2.9 * line_height * font_of(TextRole::tick).size;
  plot.x = {.values = bounds.years, .start = plot.left, .end = plot.right};
  plot.y = {.values = bounds.decades, .start = plot.bottom, .end = plot.top};
  return plot;
}

void add_y_axis(const Plot& plot, const TextMeasure& measure, Layout& layout) {
  const double middle = ascent_em / 2 * font_of(TextRole::tick).size;
  for (const Tick& tick : decade_ticks(plot.y.values)) {
    const double y = plot.y.at(tick.value);
    layout.lines.push_back({{{plot.left, y}, {plot.right, y}}, LineRole::grid});
    if (tick.label.empty()) continue;
    layout.texts.push_back(
        text_mark(tick.label, TextRole::tick, Anchor::end, {plot.left - 10, y + middle}, measure));
  }
}

void add_x_axis(const Chart& chart, const Plot& plot, const TextMeasure& measure, Layout& layout) {
  layout.lines.push_back({{{plot.left, plot.bottom}, {plot.right, plot.bottom}}, LineRole::axis});
  const double size = font_of(TextRole::tick).size;
  const double baseline = plot.bottom + tick_length + 4 + size;
  for (const Tick& tick : date_ticks(plot.x.values)) {
    const double x = plot.x.at(tick.value);
    const bool minor = tick.label.empty();
    const double end = plot.bottom + (minor ? 0.6 : 1) * tick_length;
    layout.lines.push_back(
        {{{x, plot.bottom}, {x, end}}, minor ? LineRole::minor_tick : LineRole::axis});
    if (minor) continue;
    layout.texts.push_back(
        text_mark(tick.label, TextRole::tick, Anchor::middle, {x, baseline}, measure));
  }
  layout.texts.push_back(text_mark(chart.x.title, TextRole::axis_title, Anchor::middle,
                                   {(plot.left + plot.right) / 2, baseline + line_height * size},
                                   measure));
}

void add_points(const Chart& chart, const Plot& plot, Layout& layout) {
  const double radius = chart.points.size() <= few_points ? 4.5 : 2.5;
  for (const Point& point : chart.points) {
    layout.points.push_back({.center = plot.at(point.x, std::log10(point.y)),
                             .radius = radius,
                             .style = point.style,
                             .name = point.label});
  }
}

/// The part of a line inside the plot, left to right; nothing of one that passes it by.
std::optional<Segment> visible_part(const Line& line, const Plot& plot) {
  double low = std::max(line.from, plot.x.values.low);
  double high = std::min(line.to, plot.x.values.high);
  const auto [bottom, top] = plot.y.values;
  if (line.slope != 0) {
    const auto [first, last] =
        std::minmax({(bottom - line.height) / line.slope, (top - line.height) / line.slope});
    low = std::max(low, first);
    high = std::min(high, last);
  } else if (line.height < bottom || line.height > top) {
    return std::nullopt;
  }
  if (low >= high) return std::nullopt;
  const auto at = [&](double x) { return plot.at(x, line.height + line.slope * x); };
  return Segment{at(low), at(high)};
}

/// What a label belongs to, and the text of it.
struct Label {
  std::string text = {};
  TextRole role = TextRole::point;
  LineStyle line = LineStyle::main;
};

/// All labels with their candidate places: those of lines, which have fewer, first.
struct Labels {
  std::vector<Label> labels = {};
  std::vector<std::vector<LabelPlace>> places = {};
};

Vec half_extent_of(const Label& label, const TextMeasure& measure) {
  const Font font = font_of(label.role);
  return half_extent(measure.width(label.text, font), font);
}

Labels collect_labels(const Chart& chart, const Plot& plot, const Obstacles& obstacles,
                      const TextMeasure& measure) {
  Labels all;
  for (const Line& line : chart.lines) {
    const auto segment = visible_part(line, plot);
    if (!segment || line.label.empty()) continue;
    const Label label{line.label, TextRole::line, line.style};
    all.places.push_back(places_along(*segment, half_extent_of(label, measure), obstacles));
    all.labels.push_back(label);
  }
  const bool with_leaders = chart.points.size() <= few_points;
  for (std::size_t i = 0; i < chart.points.size(); ++i) {
    const Label label{.text = chart.points[i].label};
    if (label.text.empty()) continue;
    all.places.push_back(places_around(i, half_extent_of(label, measure), obstacles, with_leaders));
    all.labels.push_back(label);
  }
  return all;
}

void add_labels(const Labels& all, Layout& layout) {
  const auto chosen = choose_places(all.places);
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const Label& label = all.labels[i];
    if (!chosen[i]) {
      layout.unlabeled += label.role == TextRole::point ? 1 : 0;
      continue;
    }
    const LabelPlace& place = all.places[i][*chosen[i]];
    layout.texts.push_back(text_in(place.box, label.text, label.role, label.line));
    if (place.leader) layout.lines.push_back({*place.leader, LineRole::leader});
  }
}

/// Adds the lines; returns what labels must keep clear of.
Obstacles add_fitted_lines(const Chart& chart, const Plot& plot, Layout& layout) {
  Obstacles obstacles{.frame = plot.box()};
  for (const Line& line : chart.lines) {
    const auto segment = visible_part(line, plot);
    if (!segment) continue;
    layout.lines.push_back({*segment, LineRole::fitted, line.style});
    obstacles.lines.push_back(*segment);
  }
  for (const PointMark& point : layout.points) {
    obstacles.discs.push_back({point.center, point.radius});
  }
  return obstacles;
}

}  // namespace

Font font_of(TextRole role) {
  switch (role) {
    case TextRole::title:
      return {.size = 22, .weight = 600};
    case TextRole::subtitle:
      return {.size = 14};
    case TextRole::axis_title:
      return {.size = 13, .weight = 600};
    case TextRole::tick:
      return {.size = 13};
    case TextRole::point:
      return {.size = 13};
    case TextRole::line:
      return {.size = 13, .weight = 600};
    case TextRole::caption:
      return {.size = 11.5};
  }
  return {};
}

Layout lay_out(const Chart& chart, const TextMeasure& measure) {
  assert(!chart.points.empty());
  Layout layout{.width = chart.width,
                .height = chart.height,
                .title = chart.title,
                .description = chart.description};
  const double top = add_header(chart, measure, layout);
  const double bottom = add_caption(chart, top, measure, layout);
  const Plot plot = plot_between(top, bottom, chart, measure);
  layout.plot = plot.box();
  add_y_axis(plot, measure, layout);
  add_x_axis(chart, plot, measure, layout);
  add_points(chart, plot, layout);
  const Obstacles obstacles = add_fitted_lines(chart, plot, layout);
  add_labels(collect_labels(chart, plot, obstacles, measure), layout);
  return layout;
}

}  // namespace pfsday::chart
