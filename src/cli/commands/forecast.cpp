#include "report/forecast.h"

#include <fmt/format.h>

#include <cmath>

#include "cli/command.h"
#include "cli/fit_options.h"
#include "cli/session.h"
#include "trend/cells.h"
#include "trend/ruler.h"
#include "units/print.h"

namespace pfsday::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "--at", .value = "DATE", .doc = "the amount on this day", .repeated = true},
    {.name = "--when", .value = "AMOUNT", .doc = "the day of this amount", .repeated = true},
    {.name = "--backtest", .doc = "show also where in its band each outcome of the past fell"},
    {.name = "--bend-to",
     .value = "GROWTH",
     .doc =
         "growth goes over into a slower one: a name of `pfsday fit --rulers`, or a rate such as "
         "\"1.4x a year\""},
    {.name = "--bend-by",
     .value = "DATE",
     .doc = "the day on which the old growth still has a weight of exp(-1/2) = 0.607"},
    {.name = "--bend-from", .value = "DATE", .doc = "where it begins (default: the last system)"},
    {.name = "--limits",
     .doc = "what bounds such growth, each with formula and source, and when the trend gets there"},
    {.name = "--explain", .doc = "show the formulas and their numbers too"},
    {.name = "--json", .doc = "print JSON (pfsday.forecast/1)"},
};
constexpr auto options = join_options(own_options, quantity_options, selection_options);

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

std::string unit_of(const report::ForecastReport& report) {
  return std::string(trend::names_of(report.fit.quantity).unit);
}

Table outlook_table(const report::ForecastReport& report) {
  Table table({{"on"},
               {unit_of(report), Align::right},
               {"the line", Align::right},
               {"a single system", Align::right}});
  for (const trend::Outlook& outlook : report.outlooks) {
    table.add_row({units::to_string(outlook.date), amount(outlook.value), amounts(outlook.line),
                   amounts(outlook.single)});
  }
  return table;
}

void add_arrival(Table& table, const trend::Arrival& arrival) {
  table.add_row({amount(arrival.amount), date_or(arrival.line.middle, "never"), dates(arrival.line),
                 date_or(arrival.first.middle, "not in 30 years"),
                 arrival.reached ? "already there" : dates(arrival.first)});
}

Table arrival_table(const report::ForecastReport& report) {
  Table table({{unit_of(report), Align::right},
               {"line there"},
               {"bounds (Fieller)"},
               {"first system"},
               {"bounds (simulated)"}});
  for (const trend::Arrival& arrival : report.arrivals) add_arrival(table, arrival);
  for (const auto& arrival : report.at_limits) {
    if (arrival) add_arrival(table, *arrival);
  }
  return table;
}

void print_limits(Session& session, const report::ForecastReport& report) {
  for (const trend::Limit& limit : report.limits) {
    session.print(fmt::format("\n{}\n  {}\n", limit.name, limit.formula));
    for (const std::string& line : limit.calculation) session.print("  " + line + "\n");
    session.print(fmt::format("  source: {}\n  {}\n  {}\n", limit.source, limit.url, limit.caveat));
  }
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

void print_text(Session& session, const report::ForecastReport& report, const Args& args) {
  const trend::Fit& fit = report.fit.main.fit;
  session.print(
      fmt::format("{}\n\nselection  {}\nvintage    {}\ntrend      {:.4g}x a year over {} "
                  "systems, bounds of {:g} %\n",
                  report.fit.title, report.fit.selection, report.fit.vintage, fit.factor_per_year,
                  fit.line.n, 100 * fit.interval.level));
  if (report.bending) session.print("bends      " + report::text_of(*report.bending) + "\n");
  if (!report.outlooks.empty()) {
    session.print("\n");
    session.print(outlook_table(report));
  }
  print_limits(session, report);
  if (!report.arrivals.empty() || !report.limits.empty()) {
    session.print("\n");
    session.print(arrival_table(report));
  }
  print_backtests(session, report, args.flag("--backtest"));
  if (!args.flag("--explain")) return;
  session.print("\n");
  for (const std::string& line : report::explain(report)) session.print(line + "\n");
}

/// A ruler by its name, or a rate of growth.
Result<trend::Growth> parse_bend(std::string_view text) {
  if (const trend::Ruler* ruler = trend::find_ruler(text)) {
    return trend::growth_of_doubling(ruler->doubling_months * trend::days_per_month);
  }
  if (const auto growth = TRY(trend::parse_growth(text))) return *growth;
  return fail(Code::usage, fmt::format("\"{}\" is no ruler and no rate of growth", text),
              "write --bend-to moore-24 or --bend-to \"1.4x a year\"");
}

Result<std::optional<report::BendingQuestion>> bending_of(const Args& args) {
  const auto to = args.value("--bend-to"), by = args.value("--bend-by");
  const auto from = args.value("--bend-from");
  if (!to && !by && !from) return std::nullopt;
  if (!to || !by) {
    return fail(Code::usage, "a bend needs --bend-to and --bend-by",
                "add --bend-to moore-24 --bend-by 2032-01-01");
  }
  report::BendingQuestion bending{.to = std::string(*to)};
  bending.growth = TRY(parse_bend(*to));
  bending.by = TRY(units::parse_date(*by));
  if (from) bending.from = TRY(units::parse_date(*from));
  return bending;
}

/// A plain amount more than 0, in the unit of the quantity.
Result<double> parse_when(std::string_view text, trend::Quantity quantity) {
  const auto amount = trend::parse_amount(text, quantity, 1);
  if (amount && amount->bound == trend::Bound::none) return amount->value;
  return fail(Code::usage,
              fmt::format("--when \"{}\": {}", text, amount ? "only a bound" : amount.error().what),
              "write an amount above 0: --when 1e27");
}

Result<report::ForecastQuestion> question_of(const Args& args, trend::Quantity quantity) {
  report::ForecastQuestion question{.limits = args.flag("--limits")};
  question.bending = TRY(bending_of(args));
  for (const std::string& text : args.all("--at")) {
    question.dates.push_back(TRY(units::parse_date(text)));
  }
  for (const std::string& text : args.all("--when")) {
    question.amounts.push_back(TRY(parse_when(text, quantity)));
  }
  if (question.dates.empty() && question.amounts.empty() && !question.limits &&
      !args.flag("--backtest")) {
    return fail(Code::usage, "forecast: what of is not said",
                "add --at 2030-01-01, --when 1e27, --limits or --backtest");
  }
  return question;
}

Result<int> run(Session& session, const Args& args) {
  const auto path = file_of(args);
  report::FitRequest request = TRY(fit_request(session, args, path));
  TRY(read_quantity(args, request));
  const report::ForecastQuestion question = TRY(question_of(args, request.quantity));
  const auto report = TRY(report::forecast(request, question));
  report_faulty_rows(session, report.fit.rows, path.value_or(""));
  if (args.flag("--json")) {
    session.print(report::to_json(report));
  } else {
    print_text(session, report, args);
  }
  return 0;
}

}  // namespace

extern constinit const Command forecast{
    .name = "forecast",
    .usage = "forecast [FILE] [options]",
    .summary = "Carry a trend on, with the record of such forecasts.",
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
