#include "report/plot.h"

#include <fmt/format.h>

#include <cmath>

#include "units/quantity.h"

namespace pfsday::report {
namespace {

constexpr double moore_months = 24;
constexpr std::size_t longest_name = 42;  // characters of a label

double operations_per_unit(const FitReport& report) {
  return report.unit == trend::Unit::pfs_days ? units::operations_per_pfs_day : 1;
}

/// "3.35 months".
std::string months_text(double months) { return fmt::format("{:#.3g} months", std::abs(months)); }

/// "doubles every 3.35 months".
std::string growth_text(const trend::Fit& fit) {
  if (!fit.doubling_months) return "does not grow";
  return (*fit.doubling_months > 0 ? "doubles every " : "halves every ") +
         months_text(*fit.doubling_months);
}

/// Short, to fit beside its line: "3.60 months without AlphaGo Zero".
std::string variant_text(const NamedFit& variant) {
  const auto& months = variant.fit.doubling_months;
  return (months && *months > 0 ? months_text(*months) : growth_text(variant.fit)) + " " +
         variant.name;
}

std::string interval_text(const trend::Fit& fit) {
  const auto& [low, high] = fit.doubling_interval;
  if (low && high) {
    return fmt::format("{:g} % interval {:#.3g} to {:#.3g}", 100 * fit.interval.level, *low, *high);
  }
  if (low) return fmt::format("{:g} % interval {:#.3g} to unbounded", 100 * fit.interval.level, *low);
  return fmt::format("{:g} % interval unbounded", 100 * fit.interval.level);
}

std::string subtitle_of(const FitReport& report) {
  const trend::Fit& fit = report.main.fit;
  const auto [from, to] = trend::window_of(fit.points);
  std::string text = fmt::format("{} systems, {} to {}: training compute {} ({})",
                                 fit.points.size(), units::to_string(from), units::to_string(to),
                                 growth_text(fit), interval_text(fit));
  if (report.published) {
    text += fmt::format("; published: {}", report.published->doubling_months);
  }
  return text + ".\nVintage: " + report.vintage + ".";
}

std::string caption_of(const FitReport& report) {
  std::string text = "Selection: " + report.selection + ".";
  for (const trend::Point& point : report.main.fit.points) {
    if (point.implied) text += fmt::format(" {}: {}.", point.name, point.note);
  }
  text +=
      fmt::format(" Lines: least squares of log10(FLOP) on the date ({}); interval: Student's t.",
                  report.main.fit.axis->text);
  if (report.unit == trend::Unit::pfs_days) text += " 1 pfs-day = 8.64e19 operations.";
  return report.credit.empty() ? text : text + "\nSource: " + report.credit + ".";
}

/// Cut between characters, not inside one.
std::string short_name(const std::string& name) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(name[i]) & 0xC0) != 0x80;
    if (starts && characters++ == longest_name) return name.substr(0, i) + "…";
  }
  return name;
}

std::vector<chart::Point> points_of(const FitReport& report) {
  std::vector<chart::Point> points;
  for (const trend::Point& point : report.main.fit.points) {
    points.push_back(
        {.x = units::years_since_2020(point.date),
         .y = point.value / operations_per_unit(report),
         .label = short_name(point.name) + (point.implied ? " (implied)" : ""),
         .style = point.implied ? chart::PointStyle::hollow : chart::PointStyle::solid});
  }
  return points;
}

chart::Line line_of(const FitReport& report, const trend::Fit& fit) {
  const auto [from, to] = trend::window_of(report.main.fit.points);
  return {.slope = fit.line.slope,
          .height = fit.line.intercept - std::log10(operations_per_unit(report)),
          .from = units::years_since_2020(from),
          .to = units::years_since_2020(to),
          .label = growth_text(fit)};
}

/// Moore's law from the point where the fitted line begins.
chart::Line ruler_beside(const chart::Line& line) {
  const double slope = 12 * std::log10(2) / moore_months;
  return {.slope = slope,
          .height = line.height + (line.slope - slope) * line.from,
          .from = line.from,
          .to = line.to,
          .label = fmt::format("Moore’s law: doubles every {:g} months", moore_months),
          .style = chart::LineStyle::ruler};
}

}  // namespace

chart::Chart chart_of(const FitReport& report) {
  chart::Chart chart{.title = report.title,
                     .subtitle = subtitle_of(report),
                     .caption = caption_of(report),
                     .x = {.title = "Date of publication"},
                     .y = {.title = report.unit == trend::Unit::pfs_days
                                        ? "Training compute (petaflop/s-days, log scale)"
                                        : "Training compute (FLOP, log scale)"},
                     .points = points_of(report)};
  chart.description = chart.subtitle;
  const chart::Line main = line_of(report, report.main.fit);
  chart.lines = {ruler_beside(main)};
  for (const NamedFit& variant : report.variants) {
    chart::Line line = line_of(report, variant.fit);
    line.label = variant_text(variant);
    line.style = chart::LineStyle::second;
    chart.lines.push_back(std::move(line));
  }
  chart.lines.push_back(main);
  return chart;
}

}  // namespace pfsday::report
