// The area between the axes: where a date and an amount are on the page.
//
//   const Plot plot = plot_between(120, 600, chart, measure);
//   plot.at(-7.25, 0.0058)   // of AlexNet, in pixels
#pragma once

#include <vector>

#include "chart/chart.h"
#include "chart/geometry.h"
#include "chart/scale.h"
#include "chart/text.h"

namespace pfsday::chart {

inline constexpr double page_margin = 24;  ///< pixels around everything
inline constexpr double tick_length = 5;
inline constexpr double tick_gap = 10;  ///< pixels between the plot and the labels of amounts

struct Plot {
  Scale x = {};  ///< years since 2020
  Scale y = {};  ///< amounts, or their log10
  YScale scale = YScale::log;

  Box box() const {
    return {.center = {(x.start + x.end) / 2, (y.start + y.end) / 2},
            .half = {(x.end - x.start) / 2, (y.start - y.end) / 2}};
  }
  Vec at(double years, double amount) const;
  /// The same with the amount as its log10, which may be far outside.
  Vec at_log10(double years, double log10_amount) const;
};

/// The plot of all the chart's points, thresholds and bands, in the room between two heights of the
/// page that the dates below it leave.
Plot plot_between(double top, double bottom, const Chart& chart, const TextMeasure& measure);

/// Ticks of the amounts on the left, and of the other unit at the heights of the left side.
std::vector<Tick> left_ticks(const Plot& plot);
std::vector<Tick> right_ticks(const Plot& plot, const OtherUnit& other);

/// The part of a line inside the plot, left to right: two points on a log axis, many on a linear
/// one; none of a line that passes it by.
std::vector<Vec> visible_path(const Line& line, const Plot& plot);

/// The edges of a band around its area, cut at the lower and upper edge of the plot.
std::vector<Vec> outline_of(const Band& band, const Plot& plot);

}  // namespace pfsday::chart
