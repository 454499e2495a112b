#include "cli/fit_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/session.h"
#include "report/estimate.h"
#include "units/print.h"

namespace pfsday::cli {
namespace {

constexpr int days_of_2020 = 18262;  // 2020-01-01

std::string number(double value) { return fmt::format("{:#.4g}", value); }

std::string number_or(const std::optional<double>& value, std::string_view otherwise) {
  return value ? number(*value) : std::string(otherwise);
}

std::string range(double low, double high) { return number(low) + " to " + number(high); }

std::string unit_of(const report::FitReport& report) {
  return std::string(trend::names_of(report.quantity).unit);
}

/// The fits of a report, the main one first.
std::vector<const report::NamedFit*> fits_of(const report::FitReport& report) {
  std::vector<const report::NamedFit*> fits = {&report.main};
  for (const report::NamedFit& variant : report.variants) fits.push_back(&variant);
  return fits;
}

/// "(2) ", by which tables refer to a fit; empty where there is only one.
std::string mark_of(const report::FitReport& report, std::size_t fit) {
  return report.variants.empty() ? "" : fmt::format("({}) ", fit + 1);
}

Table heading_table(const report::FitReport& report) {
  const trend::Fit& fit = report.main.fit;
  const auto [from, to] = trend::window_of(fit.points);
  Table table({{""}, {""}});
  table.add_row({"selection", report.selection});
  table.add_row({"vintage", report.vintage});
  table.add_row({"window", units::to_string(from) + " to " + units::to_string(to)});
  table.add_row({"dates", std::string(fit.axis->text)});
  table.add_row(
      {"fit", fmt::format("{} of log10({}) on the date",
                          fit.scatter ? "maximum likelihood" : "least squares", unit_of(report))});
  table.add_row({"interval", report::text_of_interval(fit.interval)});
  if (fit.errors) table.add_row({"row intervals", report::text_of_errors(*fit.errors)});
  if (report.rows) {
    table.add_row(
        {"rows", fmt::format("{} read, {} without {}, {} faulty", report.rows->rows,
                             report.rows->without_value, trend::names_of(report.quantity).word,
                             report.rows->faulty.size())});
    table.add_row(
        {"columns", fmt::format("{}; {}; {}", *report.rows->columns.name,
                                *report.rows->columns.date, *report.rows->columns.value)});
  }
  return table;
}

/// The figures of each fit side by side, and what was published.
Table fit_table(const report::FitReport& report) {
  std::vector<Column> columns = {{""}};
  for (const auto* named : fits_of(report)) {
    columns.push_back({mark_of(report, columns.size() - 1) + named->name, Align::right});
  }
  if (report.published) columns.push_back({"published", Align::right});
  Table table(std::move(columns));
  const auto add = [&](std::string name, auto figure, std::string published = "") {
    std::vector<std::string> cells = {std::move(name)};
    for (const auto* named : fits_of(report)) cells.push_back(figure(named->fit));
    if (report.published) cells.push_back(std::move(published));
    table.add_row(std::move(cells));
  };
  const std::string published =
      report.published ? fmt::format("{}", report.published->doubling_months) : "";
  using trend::Fit;
  add("systems", [](const Fit& fit) { return std::to_string(fit.line.n); });
  add(
      "doubling time, months",
      [](const Fit& fit) { return number_or(fit.doubling_months, "none"); }, published);
  add("  interval", [](const Fit& fit) { return report::to_text(fit.doubling_interval); });
  add("factor per year", [](const Fit& fit) { return number(fit.factor_per_year); });
  add("  interval",
      [](const Fit& fit) { return range(fit.factor_interval.low, fit.factor_interval.high); });
  add("slope, decades per year", [](const Fit& fit) { return number(fit.line.slope); });
  add("  standard error", [](const Fit& fit) { return number_or(fit.slope_se, "-"); });
  add(fmt::format("log10({}) at 2020-01-01", unit_of(report)),
      [](const Fit& fit) { return number(fit.line.at(fit.axis->years({days_of_2020}))); });
  if (report.main.fit.scatter) {
    add("scatter between systems, decades", [](const Fit& fit) {
      return fit.scatter ? number(fit.scatter->deviation) : std::string("-");
    });
  }
  add("R2", [](const Fit& fit) { return fmt::format("{:.4f}", fit.line.r2); });
  return table;
}

std::string dates_of(const trend::EraFit& fit) {
  std::vector<std::string> dates;
  for (const units::Date date : fit.breaks) dates.push_back(units::to_string(date));
  return fit.breaks.empty() ? "no break" : join(dates, ", ");
}

std::string factors_of(const trend::EraFit& fit) {
  std::vector<std::string> factors;
  for (const trend::Era& era : fit.eras) {
    factors.push_back(fmt::format("{} (n {})", number(std::pow(10, era.slope)), era.n));
  }
  return join(factors, ", ");
}

void print_eras(Session& session, const trend::Eras& eras) {
  session.print(fmt::format("\neras: {}\n", report::text_of_search(eras.options)));
  Table table({{"breaks"},
               {"R2", Align::right},
               {"BIC", Align::right},
               {"AICc", Align::right},
               {"factor per year of each era"},
               {""}});
  for (std::size_t i = 0; i < eras.fits.size(); ++i) {
    const trend::EraFit& fit = eras.fits[i];
    std::string mark = i == eras.best ? "lowest BIC" : "";
    if (i == eras.best_by_aicc) mark += mark.empty() ? "lowest AICc" : " and AICc";
    table.add_row({dates_of(fit), fmt::format("{:.4f}", fit.r2), fmt::format("{:.2f}", fit.bic),
                   fmt::format("{:.2f}", fit.aicc), factors_of(fit), mark});
  }
  session.print(table);
  if (eras.p) {
    session.print(fmt::format("one break against none: p = {:.3g}, simulated {} times, seed {}\n",
                              *eras.p, eras.options.draws, eras.options.seed));
  }
  for (const trend::BreakDate& one : eras.breaks) {
    if (!one.low || !one.high) continue;
    session.print(fmt::format("break {}: {} to {} in the bootstrap\n", units::to_string(one.date),
                              units::to_string(*one.low), units::to_string(*one.high)));
  }
}

void print_rulers(Session& session, const report::FitReport& report) {
  session.print(fmt::format("\nover its window the fit comes to a factor of {}; rulers beside it\n",
                            units::to_significant(report::factor_over_window(report.main.fit), 3)));
  Table table({{"ruler"},
               {"doubling, months", Align::right},
               {"factor", Align::right},
               {"fit is faster", Align::right},
               {"source"}});
  for (const auto& [ruler, factor, times] : report.rulers) {
    table.add_row({std::string(ruler.name), fmt::format("{:.4g}", ruler.doubling_months),
                   units::to_significant(factor, 3), fmt::format("{:.3g} times", times),
                   std::string(ruler.source)});
  }
  session.print(table);
}

/// In which fits a system is; with its residual in decades where asked for.
std::string membership(const trend::Fit& fit, const trend::Point& point, bool with_residual) {
  const bool in = std::ranges::find(fit.points, point.id, &trend::Point::id) != fit.points.end();
  if (!in) return "-";
  return with_residual ? fmt::format("{:+.3f}", fit.residual(point)) : "in";
}

/// The amount of a point; compute also in pfs-days.
std::vector<std::string> amounts_of(const report::FitReport& report, const trend::Point& point) {
  std::vector<std::string> cells = {units::to_significant(point.value)};
  if (report.quantity == trend::Quantity::compute) {
    cells.push_back(units::to_significant(point.value / units::operations_per_pfs_day));
  }
  return cells;
}

Table point_table(const report::FitReport& report, bool with_residuals) {
  std::vector<Column> columns = {{"date"}, {"system"}, {unit_of(report), Align::right}};
  if (report.quantity == trend::Quantity::compute) columns.push_back({"pfs-days", Align::right});
  for (std::size_t i = 0; i < fits_of(report).size(); ++i) {
    columns.push_back({report.variants.empty() ? "fit" : mark_of(report, i), Align::right});
  }
  Table table(std::move(columns));
  for (const trend::Point& point : report.main.fit.points) {
    std::vector<std::string> cells = {units::to_string(point.date),
                                      point.name + (point.implied ? " *" : "")};
    for (std::string& cell : amounts_of(report, point)) cells.push_back(std::move(cell));
    for (const auto* named : fits_of(report)) {
      cells.push_back(membership(named->fit, point, with_residuals));
    }
    table.add_row(std::move(cells));
  }
  return table;
}

Table left_out_table(const report::FitReport& report) {
  Table table({{"date"}, {"left out"}, {"why"}});
  for (const report::LeftOut& system : report.left_out) {
    table.add_row({system.date ? units::to_string(*system.date) : "-", system.name, system.reason});
  }
  return table;
}

/// Where the figures that are implied come from; with all of them, where each does.
void print_notes(Session& session, const report::FitReport& report, bool all) {
  for (const trend::Point& point : report.main.fit.points) {
    if (point.note.empty() || !(point.implied || all)) continue;
    const std::string note =
        fmt::format("{}{}: {}", point.name, point.implied ? " *" : "", point.note);
    session.print(report::bullet(note, 0, session.terminal().width));
  }
}

}  // namespace

void print_fit(Session& session, const report::FitReport& report, bool explain) {
  if (const auto& errors = report.main.fit.errors) {
    for (const std::string& text : errors->unusable) session.warn("not used: " + text);
  }
  session.print(report.title + "\n\n");
  session.print(heading_table(report));
  session.print("\n");
  session.print(fit_table(report));
  if (report.eras) print_eras(session, *report.eras);
  if (!report.rulers.empty()) print_rulers(session, report);
  if (const auto& published = report.published) {
    session.print(fmt::format("\npublished: {}, {}\n", published->source, published->url));
  }
  if (report.is_set || explain) {
    session.print(explain ? "\nresiduals in decades\n" : "\n");
    session.print(point_table(report, explain));
    print_notes(session, report, explain);
  }
  if (!explain) return;
  if (!report.left_out.empty()) {
    session.print("\n");
    session.print(left_out_table(report));
  }
  for (const auto* named : fits_of(report)) {
    session.print(fmt::format("\n{}\n", named->name));
    for (const std::string& line : report::explain(named->fit, report.quantity))
      session.print("  " + line + "\n");
  }
}

void print_between(Session& session, const report::Between& between) {
  const trend::Point& first = between.first;
  const trend::Point& last = between.last;
  session.print(fmt::format("{}\n\n", between.title));
  Table systems({{""}, {first.name, Align::right}, {last.name, Align::right}});
  systems.add_row({"date", units::to_string(first.date), units::to_string(last.date)});
  systems.add_row({std::string(trend::names_of(between.quantity).unit),
                   units::to_significant(first.value), units::to_significant(last.value)});
  session.print(systems);
  session.print("\n");
  Table growth({{""}, {"", Align::right}});
  growth.add_row({"factor", units::to_significant(between.factor, 6)});
  growth.add_row({"years", number(between.years)});
  growth.add_row({"factor per year", number(between.factor_per_year)});
  growth.add_row({"decades per year", number(between.oom_per_year)});
  growth.add_row({"doubling time, months", number_or(between.doubling_months, "none")});
  session.print(growth);
  session.print(fmt::format("\nvintage: {}\ndates: {}\n", between.vintage, between.axis->text));
  for (const trend::Point* point : {&first, &last}) {
    if (point->implied) session.print(fmt::format("{}: {}\n", point->name, point->note));
  }
}

}  // namespace pfsday::cli
