#include "report/mfu.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "importers/bindings.h"
#include "report/step_work.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using telemetry::LoggedRun;
using telemetry::ModelWork;
using units::to_significant;

/// "run 1: steps 0 to 4 (lines 1 to 5), 4.608e10 operations for a token by the log".
std::string describe(const LoggedRun& run, std::size_t number) {
  const auto& first = run.steps.front().logged;
  const auto& last = run.steps.back().logged;
  std::string text = fmt::format("run {}: steps {} to {} (lines {} to {})", number, first.step,
                                 last.step, first.line, last.line);
  if (const auto operations = run.token_operations()) {
    text += fmt::format(", {} operations for a token by the log", to_significant(*operations));
  }
  return text;
}

telemetry::AssessmentInputs inputs_of(const MfuInputs& inputs) {
  return {.work = inputs.work ? &*inputs.work : nullptr,
          .peak = inputs.peak,
          .chips = inputs.chips,
          .step_tokens = inputs.step_tokens,
          .sequence = inputs.sequence};
}

Result<LogReading> read_training_log(std::string_view text, const MfuInputs& inputs) {
  LogReading reading{.log = TRY(telemetry::read_log(text))};
  std::vector<LoggedRun> runs = telemetry::split_runs(reading.log);
  reading.log.steps.clear();
  reading.runs = runs.size();
  const std::size_t number = inputs.run.value_or(1);
  if (number > runs.size() || (runs.size() > 1 && !inputs.run)) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < runs.size(); ++i) all.push_back(describe(runs[i], i + 1));
    return fail(Code::usage,
                fmt::format("the log holds {} run{}", runs.size(), runs.size() == 1 ? "" : "s"),
                fmt::format("choose one with --run: {}", join(all, "; ")));
  }
  reading.run = std::move(runs[number - 1]);
  reading.assessment = TRY(telemetry::assess(reading.run, inputs_of(inputs)));
  return reading;
}

/// Published steps to hold a share against; none where the chip or its format has none.
std::vector<estimate::UtilizationPrior> find_priors(const estimate::PeakInUse& peak) {
  using estimate::Architecture;
  std::vector<estimate::UtilizationPrior> priors;
  if (peak.chip == nullptr) return priors;
  for (const Architecture architecture : {Architecture::dense, Architecture::mixture}) {
    auto prior = estimate::find_prior({.basis = estimate::UtilizationBasis::benchmark,
                                       .chip = std::string(peak.chip->id),
                                       .format = peak.format,
                                       .architecture = architecture});
    if (prior) priors.push_back(std::move(*prior));
  }
  return priors;
}

}  // namespace

Result<MfuReport> read_mfu(std::string_view path, std::string_view text, MfuInputs inputs) {
  MfuReport report{.path = std::string(path), .inputs = std::move(inputs)};
  const auto facts = inputs_of(report.inputs);
  if (telemetry::is_trainer_state(text)) {
    TrainerReading reading{.state = TRY(in_file(path, telemetry::read_trainer_state(text)))};
    reading.use = TRY(in_file(path, telemetry::assess(reading.state, facts)));
    report.reading = std::move(reading);
  } else if (telemetry::is_nvidia_smi(text)) {
    SmiReading reading{.log = TRY(in_file(path, telemetry::read_nvidia_smi(text)))};
    reading.use = TRY(in_file(path, telemetry::assess(reading.log, facts)));
    report.reading = std::move(reading);
  } else {
    report.reading = TRY(in_file(path, read_training_log(text, report.inputs)));
    report.priors = find_priors(report.inputs.peak);
  }
  return report;
}

Result<ModelWork> work_of_file(std::string_view path, importers::Bytes bytes,
                               const CountRequest& request, double tokens) {
  StepWork step = TRY(count_step_work(path, bytes, request));
  CountReport& counted = step.counted;
  ModelWork work{.operations = counted.counts.total.work.operations().to_double() / tokens,
                 .full = step.full / tokens,
                 .causal = step.causal / tokens,
                 .executed_over_model = step.executed_over_model};
  work.parameters = counted.counts.parameters.total.to_double();
  work.formula = fmt::format("a training step of {}, counted, for {} tokens", path,
                             to_significant(tokens, 12));
  if (!counted.counts.complete()) counted.notes.push_back(lower_bound_note(counted));
  work.notes = std::move(counted.notes);
  return work;
}

Result<double> tokens_of_bindings(const std::vector<std::string>& bindings) {
  const importers::ImportOptions options = TRY(importers::parse_bindings(bindings));
  double tokens = 1;
  for (const std::string_view name : {"batch", "seq"}) {
    const auto found = std::ranges::find_if(options.dimensions,
                                            [&](const auto& bound) { return bound.first == name; });
    if (found == options.dimensions.end()) {
      return fail(Code::run_input_missing,
                  fmt::format("how many tokens a pass through the model has is not known: no "
                              "dimension \"{}\" is bound",
                              name),
                  "say it with --tokens-per-pass, or bind batch and seq");
    }
    tokens *= static_cast<double>(found->second);
  }
  return tokens;
}

}  // namespace pfsday::report
