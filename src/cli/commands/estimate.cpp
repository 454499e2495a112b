#include "report/estimate.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/run_inputs.h"
#include "cli/session.h"
#include "cli/uncertainty_options.h"
#include "estimate/calculator.h"
#include "report/estimate_items.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--parameters",
     .value = "N",
     .doc = "count 6 operations per parameter and token, e.g. 3.8e9 or \"3e9 to 4e9\""},
    {.name = "--tokens", .value = "N", .doc = "tokens of the training data"},
    {.name = "--epochs", .value = "N", .doc = "passes over those tokens (default: 1)"},
    {.name = "--chip", .value = "ID", .doc = "chip of the catalogue, e.g. h100-sxm"},
    {.name = "--chips", .value = "N", .doc = "how many of them"},
    {.name = "--days", .value = "TIME", .doc = "how long, e.g. 54 or \"36 h\""},
    {.name = "--chip-hours", .value = "N", .doc = "instead of --chips and --days, e.g. 370k"},
    {.name = "--peak", .value = "RATE", .doc = "peak rate of one chip, e.g. \"989 TFLOP/s\""},
    {.name = "--format", .value = "FORMAT", .doc = "number format of the chip's peak, e.g. bf16"},
    {.name = "--utilization",
     .value = "SHARE[:KIND]",
     .doc = "share of the peak, e.g. 0.4:mfu; kinds: mfu hfu tensor-active sm-active smi assumed"},
    {.name = "--view",
     .value = "updates|eu-cumulative|us-ca|upstream|model-flop|hardware-flop",
     .doc = "which phases the total counts; shows what is in and out, and why"},
    level_option,
    seed_option,
    samples_option,
    {.name = "--explain", .doc = "show which inputs an interval comes from, and the sources"},
    {.name = "--json", .doc = "print JSON (pfsday.estimate/1)"},
};

Result<estimate::Run> run_of_flags(const Args& args) {
  return estimate::calculate({.parameters = args.value("--parameters"),
                              .tokens = args.value("--tokens"),
                              .epochs = args.value("--epochs"),
                              .chip = args.value("--chip"),
                              .chips = args.value("--chips"),
                              .days = args.value("--days"),
                              .chip_hours = args.value("--chip-hours"),
                              .peak = args.value("--peak"),
                              .format = args.value("--format"),
                              .utilization = args.value("--utilization")});
}

/// A run file has its own inputs.
Result<void> refuse_calculator_options(const Args& args) {
  constexpr std::string_view of_both[] = {"--view", "--level", "--seed", "--samples"};
  for (const Option& option : options) {
    if (option.value.empty() || !args.value(option.name)) continue;
    if (std::ranges::find(of_both, option.name) != std::end(of_both)) continue;
    return fail(Code::usage, fmt::format("{} does not go with a run file", option.name),
                "edit the run file, or leave it out");
  }
  return {};
}

Table table_of(std::span<const report::RunReport> reports) {
  std::vector<Column> columns;
  for (const std::string_view heading : report::estimate_headings) {
    const bool is_amount = heading == "counting" || heading == "hardware" || heading == "printed";
    columns.push_back({std::string(heading), is_amount ? Align::right : Align::left,
                       is_amount ? "pfs-days" : ""});
  }
  Table table(std::move(columns));
  for (const report::RunReport& one : reports) table.add_row(report::estimate_cells(one));
  return table;
}

/// What the total is made of.
void print_items(Session& session, const report::RunReport& report,
                 const report::TextStyle& style) {
  session.print("\n");
  session.print(to_table(report::item_grid(report)));
  session.print("\n" + report::item_reasons(report, style));
}

void print_text(Session& session, std::span<const report::RunReport> reports, const Args& args) {
  const report::TextStyle style{.width = session.terminal().width,
                                .explain = args.flag("--explain")};
  if (reports.size() > 1) session.print(table_of(reports));
  if (reports.size() > 1 && !style.explain) return;
  std::string_view separator = reports.size() > 1 ? "\n" : "";
  for (const report::RunReport& one : reports) {
    session.print(separator);
    session.print(report::estimate_text(one, style));
    if (args.value("--view") || report::has_items_to_show(one)) print_items(session, one, style);
    separator = "\n";
  }
}

Result<int> run(Session& session, const Args& args) {
  const uncertainty::Options uncertainty = TRY(read_uncertainty(args));
  std::vector<report::RunReport> reports;
  const auto add = [&](estimate::Run one, const estimate::ReadFile& read_file) -> Result<void> {
    reports.push_back(TRY(report::report_run(
        std::move(one),
        {.read_file = read_file, .view = args.choice("--view"), .uncertainty = uncertainty})));
    return {};
  };
  int exit_code = 0;
  if (args.positionals().empty()) {
    estimate::Run calculated = TRY(run_of_flags(args));
    TRY(add(std::move(calculated), {}));
  } else {
    TRY(refuse_calculator_options(args));
    exit_code = TRY(for_each_run(session, args.positionals(), add));
  }
  if (args.flag("--json")) {
    session.print(report::estimate_json(reports));
  } else {
    print_text(session, reports, args);
  }
  const bool complete = std::ranges::all_of(reports, report::is_complete);
  return lowest_exit_code(exit_code, complete ? 0 : exit_incomplete);
}

}  // namespace

extern constinit const Command estimate{
    .name = "estimate",
    .usage = "estimate [RUN...] [options]",
    .summary = "Estimate the compute of a training run, by counting and by hardware time.",
    .details =
        "RUN is a run file in TOML, or a folder of them (docs/run-files.md). Without one, the "
        "options are the inputs, as for a calculator: --parameters and --tokens count, --chip and "
        "--chip-hours (or --chips and --days) take hardware time; with both, the two are held "
        "against each other. An amount may be a range, \"3e9 to 4e9\" (90 % of its values) or "
        "\"3.5e9 +- 10%\", or rounded, ~3.5e9.\n"
        "A run has several right totals, each a view: --view says which phases and parents count, "
        "and the table shows what is in and out, with the reason (docs/methods.md).\n",
    .example = "pfsday estimate --parameters 3.8e9 --tokens 3.3e12",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
