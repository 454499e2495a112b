#include "report/forecast.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/command.h"
#include "cli/fit_options.h"
#include "cli/session.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--at", .value = "DATE", .doc = "compute on this day", .repeated = true},
    {.name = "--when", .value = "COMPUTE", .doc = "the day of this compute", .repeated = true},
    {.name = "--backtest", .doc = "show also where in its band each outcome of the past fell"},
    fit_option::set,
    fit_option::select,
    fit_option::domain,
    fit_option::minimum,
    fit_option::from,
    fit_option::to,
    fit_option::leave_out,
    fit_option::leave_out_organization,
    fit_option::level,
    fit_option::name,
    fit_option::date,
    fit_option::compute,
    {.name = "--json", .doc = "print JSON (pfsday.forecast/1)"},
};

constexpr double honest_difference = 0.05;  // of coverage and level, without a warning

std::string amount(double value) { return units::to_significant(value, 3); }

std::string amounts(const stats::Interval& bounds) {
  return amount(bounds.low) + " to " + amount(bounds.high);
}

std::string date_or(const std::optional<units::Date>& date, std::string_view otherwise) {
  return date ? units::to_string(*date) : std::string(otherwise);
}

std::string dates(const trend::DateRange& range) {
  return date_or(range.low, "unbounded") + " to " + date_or(range.high, "unbounded");
}

Table outlook_table(const report::ForecastReport& report) {
  Table table({{"on"},
               {"FLOP", Align::right},
               {"the line", Align::right},
               {"a single system", Align::right}});
  for (const trend::Outlook& outlook : report.outlooks) {
    table.add_row({units::to_string(outlook.date), amount(outlook.value), amounts(outlook.line),
                   amounts(outlook.single)});
  }
  return table;
}

Table arrival_table(const report::ForecastReport& report) {
  Table table({{"FLOP", Align::right},
               {"line there"},
               {"bounds (Fieller)"},
               {"first system"},
               {"bounds (simulated)"}});
  for (const trend::Arrival& arrival : report.arrivals) {
    table.add_row({amount(arrival.amount), date_or(arrival.line.middle, "never"),
                   dates(arrival.line), date_or(arrival.first.middle, "not in 30 years"),
                   arrival.reached ? "already there" : dates(arrival.first)});
  }
  return table;
}

Table backtest_table(const report::ForecastReport& report) {
  Table table({{"years ahead"},
               {"origins", Align::right},
               {"outcomes", Align::right},
               {"covered", Align::right},
               {"bias", Align::right},
               {"CRPS", Align::right},
               {"baseline", Align::right},
               {"skill", Align::right},
               {"pinball 10, 50, 90 %", Align::right}});
  for (const trend::Backtest& test : report.backtests) {
    table.add_row(
        {fmt::format("{:g}", test.horizon_years), std::to_string(test.origins),
         std::to_string(test.forecasts), fmt::format("{:.1f} %", 100 * test.coverage),
         fmt::format("{:+.3f}", test.bias), fmt::format("{:.3f}", test.crps),
         fmt::format("{:.3f}", test.baseline_crps), fmt::format("{:+.2f}", test.skill),
         fmt::format("{:.3f}  {:.3f}  {:.3f}", test.pinball[0], test.pinball[1], test.pinball[2])});
  }
  return table;
}

void print_pit(Session& session, const report::ForecastReport& report) {
  session.print("\noutcomes in each tenth of their forecast, even where forecasts are honest:\n");
  for (const trend::Backtest& test : report.backtests) {
    std::string line = fmt::format("{:g} years ahead ", test.horizon_years);
    for (const std::size_t count : test.pit) line += fmt::format(" {:>5}", count);
    session.print(line + "\n");
  }
}

void print_backtests(Session& session, const report::ForecastReport& report, bool pit) {
  if (report.backtests.empty()) {
    session.print("\nno backtest: too few systems before any that came later\n");
    return;
  }
  const double level = report.fit.main.fit.interval.level;
  session.print(fmt::format(
      "\nhow such forecasts did in the past, from each quarter on (decades; nominal {:g} %;\n"
      "baseline: the mean of the last ten systems at Moore's 24 months):\n",
      100 * level));
  session.print(backtest_table(report));
  for (const trend::Backtest& test : report.backtests) {
    if (std::abs(test.coverage - level) <= honest_difference) continue;
    session.warn(fmt::format("bands of {:g} % covered {:.0f} % of what came within {:g} year{}",
                             100 * level, 100 * test.coverage, test.horizon_years,
                             test.horizon_years == 1 ? "" : "s"));
  }
  if (pit) print_pit(session, report);
}

void print_text(Session& session, const report::ForecastReport& report, bool pit) {
  const trend::Fit& fit = report.fit.main.fit;
  session.print(
      fmt::format("{}\n\nselection  {}\nvintage    {}\ntrend      {:.4g}x a year over {} "
                  "systems, bounds of {:g} %\n",
                  report.fit.title, report.fit.selection, report.fit.vintage, fit.factor_per_year,
                  fit.line.n, 100 * fit.interval.level));
  if (!report.outlooks.empty()) {
    session.print("\n");
    session.print(outlook_table(report));
  }
  if (!report.arrivals.empty()) {
    session.print("\n");
    session.print(arrival_table(report));
  }
  print_backtests(session, report, pit);
}

Result<report::ForecastQuestion> question_of(const Args& args) {
  report::ForecastQuestion question;
  for (const std::string& text : args.all("--at")) {
    question.dates.push_back(TRY(units::parse_date(text)));
  }
  for (const std::string& text : args.all("--when")) {
    const double value = TRY(units::parse_as(text, units::Dimension::operations, 1));
    if (value <= 0) return fail(Code::usage, "--when needs an amount above 0");
    question.amounts.push_back(value);
  }
  if (question.dates.empty() && question.amounts.empty() && !args.flag("--backtest")) {
    return fail(Code::usage, "forecast: what of is not said",
                "add --at 2030-01-01, --when 1e27 or --backtest");
  }
  return question;
}

Result<int> run(Session& session, const Args& args) {
  const report::ForecastQuestion question = TRY(question_of(args));
  const auto path = file_of(args);
  const report::FitRequest request = TRY(fit_request(session, args, path));
  const auto report = TRY(report::forecast(request, question));
  report_faulty_rows(session, report.fit.rows, path.value_or(""));
  if (args.flag("--json")) {
    session.print(report::to_json(report));
  } else {
    print_text(session, report, args.flag("--backtest"));
  }
  return 0;
}

}  // namespace

extern constinit const Command forecast{
    .name = "forecast",
    .usage = "forecast [FILE] [options]",
    .summary = "Carry the trend of training compute on, with the record of such forecasts.",
    .details =
        "Takes what `pfsday fit` takes. Each forecast comes with a backtest: from each quarter of "
        "the past the trend of the systems by then, scored on those that came, beside a baseline "
        "that knows no trend. `covered` is the share inside their band; skill above 0 is better "
        "than the baseline.",
    .example = "pfsday forecast --at 2020-01-01",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
