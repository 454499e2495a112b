#include "chart/plot_area.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace pfsday::chart {
namespace {

constexpr double steps_of_curve = 96;

struct Bounds {
  Range years{HUGE_VAL, -HUGE_VAL};
  Range amounts{HUGE_VAL, -HUGE_VAL};

  void add_date(double x) { years = {std::min(years.low, x), std::max(years.high, x)}; }
  void add_amount(double y) { amounts = {std::min(amounts.low, y), std::max(amounts.high, y)}; }
};

Bounds bounds_of(const Chart& chart) {
  Bounds bounds;
  for (const Point& point : chart.points) {
    bounds.add_date(point.x);
    bounds.add_amount(point.y);
    if (!point.interval) continue;
    bounds.add_amount(point.interval->low);
    bounds.add_amount(point.interval->high);
  }
  for (const Threshold& threshold : chart.thresholds) bounds.add_amount(threshold.y);
  for (const Line& line : chart.lines) {
    if (line.style != LineStyle::forecast) continue;
    bounds.add_date(line.to);
    bounds.add_amount(std::pow(10, line.height + line.slope * line.to));
  }
  return bounds;
}

double widest_label(const std::vector<Tick>& ticks, const TextMeasure& measure) {
  double widest = 0;
  for (const Tick& tick : ticks) {
    widest = std::max(widest, measure.width(tick.label, font_of(TextRole::tick)));
  }
  return widest;
}

/// log10 of an amount that may be 0 or less, as the lower end of a linear axis.
double log10_or_lowest(double amount) { return amount > 0 ? std::log10(amount) : -HUGE_VAL; }

/// The dates between which a line is inside the plot.
std::optional<Range> visible_dates(const Line& line, const Plot& plot) {
  Range dates{std::max(line.from, plot.x.values.low), std::min(line.to, plot.x.values.high)};
  Range heights = plot.y.values;
  if (plot.scale == YScale::linear) {
    heights = {log10_or_lowest(heights.low), log10_or_lowest(heights.high)};
  }
  if (line.slope != 0) {
    const auto [first, last] = std::minmax(
        {(heights.low - line.height) / line.slope, (heights.high - line.height) / line.slope});
    dates = {std::max(dates.low, first), std::min(dates.high, last)};
  } else if (line.height < heights.low || line.height > heights.high) {
    return std::nullopt;
  }
  return dates.low < dates.high ? std::optional(dates) : std::nullopt;
}

/// Raises the upper end of the amounts until the names of eras, at the top, have room of their own.
void make_room_for_eras(double highest_amount, Plot& plot) {
  constexpr double room = 28;  // pixels
  Range& values = plot.y.values;
  const double step = plot.scale == YScale::log ? 1 : (values.high - values.low) / 10;
  while (plot.at(0, highest_amount).y < plot.y.end + room) values.high += step;
}

}  // namespace

Vec Plot::at(double years, double amount) const {
  return {x.at(years), y.at(scale == YScale::log ? std::log10(amount) : amount)};
}

Vec Plot::at_log10(double years, double log10_amount) const {
  return {x.at(years), y.at(scale == YScale::log ? log10_amount : std::pow(10, log10_amount))};
}

Plot plot_between(double top, double bottom, const Chart& chart, const TextMeasure& measure) {
  const Bounds bounds = bounds_of(chart);
  const auto [low, high] = bounds.amounts;
  Plot plot{.scale = chart.y.scale};
  plot.y = {
      .values = plot.scale == YScale::log ? padded_decades(low, high) : padded_amounts(low, high),
      .start = bottom - 2.9 * line_height_em * font_of(TextRole::tick).size,
      .end = top};
  if (!chart.eras.empty()) make_room_for_eras(high, plot);
  plot.x = {.values = padded_dates(bounds.years.low, bounds.years.high),
            .start = page_margin + widest_label(left_ticks(plot), measure) + tick_gap,
            .end = chart.width - page_margin};
  if (chart.y.other) {
    plot.x.end -= widest_label(right_ticks(plot, *chart.y.other), measure) + tick_gap;
  }
  return plot;
}

std::vector<Tick> left_ticks(const Plot& plot) {
  return plot.scale == YScale::log ? decade_ticks(plot.y.values) : amount_ticks(plot.y.values);
}

std::vector<Tick> right_ticks(const Plot& plot, const OtherUnit& other) {
  const auto [low, high] = plot.y.values;
  std::vector<Tick> ticks;
  if (plot.scale == YScale::log) {
    const double shift = std::log10(other.per_unit);
    ticks = decade_ticks({low + shift, high + shift});
    for (Tick& tick : ticks) tick.value -= shift;
  } else {
    ticks = amount_ticks({low * other.per_unit, high * other.per_unit});
    for (Tick& tick : ticks) tick.value /= other.per_unit;
  }
  return ticks;
}

std::vector<Vec> visible_path(const Line& line, const Plot& plot) {
  const auto dates = visible_dates(line, plot);
  if (!dates) return {};
  const double steps = plot.scale == YScale::log ? 1 : steps_of_curve;
  std::vector<Vec> path;
  for (double i = 0; i <= steps; ++i) {
    const double x = dates->low + (dates->high - dates->low) * i / steps;
    path.push_back(plot.at_log10(x, line.height + line.slope * x));
  }
  return path;
}

std::vector<Vec> outline_of(const Band& band, const Plot& plot) {
  const auto inside = [&](double x, double amount) {
    const Vec place = plot.at(x, amount);
    return Vec{place.x, std::clamp(place.y, plot.y.end, plot.y.start)};
  };
  std::vector<Vec> outline;
  for (const BandEdge& edge : band.edges) outline.push_back(inside(edge.x, edge.high));
  for (auto edge = band.edges.rbegin(); edge != band.edges.rend(); ++edge) {
    outline.push_back(inside(edge->x, edge->low));
  }
  return outline;
}

}  // namespace pfsday::chart
