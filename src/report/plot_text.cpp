#include "report/plot_text.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

constexpr std::size_t longest_name = 42;  // characters of a label

/// "3.35 months".
std::string months_text(double months) { return fmt::format("{:#.3g} months", std::abs(months)); }

std::string interval_text(const trend::Fit& fit) {
  const auto& [low, high] = fit.doubling_interval;
  if (low && high) {
    return fmt::format("{:g} % interval {:#.3g} to {:#.3g}", 100 * fit.interval.level, *low, *high);
  }
  if (low)
    return fmt::format("{:g} % interval {:#.3g} to unbounded", 100 * fit.interval.level, *low);
  return fmt::format("{:g} % interval unbounded", 100 * fit.interval.level);
}

/// "1 break by BIC: 2017-03-14 (90 % interval 2016-09-02 to 2017-11-20)".
std::string breaks_text(const trend::Eras& eras, double level) {
  if (eras.best == 0) return fmt::format("no break by BIC, of up to {}", eras.options.most);
  std::vector<std::string> dates;
  for (const trend::BreakDate& found : eras.breaks) {
    dates.push_back(units::to_string(found.date));
    if (!found.low || !found.high) continue;
    dates.back() += fmt::format(" ({:g} % interval {} to {})", 100 * level,
                                units::to_string(*found.low), units::to_string(*found.high));
  }
  return fmt::format("{} break{} by BIC: {}", eras.best, eras.best == 1 ? "" : "s",
                     join(dates, ", "));
}

}  // namespace

std::string growth_text(const std::optional<double>& doubling_months) {
  if (!doubling_months) return "does not grow";
  return (*doubling_months > 0 ? "doubles every " : "halves every ") +
         months_text(*doubling_months);
}

std::string growth_text(const trend::Fit& fit) { return growth_text(fit.doubling_months); }

std::string variant_text(const NamedFit& variant) {
  const auto& months = variant.fit.doubling_months;
  return (months && *months > 0 ? months_text(*months) : growth_text(variant.fit)) + " " +
         variant.name;
}

std::string growth_with_interval(const trend::Fit& fit) {
  return growth_text(fit) + " (" + interval_text(fit) + ")";
}

std::string subtitle_of(const FitReport& report, const std::string& growth) {
  const auto& points = report.main.fit.points;
  const auto [from, to] = trend::window_of(points);
  std::string text =
      fmt::format("{} systems, {} to {}: {} {}", points.size(), units::to_string(from),
                  units::to_string(to), trend::names_of(report.quantity).phrase, growth);
  if (report.published) {
    text += fmt::format("; published: {}", report.published->doubling_months);
  }
  if (report.eras) text += "; " + breaks_text(*report.eras, report.main.fit.interval.level);
  return text + ".\nVintage: " + report.vintage + ".";
}

std::string caption_of(const FitReport& report) {
  std::string text = "Selection: " + report.selection + ".";
  for (const trend::Point& point : report.main.fit.points) {
    if (point.implied) text += fmt::format(" {}: {}.", point.name, point.note);
  }
  text += fmt::format(" Lines: least squares of log10({}) on the date ({}); intervals: {}.",
                      trend::names_of(report.quantity).unit, report.main.fit.axis->text,
                      text_of_interval(report.main.fit.interval));
  if (report.eras) text += " Breaks: " + text_of_search(report.eras->options) + ".";
  if (report.unit == trend::Unit::pfs_days) text += " 1 pfs-day = 8.64e19 operations.";
  return report.credit.empty() ? text : text + "\nSource: " + report.credit + ".";
}

std::string short_label(const std::string& name) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(name[i]) & 0xC0) != 0x80;
    if (starts && characters++ == longest_name) return name.substr(0, i) + "…";
  }
  return name;
}

std::string ruler_text(double months, const std::string& name) {
  const bool is_moore = months == 12 || months == 18 || months == 24;
  const std::string prefix = !name.empty() ? name + ": " : is_moore ? "Moore’s law: " : "";
  return fmt::format("{}doubles every {:.3g} months", prefix, months);
}

double left_unit(const FitReport& report) {
  const bool in_pfs_days =
      report.quantity == trend::Quantity::compute && report.unit == trend::Unit::pfs_days;
  return in_pfs_days ? units::operations_per_pfs_day : 1;
}

chart::YAxis y_axis_of(const FitReport& report, chart::YScale scale) {
  const auto& names = trend::names_of(report.quantity);
  chart::YAxis axis{.unit = std::string(names.unit), .scale = scale};
  std::string long_unit = axis.unit;
  if (report.quantity == trend::Quantity::compute) {
    if (report.unit == trend::Unit::pfs_days) {
      long_unit = "petaflop/s-days";
      axis.unit = "pfs-days";
      axis.other = {.title = "FLOP", .unit = "FLOP", .per_unit = units::operations_per_pfs_day};
    } else {
      axis.other = {.title = "petaflop/s-days",
                    .unit = "pfs-days",
                    .per_unit = 1 / units::operations_per_pfs_day};
    }
  }
  std::vector<std::string> notes;
  if (long_unit != names.phrase) notes.push_back(std::move(long_unit));
  if (scale == chart::YScale::log) notes.emplace_back("log scale");
  axis.title = capitalized(names.phrase);
  if (!notes.empty()) axis.title += " (" + join(notes, ", ") + ")";
  return axis;
}

}  // namespace pfsday::report
