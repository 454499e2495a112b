#include "report/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/fit_options.h"
#include "cli/session.h"
#include "report/estimate.h"
#include "units/print.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    fit_option::set,
    fit_option::from,
    fit_option::to,
    fit_option::leave_out,
    fit_option::level,
    fit_option::name,
    fit_option::date,
    fit_option::compute,
    {.name = "--explain", .doc = "show every system with its residual, and the arithmetic"},
    {.name = "--json", .doc = "print JSON (pfsday.fit/1)"},
};

std::string number(double value) { return fmt::format("{:#.4g}", value); }

std::string number_or(const std::optional<double>& value, std::string_view otherwise) {
  return value ? number(*value) : std::string(otherwise);
}

std::string range(double low, double high) { return number(low) + " to " + number(high); }

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
  table.add_row({"dates", std::string(trend::date_convention)});
  table.add_row({"fit", "least squares of log10(FLOP) on the date"});
  table.add_row({"interval", fmt::format("{:g} %, Student's t with n - 2 degrees of freedom",
                                         100 * fit.level)});
  if (report.rows) {
    table.add_row({"rows", fmt::format("{} read, {} without compute, {} faulty", report.rows->rows,
                                       report.rows->without_compute, report.rows->faulty.size())});
    table.add_row(
        {"columns", fmt::format("{}; {}; {}", *report.rows->columns.name,
                                *report.rows->columns.date, *report.rows->columns.compute)});
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
  add("  standard error", [](const Fit& fit) { return number(fit.line.slope_se); });
  add("log10(FLOP) at 2020-01-01", [](const Fit& fit) { return number(fit.line.intercept); });
  add("R2", [](const Fit& fit) { return fmt::format("{:.4f}", fit.line.r2); });
  return table;
}

/// In which fits a system is; with its residual in decades where asked for.
std::string membership(const trend::Fit& fit, const trend::Point& point, bool with_residual) {
  const bool in = std::ranges::find(fit.points, point.id, &trend::Point::id) != fit.points.end();
  if (!in) return "-";
  return with_residual ? fmt::format("{:+.3f}", fit.residual(point)) : "in";
}

Table point_table(const report::FitReport& report, bool with_residuals) {
  std::vector<Column> columns = {
      {"date"}, {"system"}, {"FLOP", Align::right}, {"pfs-days", Align::right}};
  for (std::size_t i = 0; i < fits_of(report).size(); ++i) {
    columns.push_back({report.variants.empty() ? "fit" : mark_of(report, i), Align::right});
  }
  Table table(std::move(columns));
  for (const trend::Point& point : report.main.fit.points) {
    std::vector<std::string> cells = {
        units::to_string(point.date), point.name + (point.implied ? " *" : ""),
        units::to_significant(point.flop),
        units::to_significant(point.flop / units::operations_per_pfs_day)};
    for (const auto* named : fits_of(report)) {
      cells.push_back(membership(named->fit, point, with_residuals));
    }
    table.add_row(std::move(cells));
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

void print_text(Session& session, const report::FitReport& report, bool explain) {
  session.print(report.title + "\n\n");
  session.print(heading_table(report));
  session.print("\n");
  session.print(fit_table(report));
  if (const auto& published = report.published) {
    session.print(fmt::format("\npublished: {}, {}\n", published->source, published->url));
  }
  if (report.is_set || explain) {
    session.print(explain ? "\nresiduals in decades\n" : "\n");
    session.print(point_table(report, explain));
    print_notes(session, report, explain);
  }
  if (!explain) return;
  for (const auto* named : fits_of(report)) {
    session.print(fmt::format("\n{}\n", named->name));
    for (const std::string& line : report::explain(named->fit)) session.print("  " + line + "\n");
  }
}

Result<int> run(Session& session, const Args& args) {
  const report::FitRequest request = TRY(fit_request(session, args));
  const report::FitReport report = TRY(report::fit(request));
  report_faulty_rows(session, report, args);
  if (args.flag("--json")) {
    session.print(report::to_json(report, args.flag("--explain")));
  } else {
    print_text(session, report, args.flag("--explain"));
  }
  return 0;
}

}  // namespace

extern constinit const Command fit{
    .name = "fit",
    .usage = "fit [FILE] [options]",
    .summary = "Fit the exponential trend of training compute over publication dates.",
    .details =
        "FILE is a table of comma-separated values with a name, a date and a compute column, found "
        "by their usual headings or named by options; without one, a set of the bundled catalogue "
        "is fitted. The doubling time comes with its interval, the selection and the number of "
        "systems: those explain nearly all differences between published trends.\n"
        "Rows of a table that cannot be used are listed, with the reason, and counted.",
    .example = "pfsday fit --set 2018-chart",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
