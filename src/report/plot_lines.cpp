#include "report/plot_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

#include "base/text.h"
#include "report/plot_text.h"
#include "stats/quantile_line.h"
#include "trend/line_bounds.h"

namespace pfsday::report {
namespace {

constexpr int band_steps = 48;

/// A day, and log10 of an amount in the unit of the fit.
struct Place {
  units::Date date = {};
  double height = 0;
};

class LineDrawer {
 public:
  LineDrawer(const FitReport& report, const PlotOptions& options, chart::Chart& chart)
      : report_(report),
        options_(options),
        chart_(chart),
        unit_(std::log10(left_unit(report))),
        window_(trend::window_of(report.main.fit.points)) {}

  /// One line for all systems, with its band, rulers, variants and quantiles.
  Result<void> add_whole();
  /// A line for each part of the window that has systems of three dates.
  Result<void> add_parts();
  /// The lines of the eras that were found, and the days between them.
  Result<void> add_eras(const trend::Eras& eras);

  std::string growth() const { return join(growths_, ", then "); }

 private:
  const trend::Fit& fit() const { return report_.main.fit; }
  /// Straight on the chart from one day to another; where the fit counts decimal years, it bends
  /// between them by less than a hundredth of a decade.
  chart::Line line(const Place& from, const Place& to) const;
  chart::Line line_of(const trend::Fit& fit, trend::Window window) const;
  Result<chart::Line> quantile_line(double share) const;
  void add_rulers(const chart::Line& beside);
  void add_band(std::string label, chart::BandStyle style, trend::Window window,
                const std::function<stats::Interval(units::Date)>& bounds_at);
  Result<void> add_forecast(const trend::Fit& fit);

