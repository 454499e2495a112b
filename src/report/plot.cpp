#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/stable_order.h"
#include "base/text.h"
#include "chart/theme.h"
#include "report/plot_text.h"
#include "stats/prediction.h"
#include "stats/quantile_line.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

constexpr int band_steps = 48;

/// What the left axis counts: the amounts of the fit in one of it, and its shift on the log scale.
struct Unit {
  double amount = 1;
  double log10_amount() const { return std::log10(amount); }
};

Unit unit_of(const FitReport& report) {
  const bool in_pfs_days =
      report.quantity == trend::Quantity::compute && report.unit == trend::Unit::pfs_days;
  return {in_pfs_days ? units::operations_per_pfs_day : 1};
}

// --- Points ---

/// True if the system has this name, or an organization, domain, country or tag of it has.
bool is_called(const trend::System& system, const std::string& name) {
  const auto has = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, name) != names.end();
  };
  return system.name == name || system.id == name || has(system.organizations) ||
         has(system.domains) || has(system.countries) || has(system.tags);
}

/// Whether each point had more than all that were published before it.
std::vector<bool> records_among(const std::vector<trend::Point>& points) {
  const auto order = stable_order(points.size(), [&](std::size_t i) { return points[i].date; });
  std::vector<bool> is_record(points.size());
  double most = 0;
  for (const std::size_t i : order) {
    is_record[i] = points[i].value > most;
    most = std::max(most, points[i].value);
  }
  return is_record;
}

