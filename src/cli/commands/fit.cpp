#include "report/fit.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/fit_method.h"
#include "cli/fit_options.h"
#include "cli/fit_studies.h"
#include "cli/fit_text.h"
#include "cli/session.h"
#include "report/fit_between.h"

namespace pfsday::cli {
namespace {

constexpr Option own_options[] = {
    {.name = "--rulers", .doc = "also hold the fit against Moore's law and other rates of growth"},
    {.name = "--published-eras",
     .value = "2018|2019",
     .doc = "the eras of AI and Compute, the days that their ranges imply, and who is outside"},
    {.name = "--between",
     .value = "A B",
     .doc = "only the growth from one system to another, by name or id",
     .words = 2},
    {.name = "--vintage", .value = "FILE", .doc = "the table, instead of the argument FILE"},
    {.name = "--against",
     .value = "FILE",
     .doc = "a later vintage of the table: which rows were added, removed and corrected, and how "
            "much they moved the slope",
     .repeated = true},
    {.name = "--sensitivity",
     .doc = "fit again under other rules, windows, vintages (--against) and date conventions"},
    {.name = "--estimators",
     .doc = "the slope by least squares with each interval, Theil-Sen, Huber, quantiles, and with "
            "rows that are only bounds"},
    {.name = "--leave-one-out", .doc = "the slope without each system"},
    {.name = "--leave-one-organization-out", .doc = "the slope without those of each organization"},
    {.name = "--reselect",
     .doc = "of those: the selection is made again without each, so that others enter"},
    {.name = "--drivers",
     .doc = "split the growth into chips, their peak rate, training time and utilization"},
    {.name = "--chips",
     .value = "FILE",
     .doc = "table of the chips' peak rates for --drivers (default: the bundled catalogue)"},
    {.name = "--chip-trends",
     .doc = "FILE is a table of chips (default: the bundled catalogue): how fast their peak rates "
            "grow, alone, per dollar and per watt"},
    {.name = "--explain",
     .doc = "show every system with its residual, who is left out and why, and the arithmetic"},
    {.name = "--json",
     .doc = "print JSON (pfsday.fit/1; of other questions, pfsday.between/1 and "
            "so on)"},
};
constexpr auto options =
    join_options(selection_options, quantity_options, method_options, own_options);

Result<std::optional<std::string_view>> path_of(const Args& args) {
  const auto file = file_of(args);
  const auto vintage = args.value("--vintage");
  if (file && vintage) {
    return fail(Code::usage, "a file and a vintage are given", "give one of them");
  }
  return file ? file : vintage;
}

/// What needs another option, and what knows no intervals of rows.
Result<void> check_together(const Args& args, const report::FitRequest& request) {
  if (args.flag("--reselect") && !args.flag("--leave-one-out") &&
      !args.flag("--leave-one-organization-out")) {
    return fail(Code::usage, "--reselect says how systems are left out, and none are",
                "add --leave-one-out or --leave-one-organization-out");
  }
  if (!request.options.weighted && !request.options.interval.noise_by_row) return {};
  for (const std::string_view option :
       {"--drivers", "--estimators", "--chip-trends", "--against"}) {
    if (!args.flag(option)) continue;
    return fail(Code::usage, fmt::format("{} is of fits without the intervals of rows", option),
                "leave out --weights interval and --noise interval");
  }
  return {};
}

Result<report::FitRequest> request_of(const Session& session, const Args& args,
                                      std::optional<std::string_view> path) {
  report::FitRequest request = TRY(fit_request(session, args, path));
  TRY(read_method(args, request, args.flag("--estimators")));
  TRY(check_together(args, request));
  request.rulers = args.flag("--rulers");
  TRY(read_quantity(args, request));
  return request;
}

Result<std::vector<report::TableText>> read_vintages(const Session& session, const Args& args) {
  std::vector<report::TableText> vintages;
  for (const std::string& path : args.all("--against")) {
    vintages.push_back(TRY(read_table(session, path)));
  }
  return vintages;
}

/// Prints a report as JSON where that is asked for, else by `print_text`.
template <class Report, class PrintText>
int show(Session& session, const Args& args, const Report& report, PrintText print_text) {
  if (args.flag("--json")) {
    session.print(report::to_json(report));
  } else {
    print_text();
  }
  return 0;
}

Result<int> run_published_eras(Session& session, const Args& args, const report::FitRequest&) {
  const auto report = TRY(report::published_eras(args.choice("--published-eras")));
  return show(session, args, report, [&] { print_published_eras(session, report); });
}

Result<int> run_between(Session& session, const Args& args, const report::FitRequest& request) {
  const auto names = args.all("--between");
  const auto between = TRY(report::fit_between(request, names[0], names[1]));
  return show(session, args, between, [&] { print_between(session, between); });
}

Result<int> run_sensitivity(Session& session, const Args& args, const report::FitRequest& request) {
  const auto vintages = TRY(read_vintages(session, args));
  const auto report = TRY(report::fit_sensitivity(request, vintages));
  return show(session, args, report, [&] { print_sensitivity(session, report); });
}

Result<int> run_vintages(Session& session, const Args& args, const report::FitRequest& request) {
  const auto vintages = TRY(read_vintages(session, args));
  if (vintages.size() > 1) {
    return fail(Code::usage, "several vintages are given", "compare with one, or --sensitivity");
  }
  const auto report = TRY(report::fit_vintages(request, vintages[0]));
  report_faulty_rows(session, report.rows_before, request.table->name);
  report_faulty_rows(session, report.rows_after, vintages[0].name);
  return show(session, args, report,
              [&] { print_vintages(session, report, args.flag("--explain")); });
}

Result<int> run_influences(Session& session, const Args& args, const report::FitRequest& request) {
  const auto unit = args.flag("--leave-one-out") ? report::LeftOutUnit::system
                                                 : report::LeftOutUnit::organization;
  const auto report = TRY(report::fit_influences(request, unit, args.flag("--reselect")));
  return show(session, args, report,
              [&] { print_influences(session, report, args.flag("--explain")); });
}

Result<int> run_estimators(Session& session, const Args& args, const report::FitRequest& request) {
  const auto report = TRY(report::fit_estimators(request));
  return show(session, args, report, [&] { print_estimators(session, report); });
}

Result<int> run_drivers(Session& session, const Args& args, const report::FitRequest& request) {
  std::optional<report::TableText> chips;
  if (const auto path = args.value("--chips")) chips = TRY(read_table(session, *path));
  const auto report = TRY(report::fit_drivers(request, chips));
  return show(session, args, report, [&] { print_drivers(session, report); });
}

Result<int> run_chips(Session& session, const Args& args, const report::FitRequest& request) {
  const auto report = TRY(report::fit_chips(request));
  if (request.table) report_faulty_rows(session, report.faulty, request.table->name);
  const bool explain = args.flag("--explain");
  if (args.flag("--json")) {
    session.print(report::to_json(report, explain));
  } else {
    print_chips(session, report, explain);
  }
  return 0;
}

Result<int> run_fit(Session& session, const Args& args, const report::FitRequest& request) {
  const report::FitReport report = TRY(report::fit(request));
  if (request.table) report_faulty_rows(session, report.rows, request.table->name);
  if (args.flag("--json")) {
    session.print(report::to_json(report, args.flag("--explain")));
  } else {
    print_fit(session, report, args.flag("--explain"));
  }
  return 0;
}

/// What else a fit can be asked, each by its option.
struct Question {
  std::string_view option;
  Result<int> (*run)(Session&, const Args&, const report::FitRequest&) = nullptr;
};

constexpr Question questions[] = {
    {"--between", run_between},
    {"--sensitivity", run_sensitivity},
    {"--against", run_vintages},
    {"--leave-one-out", run_influences},
    {"--leave-one-organization-out", run_influences},
    {"--drivers", run_drivers},
    {"--estimators", run_estimators},
    {"--chip-trends", run_chips},
    {"--published-eras", run_published_eras},
};

Result<int> run(Session& session, const Args& args) {
  const auto path = TRY(path_of(args));
  const report::FitRequest request = TRY(request_of(session, args, path));
  for (const auto& [option, answer] : questions) {
    if (args.flag(option)) return answer(session, args, request);
  }
  return run_fit(session, args, request);
}

}  // namespace

extern constinit const Command fit{
    .name = "fit",
    .usage = "fit [FILE] [options]",
    .summary = "Fit the exponential trend of training compute over publication dates.",
    .details =
        "FILE is a table of comma-separated values with a name, a date and a compute column, found "
        "by their usual headings (docs/tables.md) or named by options; without one, a set of the "
        "bundled catalogue is fitted. The doubling time comes with its interval, the selection and "
        "the number of systems: those explain nearly all differences between published trends.\n"
        "Rows of a table that cannot be used are listed, with the reason, and counted.",
    .example = "pfsday fit --set 2018-chart",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
