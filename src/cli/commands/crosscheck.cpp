#include "report/crosscheck.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/crosscheck_step.h"
#include "cli/run_inputs.h"
#include "cli/session.h"
#include "cli/step_options.h"
#include "cli/uncertainty_options.h"
#include "estimate/calculator.h"
#include "report/crosscheck_gap.h"
#include "units/quantity.h"

namespace pfsday::cli {
namespace {

constexpr Option run_options[] = {
    {.name = "--tolerance",
     .value = "RATIO",
     .doc = "largest ratio of the two methods, either way, that is consistent (default: 2)"},
    {.name = "--utilization",
     .value = "SHARE[:KIND]",
     .doc = "take this share of the peak for every run, whatever its file states; of a step, hold "
            "it against what was reached"},
    {.name = "--view",
     .value = "updates|eu-cumulative|us-ca|upstream|model-flop|hardware-flop",
     .doc = "which phases are held against each other"},
    level_option,
    seed_option,
    samples_option,
    {.name = "--step-time",
     .value = "TIME",
     .doc = "of a model file: how long a training step takes, e.g. 1.2s"},
};

constexpr Option timing_options[] = {
    {.name = "--chip", .value = "ID", .doc = "with --step-time: chip of the catalogue"},
    {.name = "--chips", .value = "N", .doc = "with --step-time: how many took part"},
    {.name = "--format", .value = "FORMAT", .doc = "with --chip: number format of its peak"},
    {.name = "--peak", .value = "RATE", .doc = "instead of --chip: peak rate of one"},
    {.name = "--bind",
     .value = "NAME=VALUE",
     .doc = "with --step-time: sizes of the model; the batch is that of all chips",
     .repeated = true},
    {.name = "--parameter",
     .value = "PATTERN",
     .doc = "with --step-time: inputs of these names are parameters",
     .repeated = true},
};

constexpr Option output_options[] = {
    {.name = "--explain",
     .doc = "show the arithmetic, assumptions and sources of each run, and of every run, not only "
            "of conflicts, which assumption would close the gap"},
    {.name = "--json", .doc = "print JSON (pfsday.crosscheck/1)"},
};

constexpr auto options = join_options(run_options, timing_options, step_options, output_options);

Result<double> tolerance_of(const Args& args) {
  const auto text = args.value("--tolerance");
  if (!text) return estimate::default_tolerance;
  const double tolerance = TRY(units::parse_as(*text, units::Dimension::number, 1));
  if (tolerance >= 1) return tolerance;
  return fail(Code::usage, fmt::format("a tolerance of {} is below 1", *text),
              "a tolerance of 2 accepts ratios from 1/2 to 2");
}

Result<estimate::CrosscheckOptions> settings_of(const Args& args) {
  estimate::CrosscheckOptions settings{.view = args.choice("--view")};
  settings.tolerance = TRY(tolerance_of(args));
  settings.uncertainty = TRY(read_uncertainty(args));
  settings.depth = args.flag("--explain") ? estimate::Depth::all : estimate::Depth::conflicts;
  return settings;
}

/// What goes with --step-time alone.
Result<void> refuse_step_options(const Session& session, const Args& args) {
  constexpr auto of_steps = join_options(timing_options, step_options);
  for (const Option& option : of_steps) {
    if (!args.flag(option.name)) continue;
    return fail(Code::usage, fmt::format("{} goes with --step-time", option.name),
                "say how long a training step of the model takes, or leave it out");
  }
  if (!names_model(session, args)) return {};
  return fail(Code::usage, "a model file has no run to crosscheck",
              "say how long a training step takes: --step-time 1.2s --chip h100-sxm --chips 8");
}

/// In place of what the phases state.
Result<void> take_utilization(std::string_view share, estimate::Run& run) {
  for (estimate::Phase& phase : run.phases) {
    if (!phase.hardware) continue;
    phase.hardware->utilization_kind = estimate::UtilizationKind::assumed;
    TRY(estimate::read_utilization(share, *phase.hardware));
    phase.hardware->is_utilization_replaced = true;
  }
  return {};
}

Table table_of(std::span<const report::RunReport> reports) {
  std::vector<Column> columns;
  for (const report::Heading& heading : report::crosscheck_headings) {
    const bool is_text = heading.text == "system" || heading.text == "verdict";
    columns.push_back({std::string(heading.text), is_text ? Align::left : Align::right,
                       std::string(heading.group)});
  }
  Table table(std::move(columns));
  for (std::vector<std::string>& row : report::crosscheck_rows(reports)) {
    table.add_row(std::move(row));
  }
  return table;
}

/// What alone would close the gap.
void print_explanations(Session& session, const report::RunReport& one) {
  if (one.check.explanations.empty()) return;
  session.print(fmt::format("\n{}: what alone would close the gap\n", one.run.name));
  session.print(to_table(report::explanation_grid(one.check)));
  for (const std::string& note : report::explanation_notes(one.check)) {
    session.print(report::bullet(note, 0, session.terminal().width));
  }
}

void print_text(Session& session, std::span<const report::RunReport> reports, bool explain) {
  const std::size_t width = session.terminal().width;
  session.print(table_of(reports));
  if (reports.size() > 1) {
    session.print("\n" + report::indented(report::agreement_text(reports), 0, width));
  }
  const std::vector<std::string> notes = report::crosscheck_notes(reports);
  if (!notes.empty()) session.print("\n");
  if (report::any_slip(reports)) {
    session.print("* differs by more than 1 % from the product of its factors\n");
  }
  for (const std::string& note : notes) session.print(report::bullet(note, 0, width));
  for (const report::RunReport& one : reports) print_explanations(session, one);
  if (!explain) return;
  const report::TextStyle style{.width = width, .explain = true};
  for (const report::RunReport& one : reports) {
    session.print("\n" + report::estimate_text(one, style));
    session.print(report::combination_text(one.check, style));
  }
}

Result<int> run(Session& session, const Args& args) {
  if (args.value("--step-time")) return crosscheck_step(session, args, TRY(tolerance_of(args)));
  TRY(refuse_step_options(session, args));
  estimate::CrosscheckOptions settings = TRY(settings_of(args));
  std::vector<report::RunReport> reports;
  const auto add = [&](estimate::Run one, const estimate::ReadFile& read_file) -> Result<void> {
    if (const auto share = args.value("--utilization")) TRY(take_utilization(*share, one));
    settings.read_file = read_file;
    reports.push_back(TRY(report::report_run(std::move(one), settings)));
    return {};
  };
  const int faults = TRY(for_each_run(session, args.positionals(), add));
  if (args.flag("--json")) {
    session.print(report::crosscheck_json(reports));
  } else {
    print_text(session, reports, args.flag("--explain"));
  }
  const bool conflict = std::ranges::any_of(reports, [](const report::RunReport& one) {
    return one.check.verdict == estimate::Verdict::conflict;
  });
  if (conflict) return lowest_exit_code(faults, exit_conflict);
  const bool complete = std::ranges::all_of(reports, report::is_complete);
  return lowest_exit_code(faults, complete ? 0 : exit_incomplete);
}

}  // namespace

extern constinit const Command crosscheck{
    .name = "crosscheck",
    .usage = "crosscheck RUN... [options]",
    .summary = "Hold two estimates of one training run against each other.",
    .details =
        "RUN is a run file in TOML, or a folder of them (docs/run-files.md). Both methods of 2018 "
        "are applied, counting and hardware time; the table shows what the source prints beside "
        "what its own factors give, the ratio hardware / counting, the utilization that the count "
        "implies, and at which point of the published ones it stands (docs/crosscheck.md). Of a "
        "conflict, a table says which single assumption would close it. Exit code 4 if the "
        "methods conflict on any run.\n"
        "With --step-time, RUN is a model file (pfsday count says which): its training step is "
        "counted and held against the time that a step takes on these chips, which gives MFU, HFU "
        "with --recompute, and their place among published steps. The options from --chip to "
        "--accumulate are for that alone; the last seven are those of count --train. Exit code 4 "
        "if "
        "a stated "
        "--utilization is outside the tolerance.\n",
    .example = "pfsday crosscheck data/runs/2018",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