/// The group of a system: the first of the names that it is called.
std::optional<std::size_t> group_of(const trend::System& system,
                                    const std::vector<std::string>& names) {
  const auto found =
      std::ranges::find_if(names, [&](const std::string& name) { return is_called(system, name); });
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

chart::Point point_of(const trend::Point& point, const trend::System& system, const Unit& unit,
                      const PlotOptions& options) {
  chart::Point drawn{.x = units::years_since_2020(point.date),
                     .y = point.value / unit.amount,
                     .label = short_label(point.name) + (point.implied ? " (implied)" : ""),
                     .style = point.implied ? chart::PointStyle::hollow : chart::PointStyle::solid,
                     .group = group_of(system, options.highlight),
                     .notes = {.method = point.implied ? "implied" : system.method,
                               .source = point.implied ? point.note : system.source}};
  if (const auto factor = options.whisker_factor) {
    drawn.interval = chart::Interval{drawn.y / *factor, drawn.y * *factor};
  }
  drawn.important = drawn.group.has_value();
  return drawn;
}

Result<void> check_highlights(const FitReport& report, const PlotOptions& options) {
  if (options.highlight.size() > chart::max_groups) {
    return fail(Code::usage, fmt::format("{} groups are to be highlighted, and there are colors "
                                         "for {}",
                                         options.highlight.size(), chart::max_groups));
  }
  for (const std::string& name : options.highlight) {
    const auto called = [&](const trend::System& system) { return is_called(system, name); };
    if (std::ranges::any_of(report.systems, called)) continue;
    return fail(Code::usage, fmt::format("nothing to highlight is called \"{}\"", name),
                "write the name of a system, an organization, a domain, a country or a tag as the "
                "table does");
  }
  return {};
}

void add_points(const FitReport& report, const PlotOptions& options, chart::Chart& chart) {
  const auto& points = report.main.fit.points;
  const auto is_record = records_among(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    chart.points.push_back(point_of(points[i], report.systems[i], unit_of(report), options));
    chart.points.back().important |= is_record[i];
  }
}

// --- Lines ---

chart::Line line_of(const trend::Fit& fit, trend::Window window, const Unit& unit) {
  return {.slope = fit.line.slope,
          .height = fit.line.intercept - unit.log10_amount(),
          .from = units::years_since_2020(window.from),
          .to = units::years_since_2020(window.to),
          .label = growth_text(fit)};
}

/// A doubling time from the point where the fitted line begins.
chart::Line ruler_beside(const chart::Line& line, const PlotRuler& ruler) {
  const double slope = 12 * std::log10(2) / ruler.months;
  return {.slope = slope,
          .height = line.height + (line.slope - slope) * line.from,
          .from = line.from,
          .to = line.to,
          .label = ruler_text(ruler.months, ruler.name),
          .style = chart::LineStyle::ruler};
}

Result<chart::Line> quantile_line(const FitReport& report, double share, chart::Line line) {
  std::vector<double> x, y;
  for (const trend::Point& point : report.main.fit.points) {
    x.push_back(units::years_since_2020(point.date));
    y.push_back(std::log10(point.value));
  }
  const stats::QuantileLine fitted = TRY(stats::fit_quantile_line(x, y, share));
  line.slope = fitted.slope;
  line.height = fitted.intercept - unit_of(report).log10_amount();
  line.style = chart::LineStyle::quantile;
  line.label = fmt::format("{:g} % quantile", 100 * share);
  return line;
}

/// The area of an interval of the prediction between two dates.
chart::Band band_of(const trend::Fit& fit, double from, double to, double level,
                    stats::Interval stats::Prediction::* interval, const Unit& unit) {
  chart::Band band;
  for (int i = 0; i <= band_steps; ++i) {
    const double x = from + (to - from) * i / band_steps;
    const stats::Interval bounds = stats::predict(fit.line, x, level).*interval;
    band.edges.push_back({x, std::pow(10, bounds.low - unit.log10_amount()),
                          std::pow(10, bounds.high - unit.log10_amount())});
  }
  return band;
}

/// The main line beyond its systems, and where a new system falls with 50 % and with the level.
Result<void> add_forecast(const FitReport& report, units::Date until, chart::Chart& chart) {
  const trend::Fit& fit = report.main.fit;
  const Unit unit = unit_of(report);
  const trend::Window window = trend::window_of(fit.points);
  if (until <= window.to) {
    return fail(Code::usage, fmt::format("a forecast to {} ends before the systems do, on {}",
                                         units::to_string(until), units::to_string(window.to)));
  }
  chart::Line line = line_of(fit, {window.to, until}, unit);
  line.style = chart::LineStyle::forecast;
  line.label = "forecast";
  for (const double level : {fit.interval.level, 0.5}) {
    chart::Band fan = band_of(fit, line.from, line.to, level, &stats::Prediction::single, unit);
    fan.style = chart::BandStyle::fan;
    if (level == fit.interval.level) {
      fan.label = fmt::format("50 and {:g} % of new systems, if the trend goes on", 100 * level);
    }
    chart.bands.push_back(std::move(fan));
  }
  chart.lines.push_back(std::move(line));
  return {};
}

/// One line for all systems, with its rulers, variants, quantiles and band.
Result<void> add_main_lines(const FitReport& report, const PlotOptions& options,
                            chart::Chart& chart) {
  const trend::Fit& fit = report.main.fit;
  const Unit unit = unit_of(report);
  const chart::Line main = line_of(fit, trend::window_of(fit.points), unit);
  for (const PlotRuler& ruler : options.rulers) {
    chart.lines.push_back(ruler_beside(main, ruler));
  }
  for (const double share : options.quantiles) {
    chart.lines.push_back(TRY(quantile_line(report, share, main)));
  }
  for (const NamedFit& variant : report.variants) {
    chart::Line line = main;
    line.slope = variant.fit.line.slope;
    line.height = variant.fit.line.intercept - unit.log10_amount();
    line.label = variant_text(variant);
    line.style = chart::LineStyle::second;
    chart.lines.push_back(std::move(line));
  }
  if (options.band) {
    chart.bands.push_back(
        band_of(fit, main.from, main.to, fit.interval.level, &stats::Prediction::mean, unit));
    chart.bands.back().label = fmt::format("{:g} % interval of the line", 100 * fit.interval.level);
  }
  chart.lines.push_back(main);
  return {};
}

/// A line for each part of the window that has systems of three dates, and rulers for the last.
/// Returns how each part grows.
std::vector<std::string> add_part_lines(const FitReport& report, const PlotOptions& options,
                                        chart::Chart& chart) {
  std::vector<units::Date> ends = options.splits;
  std::ranges::sort(ends);
  ends.push_back({trend::window_of(report.main.fit.points).to.days + 1});
  auto rest = report.main.fit.points;
  std::vector<std::string> growths;
  for (const units::Date end : ends) {
    const auto is_in_part = [&](const trend::Point& point) { return point.date < end; };
    std::vector<trend::Point> part;
    std::ranges::copy_if(rest, std::back_inserter(part), is_in_part);
    std::erase_if(rest, is_in_part);
    const auto fit = trend::fit_exponential(
        part, {.interval = report.main.fit.interval, .axis = report.main.fit.axis});
    if (!fit) continue;
    chart::Line line = line_of(*fit, trend::window_of(part), unit_of(report));
    growths.push_back(growth_with_interval(*fit));
    if (rest.empty()) {
      for (const PlotRuler& ruler : options.rulers) {
        chart.lines.push_back(ruler_beside(line, ruler));
      }
    }
    chart.lines.push_back(std::move(line));
  }
  return growths;
}

// --- What stands behind and across ---

void add_spans(const FitReport& report, const PlotOptions& options, chart::Chart& chart) {
  const Unit unit = unit_of(report);
  for (const NamedSpan& era : options.eras) {
    chart.eras.push_back({.label = era.name});
    if (era.from) chart.eras.back().from = units::years_since_2020(*era.from);
    if (era.to) chart.eras.back().to = units::years_since_2020(*era.to);
  }
  for (const auto& [name, operations] : options.thresholds) {
    const std::string amount = units::to_significant(operations) + " " +
                               std::string(trend::names_of(report.quantity).unit);
    chart.thresholds.push_back({name.empty() ? amount : name, operations / unit.amount});
  }
}

}  // namespace

Result<chart::Chart> chart_of(const FitReport& report, const PlotOptions& options) {
  TRY(check_highlights(report, options));
  chart::Chart chart{.title = options.title.value_or(report.title),
                     .caption = caption_of(report),
                     .x = {.title = "Date of publication"},
                     .y = y_axis_of(report, options.scale),
                     .groups = options.highlight};
  add_points(report, options, chart);
  add_spans(report, options, chart);
  chart.width = options.width;
  chart.height = options.height;
  std::string growth = growth_with_interval(report.main.fit);
  if (options.splits.empty()) {
    TRY(add_main_lines(report, options, chart));
  } else {
    growth = join(add_part_lines(report, options, chart), ", then ");
  }
  chart.subtitle = chart.description = subtitle_of(report, growth);
  if (options.forecast_to) TRY(add_forecast(report, *options.forecast_to, chart));
  return chart;
}

}  // namespace pfsday::report
