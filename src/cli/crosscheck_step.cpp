#include "cli/crosscheck_step.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/beside.h"
#include "cli/device_options.h"
#include "cli/exit_code.h"
#include "cli/folder.h"
#include "cli/model_inputs.h"
#include "cli/step_options.h"
#include "estimate/calculator.h"
#include "report/step_check.h"

namespace pfsday::cli {
namespace {

/// Of runs alone.
constexpr std::string_view run_options[] = {"--view", "--level", "--seed", "--samples"};

bool is_model(importers::Bytes file) {
  constexpr std::size_t head_bytes = 4096;
  const importers::Bytes head = file.first(std::min(file.size(), head_bytes));
  return std::ranges::any_of(importers::importers(), [&](const importers::Importer* importer) {
    return importer->recognizes(head);
  });
}

Result<void> check_options(const Args& args) {
  if (args.positionals().size() != 1) {
    return fail(Code::usage, "--step-time takes one model file", "crosscheck them one by one");
  }
  if (args.positional(0).ends_with(".toml")) {
    return fail(Code::usage, "--step-time goes with a model file, not with a run file",
                "a run file states its time itself: leave the option out");
  }
  for (const std::string_view option : run_options) {
    if (!args.value(option)) continue;
    return fail(Code::usage, fmt::format("{} goes with run files, not with a model file", option),
                "leave it out");
  }
  return {};
}

Result<double> needed(const Args& args, std::string_view option, units::Dimension dimension,
                      std::string_view hint) {
  const auto amount = TRY(find_amount(args, option, dimension));
  if (amount) return *amount;
  return fail(Code::usage, fmt::format("a step of a model needs {}", option), std::string(hint));
}

report::CountRequest request_of(const Args& args) {
  const auto list = [&](std::string_view option) {
    const auto values = args.all(option);
    return std::vector<std::string>(values.begin(), values.end());
  };
  report::CountRequest request;
  request.bindings = list("--bind");
  request.parameters = list("--parameter");
  request.read_beside = files_beside();
  return request;
}

/// A share that operations can have: one value, of kind mfu, hfu or assumed.
Result<void> take_utilization(std::string_view text, report::StepInputs& inputs) {
  using Kind = estimate::UtilizationKind;
  estimate::HardwareInputs stated;
  TRY(estimate::read_utilization(text, stated));
  const estimate::Uncertain& share = *stated.utilization;
  inputs.kind = stated.utilization_kind;
  if (!share.is_exact()) {
    return fail(Code::usage, fmt::format("--utilization {} is a range", text),
                "a step is held against one value; its place among published ones is printed "
                "anyway");
  }
  if (inputs.kind != Kind::mfu && inputs.kind != Kind::hfu && inputs.kind != Kind::assumed) {
    return fail(Code::usage,
                fmt::format("a utilization of kind {} is a share of busy time, not of operations",
                            to_string(inputs.kind)),
                "state an mfu or an hfu");
  }
  TRY(estimate::check_share(share.mid(), inputs.peak));
  inputs.utilization = share.mid();
  return {};
}

Result<report::StepInputs> inputs_of(const Args& args, double tolerance) {
  report::StepInputs inputs{.request = request_of(args), .tolerance = tolerance};
  inputs.request.step = TRY(parse_training_options(args));
  inputs.recomputes_nothing =
      args.flag("--recompute") && inputs.request.step.recompute == count::Recompute::none;
  inputs.seconds = TRY(needed(args, "--step-time", units::Dimension::duration, "such as 1.2s"));
  inputs.chips =
      TRY(needed(args, "--chips", units::Dimension::number, "how many took part in the step"));
  inputs.peak = TRY(read_peak(args));
  if (inputs.peak.rate <= 0) {
    return fail(Code::usage, "a step of a model needs --chip or --peak", "such as --chip h100-sxm");
  }
  if (const auto share = args.value("--utilization")) TRY(take_utilization(*share, inputs));
  return inputs;
}

}  // namespace

bool names_model(const Session& session, const Args& args) {
  return std::ranges::any_of(args.positionals(), [&](const std::string& path) {
    if (path == "-" || path.ends_with(".toml") || is_folder(path)) return false;
    const Result<MappedFile> file = session.map_file(path);
    return file.has_value() && is_model(file->bytes());
  });
}

Result<int> crosscheck_step(Session& session, const Args& args, double tolerance) {
  TRY(check_options(args));
  report::StepInputs inputs = TRY(inputs_of(args, tolerance));
  const std::string_view path = args.positional(0);
  const MappedFile file = TRY(session.map_file(path));
  const report::StepCheck check = TRY(report::check_step(path, file.bytes(), std::move(inputs)));
  warn_unused_bindings(session, check.work.counted.unused_bindings, "the model");
  if (args.flag("--json")) {
    session.print(report::step_json(check));
  } else {
    const report::TextStyle style{.width = session.terminal().width,
                                  .explain = args.flag("--explain")};
    session.print(report::step_heading(check, style) + "\n");
    session.print(to_table(report::step_grid(check)));
    const std::string notes = report::step_notes(check, style);
    if (!notes.empty()) session.print("\n" + notes);
  }
  if (check.verdict == estimate::Verdict::conflict) return exit_conflict;
  return check.work.counted.counts.complete() ? 0 : exit_incomplete;
}

}  // namespace pfsday::cli