  const FitReport& report_;
  const PlotOptions& options_;
  chart::Chart& chart_;
  double unit_;  ///< of the left axis, as log10
  trend::Window window_;
  std::vector<std::string> growths_ = {};
};

chart::Line LineDrawer::line(const Place& from, const Place& to) const {
  const double start = units::years_since_2020(from.date), end = units::years_since_2020(to.date);
  const double slope = (to.height - from.height) / (end - start);
  return {.slope = slope, .height = from.height - unit_ - slope * start, .from = start, .to = end};
}

chart::Line LineDrawer::line_of(const trend::Fit& fit, trend::Window window) const {
  const auto place = [&](units::Date date) {
    return Place{date, fit.line.at(fit.axis->years(date))};
  };
  chart::Line drawn = line(place(window.from), place(window.to));
  drawn.label = growth_text(fit);
  return drawn;
}

Result<chart::Line> LineDrawer::quantile_line(double share) const {
  std::vector<double> years, decades;
  for (const trend::Point& point : fit().points) {
    years.push_back(fit().axis->years(point.date));
    decades.push_back(std::log10(point.value));
  }
  const auto fitted = TRY(stats::fit_quantile_line(years, decades, share));
  const auto place = [&](units::Date date) {
    return Place{date, fitted.intercept + fitted.slope * fit().axis->years(date)};
  };
  chart::Line drawn = line(place(window_.from), place(window_.to));
  drawn.style = chart::LineStyle::quantile;
  drawn.label = fmt::format("{:g} % quantile", 100 * share);
  return drawn;
}

/// Doubling times from the point where a line begins, to the end of the window.
void LineDrawer::add_rulers(const chart::Line& beside) {
  const bool is_compute = report_.quantity == trend::Quantity::compute;
  const std::vector<PlotRuler> usual(is_compute ? 1 : 0);
  for (const PlotRuler& ruler : options_.rulers.value_or(usual)) {
    const double slope = 12 * std::log10(2) / ruler.months;
    chart_.lines.push_back({.slope = slope,
                            .height = beside.height + (beside.slope - slope) * beside.from,
                            .from = beside.from,
                            .to = units::years_since_2020(window_.to),
                            .label = ruler_text(ruler.months, ruler.name),
                            .style = chart::LineStyle::ruler});
  }
}

void LineDrawer::add_band(std::string label, chart::BandStyle style, trend::Window window,
                          const std::function<stats::Interval(units::Date)>& bounds_at) {
  chart::Band band{.label = std::move(label), .style = style};
  const int days = window.to.days - window.from.days;
  const int steps = std::min(band_steps, days);
  for (int i = 0; i <= steps; ++i) {
    const units::Date date{window.from.days + days * i / steps};
    const auto [low, high] = bounds_at(date);
    band.edges.push_back(
        {units::years_since_2020(date), std::pow(10, low - unit_), std::pow(10, high - unit_)});
  }
  chart_.bands.push_back(std::move(band));
}

/// The line beyond its systems, and where a new system falls with 50 % and with the level.
Result<void> LineDrawer::add_forecast(const trend::Fit& fit) {
  if (!options_.forecast_to) return {};
  const units::Date until = *options_.forecast_to;
  if (until <= window_.to) {
    return fail(Code::usage, fmt::format("a forecast to {} ends before the systems do, on {}",
                                         units::to_string(until), units::to_string(window_.to)));
  }
  const trend::Window beyond{window_.to, until};
  chart::Line drawn = line_of(fit, beyond);
  drawn.style = chart::LineStyle::forecast;
  drawn.label = "forecast";
  const auto bounds = TRY(trend::LineBounds::of(fit));
  const double level = fit.interval.level;
  add_band(fmt::format("{:g} % of new systems, if the trend goes on", 100 * level),
           chart::BandStyle::fan, beyond,
           [&](units::Date date) { return bounds.single(date, level); });
  if (level > 0.5) {
    add_band("50 %", chart::BandStyle::core, beyond,
             [&](units::Date date) { return bounds.single(date, 0.5); });
  }
  chart_.lines.push_back(std::move(drawn));
  return {};
}

Result<void> LineDrawer::add_whole() {
  const chart::Line main = line_of(fit(), window_);
  add_rulers(main);
  for (const double share : options_.quantiles) {
    chart_.lines.push_back(TRY(quantile_line(share)));
  }
  for (const NamedFit& variant : report_.variants) {
    chart::Line drawn = line_of(variant.fit, window_);
    drawn.label = variant_text(variant);
    drawn.style = chart::LineStyle::second;
    chart_.lines.push_back(std::move(drawn));
  }
  if (options_.band) {
    const auto bounds = TRY(trend::LineBounds::of(fit()));
    const double level = fit().interval.level;
    add_band(fmt::format("{:g} % interval of the line", 100 * level), chart::BandStyle::interval,
             window_, [&](units::Date date) { return bounds.line(date, level); });
  }
  chart_.lines.push_back(main);
  growths_.push_back(growth_with_interval(fit()));
  return add_forecast(fit());
}

/// The points before each of the days, and the rest.
std::vector<std::vector<trend::Point>> parts_of(std::vector<trend::Point> rest,
                                                std::vector<units::Date> ends) {
  std::ranges::sort(ends);
  std::vector<std::vector<trend::Point>> parts;
  for (const units::Date end : ends) {
    const auto is_before = [&](const trend::Point& point) { return point.date < end; };
    std::ranges::copy_if(rest, std::back_inserter(parts.emplace_back()), is_before);
    std::erase_if(rest, is_before);
  }
  parts.push_back(std::move(rest));
  return parts;
}

Result<void> LineDrawer::add_parts() {
  std::vector<chart::Line> lines;
  std::optional<trend::Fit> last;
  for (const auto& part : parts_of(fit().points, options_.splits)) {
    auto fitted = trend::fit_exponential(part, report_.options);
    last.reset();
    if (fitted) {
      lines.push_back(line_of(*fitted, trend::window_of(part)));
      growths_.push_back(growth_with_interval(*fitted));
      last = std::move(*fitted);
    } else if (!part.empty()) {
      growths_.push_back(
          fmt::format("no line through {} system{}", part.size(), part.size() == 1 ? "" : "s"));
    }
  }
  if (lines.empty() || (options_.forecast_to && !last)) {
    return fail(Code::too_few_points,
                fmt::format("{} of the window has systems of 3 different dates",
                            lines.empty() ? "no part" : "not the last part"),
                "split at other days");
  }
  add_rulers(lines.front());
  std::ranges::move(lines, std::back_inserter(chart_.lines));
  return last ? add_forecast(*last) : Result<void>();
}

Result<void> LineDrawer::add_eras(const trend::Eras& eras) {
  if (options_.forecast_to) {
    return fail(Code::usage, "a forecast goes on with one line, and breaks were found",
                fmt::format("fit the last era alone: --from {}",
                            units::to_string(eras.breaks.back().date)));
  }
  std::vector<chart::Line> lines;
  for (const trend::Era& era : eras.fits[eras.best].eras) {
    const double years = fit().axis->years(era.to) - fit().axis->years(era.from);
    lines.push_back(line({era.from, era.height}, {era.to, era.height + era.slope * years}));
    lines.back().label = growth_text(era.doubling_months);
    growths_.push_back(lines.back().label);
  }
  add_rulers(lines.front());
  std::ranges::move(lines, std::back_inserter(chart_.lines));
  for (const trend::BreakDate& found : eras.breaks) {
    chart::DateLine date{.label = "break " + units::to_string(found.date),
                         .x = units::years_since_2020(found.date)};
    if (found.low && found.high) {
      date.low = units::years_since_2020(*found.low);
      date.high = units::years_since_2020(*found.high);
    }
    chart_.dates.push_back(std::move(date));
  }
  return {};
}

}  // namespace

Result<std::string> add_lines(const FitReport& report, const PlotOptions& options,
                              chart::Chart& chart) {
  LineDrawer drawer(report, options, chart);
  if (!options.splits.empty()) {
    TRY(drawer.add_parts());
  } else if (report.eras && report.eras->best > 0) {
    TRY(drawer.add_eras(*report.eras));
  } else {
    TRY(drawer.add_whole());
  }
  return drawer.growth();
}

}  // namespace pfsday::report
