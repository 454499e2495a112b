#include "chart/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "chart/label_layout.h"
#include "chart/text_marks.h"
#include "chart/wrap.h"

namespace pfsday::chart {
namespace {

constexpr double least_plot_height = 300;  // pixels, with the dates below it
constexpr double key_width = 20;           // pixels of a sample in the legend
constexpr double key_gap = 18;             // pixels between its entries

double line_height_of(TextRole role) { return line_height_em * font_of(role).size; }

/// Stacks the lines of a text block below `top`; returns where the block ends.
double add_block(const std::string& text, TextRole role, double top, const TextMeasure& measure,
                 Layout& layout) {
  const Font font = font_of(role);
  for (std::string& line : wrap(text, layout.width - 2 * page_margin, font, measure)) {
    layout.texts.push_back(
        text_mark(std::move(line), role, Anchor::start, {page_margin, top + font.size}, measure));
    top += line_height_of(role);
  }
  return top;
}

struct KeyEntry {
  std::string text;
  KeyMark key;
};

std::vector<KeyEntry> key_entries(const Chart& chart) {
  std::vector<KeyEntry> entries;
  for (std::size_t i = 0; i < chart.groups.size(); ++i) {
    entries.push_back({chart.groups[i], {.group = i}});
  }
  const auto of_none = [](const Point& point) { return !point.group; };
  if (!chart.groups.empty() && std::ranges::any_of(chart.points, of_none)) {
    entries.push_back({"others", {}});
  }
  for (const Band& band : chart.bands) {
    if (!band.label.empty()) entries.push_back({band.label, {.band = band.style}});
  }
  return entries;
}

/// One entry beside the other, in rows; returns where the last row ends.
double add_legend(const Chart& chart, double top, const TextMeasure& measure, Layout& layout) {
  const auto entries = key_entries(chart);
  if (entries.empty()) return top;
  const double size = font_of(TextRole::legend).size;
  Vec at = {page_margin, top + 6 + size};
  for (const auto& [text, key] : entries) {
    const double width = measure.width(text, font_of(TextRole::legend)) + key_width + 6;
    if (at.x > page_margin && at.x + width > layout.width - page_margin) {
      at = {page_margin, at.y + line_height_of(TextRole::legend)};
    }
    layout.keys.push_back(key);
    layout.keys.back().box = {.center = {at.x + key_width / 2, at.y - ascent_em / 2 * size},
                              .half = {key_width / 2, 5}};
    layout.texts.push_back(
        text_mark(text, TextRole::legend, Anchor::start, at + Vec{key_width + 6, 0}, measure));
    at.x += width + key_gap;
  }
  return at.y + descent_em * size;
}

double add_header(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  double top = add_block(chart.title, TextRole::title, page_margin - 4, measure, layout);
  top = add_block(chart.subtitle, TextRole::subtitle, top + 2, measure, layout);
  top = add_legend(chart, top, measure, layout) + 12;
  const double baseline = top + font_of(TextRole::axis_title).size;
  if (chart.y.other) {
    layout.texts.push_back(text_mark(chart.y.other->title, TextRole::axis_title, Anchor::end,
                                     {layout.width - page_margin, baseline}, measure));
  }
  return add_block(chart.y.title, TextRole::axis_title, top, measure, layout) + 8;
}

/// The caption stands at the lower edge; returns where it begins. Where long texts would leave no
/// room for the plot, the picture grows.
double add_caption(const Chart& chart, double plot_top, const TextMeasure& measure,
                   Layout& layout) {
  const Font font = font_of(TextRole::caption);
  const auto lines = wrap(chart.caption, layout.width - 2 * page_margin, font, measure).size();
  const double height =
      line_height_of(TextRole::caption) * static_cast<double>(lines) + page_margin - 6;
  layout.height = std::max(layout.height, plot_top + least_plot_height + height);
  const double top = layout.height - height;
  add_block(chart.caption, TextRole::caption, top, measure, layout);
  return top;
}

void add_y_axes(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  const Plot& plot = layout.plot;
  const double middle = ascent_em / 2 * font_of(TextRole::tick).size;
  for (const Tick& tick : left_ticks(plot)) {
    const double y = plot.y.at(tick.value);
    if (tick.label.empty()) continue;
    layout.lines.push_back({{{plot.x.start, y}, {plot.x.end, y}}, LineRole::grid});
    layout.texts.push_back(text_mark(tick.label, TextRole::tick, Anchor::end,
                                     {plot.x.start - tick_gap, y + middle}, measure));
  }
  if (!chart.y.other) return;
  for (const Tick& tick : right_ticks(plot, *chart.y.other)) {
    const double y = plot.y.at(tick.value);
    layout.lines.push_back(
        {{{plot.x.end, y}, {plot.x.end + tick_length, y}}, LineRole::minor_tick});
    if (tick.label.empty()) continue;
    layout.texts.push_back(text_mark(tick.label, TextRole::tick, Anchor::start,
                                     {plot.x.end + tick_gap, y + middle}, measure));
  }
}

void add_x_axis(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  const Plot& plot = layout.plot;
  const double bottom = plot.y.start;
  layout.lines.push_back({{{plot.x.start, bottom}, {plot.x.end, bottom}}, LineRole::axis});
  const double size = font_of(TextRole::tick).size;
  const double baseline = bottom + tick_length + 4 + size;
  for (const Tick& tick : date_ticks(plot.x.values)) {
    const double x = plot.x.at(tick.value);
    const bool minor = tick.label.empty();
    const double end = bottom + (minor ? 0.6 : 1) * tick_length;
    layout.lines.push_back(
        {{{x, bottom}, {x, end}}, minor ? LineRole::minor_tick : LineRole::tick});
    if (minor) continue;
    layout.texts.push_back(
        text_mark(tick.label, TextRole::tick, Anchor::middle, {x, baseline}, measure));
  }
  layout.texts.push_back(text_mark(chart.x.title, TextRole::axis_title, Anchor::middle,
                                   {plot.box().center.x, baseline + line_height_em * size},
                                   measure));
}

/// Eras alternate between a shade and none; each has its name at the top of the plot.
void add_eras(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  const Plot& plot = layout.plot;
  const Font font = font_of(TextRole::era);
  for (std::size_t i = 0; i < chart.eras.size(); ++i) {
    const Era& era = chart.eras[i];
    const double left = plot.x.at(std::max(era.from, plot.x.values.low));
    const double right = plot.x.at(std::min(era.to, plot.x.values.high));
    if (left >= right) continue;
    const Box whole = plot.box();
    if (i % 2 == 0) {
      layout.shades.push_back(
          {{(left + right) / 2, whole.center.y}, {(right - left) / 2, whole.half.y}});
    }
    double baseline = plot.y.end + 4 + font.size;
    for (std::string& line : wrap(era.label, right - left - 8, font, measure)) {
      const double room = right - left - 2 * half_extent(line, font, measure).x;
      if (room < 2) break;
      layout.texts.push_back(text_mark(std::move(line), TextRole::era, Anchor::middle,
                                       {(left + right) / 2, baseline}, measure));
      baseline += line_height_of(TextRole::era);
    }
  }
}

/// 4.5 pixels for up to 40 points; 3.5 for 140, 2.4 for 1,000.
double radius_for(std::size_t points) {
  return std::clamp(4.5 * std::pow(40 / static_cast<double>(points), 0.2), 2.0, 4.5);
}

void add_points(const Chart& chart, Layout& layout) {
  const double radius = radius_for(chart.points.size());
  const Plot& plot = layout.plot;
  for (const Point& point : chart.points) {
    PointMark mark{.center = plot.at(point.x, point.y),
                   .radius = radius,
                   .style = point.style,
                   .group = point.group,
                   .muted = !chart.groups.empty() && !point.group,
                   .name = point.label};
    if (point.interval) {
      mark.whisker = {plot.at(point.x, point.interval->low),
                      plot.at(point.x, point.interval->high)};
    }
    layout.points.push_back(std::move(mark));
  }
}

void add_curve(const Line& line, Layout& layout) {
  auto path = visible_path(line, layout.plot);
  if (path.empty()) return;
  layout.curves.push_back({.path = std::move(path), .style = line.style, .text = line.label});
}

/// Upright lines at named dates, each on a shade where it may be.
void add_dates(const Chart& chart, Layout& layout) {
  const auto& [x, y, scale] = layout.plot;
  for (const DateLine& date : chart.dates) {
    if (date.x < x.values.low || date.x > x.values.high) continue;
    const double place = x.at(date.x);
    layout.curves.push_back(
        {.path = {{place, y.start}, {place, y.end}}, .style = LineStyle::date, .text = date.label});
    if (date.low >= date.high) continue;
    const double left = x.at(std::max(date.low, x.values.low));
    const double right = x.at(std::min(date.high, x.values.high));
    layout.bands.push_back(
        {{{left, y.start}, {right, y.start}, {right, y.end}, {left, y.end}}, BandStyle::date});
  }
}

void add_curves(const Chart& chart, Layout& layout) {
  const Range dates = layout.plot.x.values;
  for (const Threshold& threshold : chart.thresholds) {
    if (threshold.y <= 0) continue;
    add_curve({.height = std::log10(threshold.y),
               .from = dates.low,
               .to = dates.high,
               .label = threshold.label,
               .style = LineStyle::threshold},
              layout);
  }
  add_dates(chart, layout);
  for (const Line& line : chart.lines) add_curve(line, layout);
}

void add_bands(const Chart& chart, Layout& layout) {
  for (const Band& band : chart.bands) {
    layout.bands.push_back({outline_of(band, layout.plot), band.style});
  }
}

/// At the end of the line that has the title of the dates.
void add_note(const Chart& chart, const TextMeasure& measure, Layout& layout) {
  if (layout.unlabeled == 0) return;
  const double size = font_of(TextRole::tick).size;
  const double baseline = layout.plot.y.start + tick_length + 4 + size + line_height_em * size;
  layout.texts.push_back(
      text_mark(fmt::format("{} of {} points not labeled", layout.unlabeled, chart.points.size()),
                TextRole::note, Anchor::end, {layout.width - page_margin, baseline}, measure));
}

}  // namespace

Layout lay_out(const Chart& chart, const TextMeasure& measure) {
  assert(!chart.points.empty());
  Layout layout{.width = chart.width,
                .height = chart.height,
                .other_per_unit = chart.y.other ? chart.y.other->per_unit : 0,
                .title = chart.title,
                .description = chart.description};
  const double top = add_header(chart, measure, layout);
  const double bottom = add_caption(chart, top, measure, layout);
  layout.plot = plot_between(top, bottom, chart, measure);
  add_y_axes(chart, measure, layout);
  add_x_axis(chart, measure, layout);
  add_eras(chart, measure, layout);
  add_bands(chart, layout);
  add_points(chart, layout);
  add_curves(chart, layout);
  add_labels(chart, measure, layout);
  add_note(chart, measure, layout);
  return layout;
}

std::vector<TextMark> all_texts(const Layout& layout) {
  std::vector<TextMark> texts = layout.texts;
  for (const PointMark& point : layout.points) {
    if (point.label) texts.push_back(*point.label);
  }
  for (const CurveMark& curve : layout.curves) {
    if (curve.label) texts.push_back(*curve.label);
  }
  return texts;
}

}  // namespace pfsday::chart
