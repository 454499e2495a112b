#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/stable_order.h"
#include "base/text.h"
#include "chart/theme.h"
#include "report/plot_lines.h"
#include "report/plot_text.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

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

/// In the unit of the axis. A side that is not stated ends at the figure; bounds that do not hold
/// the figure are none.
std::optional<chart::Interval> interval_of(const trend::Point& point, const Whiskers& whiskers,
                                           double unit) {
  const double value = point.value / unit;
  if (const auto factor = whiskers.factor) return chart::Interval{value / *factor, value * *factor};
  const double low = point.low.value_or(point.value), high = point.high.value_or(point.value);
  const bool is_interval = 0 < low && low <= point.value && point.value <= high && low < high;
  return is_interval ? std::optional(chart::Interval{low / unit, high / unit}) : std::nullopt;
}

/// How the figure came about, and how well it is known, as far as the source says.
std::string method_of(const trend::Point& point, const trend::System& system) {
  if (point.implied) return "implied";
  if (system.confidence.empty()) return system.method;
  const std::string known = "confidence: " + system.confidence;
  return system.method.empty() ? known : fmt::format("{}; {}", system.method, known);
}

chart::Point point_of(const trend::Point& point, const trend::System& system, double unit,
                      const PlotOptions& options) {
  chart::Point drawn{.x = units::years_since_2020(point.date),
                     .y = point.value / unit,
                     .label = short_label(point.name) + (point.implied ? " (implied)" : ""),
                     .style = point.implied ? chart::PointStyle::hollow : chart::PointStyle::solid,
                     .group = group_of(system, options.highlight),
                     .notes = {.method = method_of(point, system),
                               .source = point.implied ? point.note : system.source}};
  if (options.whiskers) drawn.interval = interval_of(point, *options.whiskers, unit);
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

/// In decades, from the line; never 0.
double farthest_residual(const trend::Fit& fit) {
  double farthest = std::numeric_limits<double>::min();
  for (const trend::Point& point : fit.points) {
    farthest = std::max(farthest, std::abs(fit.residual(point)));
  }
  return farthest;
}

/// Of many systems, the highlighted ones are labeled first, then records, then those farthest from
/// the line.
Result<void> add_points(const FitReport& report, const PlotOptions& options, chart::Chart& chart) {
  const auto& points = report.main.fit.points;
  const auto is_record = records_among(points);
  const double farthest = farthest_residual(report.main.fit);
  for (std::size_t i = 0; i < points.size(); ++i) {
    chart.points.push_back(point_of(points[i], report.systems[i], left_unit(report), options));
    chart::Point& drawn = chart.points.back();
    drawn.priority = (drawn.group ? 2 : 0) + (is_record[i] ? 1 : 0) +
                     std::abs(report.main.fit.residual(points[i])) / farthest;
  }
  const auto has_interval = [](const chart::Point& point) { return point.interval.has_value(); };
  if (options.whiskers && std::ranges::none_of(chart.points, has_interval)) {
    return fail(Code::usage, "no system states an interval",
                "name its columns by --low and --high, or write a factor: --whiskers 2");
  }
  return {};
}

// --- What stands behind and across ---

void add_spans(const FitReport& report, const PlotOptions& options, chart::Chart& chart) {
  const double unit = left_unit(report);
  for (const NamedSpan& era : options.eras) {
    chart.eras.push_back({.label = era.name});
    if (era.from) chart.eras.back().from = units::years_since_2020(*era.from);
    if (era.to) chart.eras.back().to = units::years_since_2020(*era.to);
  }
  for (const auto& [name, amount] : options.thresholds) {
    const std::string text =
        units::to_significant(amount) + " " + std::string(trend::names_of(report.quantity).unit);
    chart.thresholds.push_back({name.empty() ? text : name, amount / unit});
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
  TRY(add_points(report, options, chart));
  add_spans(report, options, chart);
  chart.width = options.width;
  chart.height = options.height;
  const std::string growth = TRY(add_lines(report, options, chart));
  chart.subtitle = chart.description = subtitle_of(report, growth);
  return chart;
}

}  // namespace pfsday::report
