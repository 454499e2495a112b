#include <fmt/format.h>

#include <span>

#include "report/mfu.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using telemetry::StepKind;
using units::to_si;
using units::to_significant;

std::string number(const std::optional<double>& value) {
  return value ? to_significant(*value) : "-";
}

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f} %", *share * 100) : "-";
}

std::string operations_text(double operations) {
  return fmt::format("{} FLOP ({} pfs-days)", to_significant(operations),
                     to_significant(operations / units::operations_per_pfs_day));
}

std::string bullets(std::string_view title, std::span<const std::string> entries,
                    const TextStyle& style) {
  if (entries.empty()) return "";
  std::string text = fmt::format("\n{}\n", title);
  for (const std::string& entry : entries) text += bullet(entry, 0, style.width);
  return text;
}

std::string percent_range(const estimate::ConvertedUtilization& share) {
  if (!share.low) return fmt::format("at most {}", percent(share.high));
  if (*share.low == share.high) return percent(share.high);
  return fmt::format("{} to {}", percent(share.low), percent(share.high));
}

std::string differences_text(std::span<const telemetry::Difference> differences,
                             const TextStyle& style) {
  std::string text;
  for (const telemetry::Difference& difference : differences) {
    text += fmt::format("\n{}: {} by the log, {} here, ratio {}\n", difference.what,
                        to_significant(difference.log), to_significant(difference.ours),
                        to_significant(difference.log / difference.ours));
    for (const std::string& reason : difference.reasons) text += bullet(reason, 2, style.width);
  }
  return text;
}

std::string device_text(const MfuReport& report) {
  const estimate::PeakInUse& peak = report.inputs.peak;
  if (peak.rate <= 0) return "";
  if (peak.chip == nullptr) {
    return fmt::format("device: a peak of {}, as stated\n", to_si(peak.rate, "FLOP/s"));
  }
  return fmt::format("device: {}, {} peak of {}\n", peak.chip->name, peak.format,
                     to_si(peak.rate, "FLOP/s"));
}

std::string model_text(const MfuReport& report, const TextStyle& style) {
  if (!report.inputs.work) return "";
  const telemetry::ModelWork& work = *report.inputs.work;
  std::string text =
      fmt::format("model: {} operations for a token, forward and both gradients; products {}",
                  to_significant(work.operations), to_significant(work.full));
  if (work.causal < work.full) {
    text += fmt::format(" over all pairs, {} over unmasked pairs", to_significant(work.causal));
  }
  return indented(text, 0, style.width) + indented(work.formula, 2, style.width);
}

std::string steps_text(const LogReading& reading) {
  const telemetry::LoggedRun& run = reading.run;
  const auto& first = run.steps.front().logged;
  const auto& last = run.steps.back().logged;
  return fmt::format(
      "{}: {} line{} of steps {} to {}, {} steps performed{}\n", telemetry::to_string(run.format),
      run.steps.size(), run.steps.size() == 1 ? "" : "s", first.step, last.step,
      to_significant(run.performed(), 12),
      run.redone > 0 ? fmt::format(", {} of them useful", to_significant(run.useful(), 12)) : "");
}

/// What is no steady step, and what the log lacks.
std::vector<std::string> notes_of(const LogReading& reading) {
  const telemetry::LoggedRun& run = reading.run;
  std::vector<std::string> notes;
  const auto note = [&](double count, std::string_view text) {
    if (count > 0) notes.push_back(fmt::format("{} {}", to_significant(count, 12), text));
  };
  const auto lines = [&](StepKind kind) { return static_cast<double>(run.lines_of(kind)); };
  note(lines(StepKind::warm_up), "lines of warm-up: compilation, caches, steps dispatched ahead");
  note(lines(StepKind::slow),
       "slow lines, over 1.5 times the median: checkpoints, evaluation, data or failures");
  note(lines(StepKind::dispatched),
       "lines below half the median time: dispatched, their work is waited for in others");
  for (const telemetry::Restart& restart : run.restarts) {
    notes.push_back(fmt::format("line {}: a restart, from step {} back to {}", restart.line,
                                restart.from, restart.to));
  }
  note(run.redone, "steps done again after restarts: performed, but of no further use");
  note(run.missing, "steps are not in the log: it was cut or rotated, and they are in no total");
  note(static_cast<double>(run.duplicates), "lines repeat a step: another rank's");
  note(static_cast<double>(reading.log.other_ranks), "lines of other ranks, left out");
  note(static_cast<double>(reading.log.cut_off), "lines of steps are cut off, left out");
  note(static_cast<double>(reading.log.other_formats),
       "lines of steps of other frameworks, left out");
  if (run.steps.size() < 3) {
    notes.emplace_back("fewer than 3 lines: what is warm-up cannot be told");
  }
  const auto wall = run.wall_seconds();
  const auto seconds = reading.assessment.all.sums.seconds;
  if (wall && seconds) {
    notes.push_back(
        fmt::format("{} s pass between the first time stamp and the last; steps take "
                    "{} s",
                    to_significant(*wall), to_significant(*seconds)));
  }
  return notes;
}

/// "published    40.37 % (22.42 % to 61.35 %) in 70 figures, prior:benchmark-h100-bf16-dense".
std::string priors_text(std::span<const estimate::UtilizationPrior> priors) {
  std::string text;
  for (const estimate::UtilizationPrior& prior : priors) {
    text += fmt::format("published    {} ({} to {}) in {} figures, {}\n", percent(prior.median),
                        percent(prior.low), percent(prior.high), prior.n, prior.name);
  }
  return text;
}

std::string log_text(const LogReading& reading, std::span<const estimate::UtilizationPrior> priors,
                     const TextStyle& style) {
  const telemetry::Assessment& found = reading.assessment;
  std::string text;
  if (found.performed_tokens) {
    text +=
        fmt::format("\ntokens       {} performed, {} useful\n",
                    to_significant(*found.performed_tokens), to_significant(*found.useful_tokens));
  }
  if (found.performed_operations) {
    text +=
        fmt::format("operations   {} performed\n", operations_text(*found.performed_operations));
    if (reading.run.redone > 0) {
      text += fmt::format("             {} useful\n", operations_text(*found.useful_operations));
    }
  }
  if (found.hfu) {
    text += fmt::format("HFU          {} of steady steps, all pairs\n", percent_range(*found.hfu));
  }
  if (found.steady.full) text += priors_text(priors);
  text += differences_text(found.differences, style);
  text += bullets("notes", notes_of(reading), style);
  return text + bullets("missing", found.missing, style);
}

std::string trainer_text(const TrainerReading& reading, const TextStyle& style) {
  const telemetry::TrainerState& state = reading.state;
  std::string text = fmt::format(
      "\nupdates      {}\ntokens       {}\nseconds      {}\ntotal_flos   {}, as reported\n",
      number(state.steps), number(state.tokens), number(state.seconds), number(state.total_flos));
  if (reading.use.operations) {
    text += fmt::format("operations   {}\n", operations_text(*reading.use.operations));
  }
  if (reading.use.full) {
    text += fmt::format("MFU          {} over all pairs, {} over unmasked pairs\n",
                        percent(reading.use.full), percent(reading.use.causal));
  }
  if (reading.use.by_log) text += fmt::format("by the log   {}\n", percent(reading.use.by_log));
  text += differences_text(reading.use.differences, style);
  text += bullets("warnings", reading.use.warnings, style);
  return text + bullets("missing", reading.use.missing, style);
}

std::string smi_text(const SmiReading& reading, bool has_peak_clock, const TextStyle& style) {
  const telemetry::SmiLog& log = reading.log;
  std::string text =
      fmt::format("nvidia-smi: {} samples of {} device{}, busy {} of the time\nMFU and HFU  {}\n",
                  log.samples, log.devices, log.devices == 1 ? "" : "s", percent(log.busy),
                  percent_range(reading.use.bound));
  if (reading.use.operations) {
    text += fmt::format("operations   at most {}\n", operations_text(*reading.use.operations));
  }
  std::vector<std::string> notes = reading.use.bound.steps;
  if (log.clock_mhz && !has_peak_clock) {
    notes.push_back(fmt::format(
        "multiprocessors ran at up to {} MHz: if the peak assumes less, the bound is higher by "
        "that ratio",
        to_significant(*log.clock_mhz)));
  }
  if (log.without > 0)
    notes.push_back(fmt::format("{} samples without a utilization", log.without));
  if (log.cut_off > 0) notes.push_back(fmt::format("{} lines are cut off", log.cut_off));
  text += bullets("notes", notes, style);
  return text + bullets("missing", reading.use.missing, style);
}

}  // namespace

Grid mfu_grid(const LogReading& reading) {
  const telemetry::DeviceUse& all = reading.assessment.all;
  const telemetry::DeviceUse& steady = reading.assessment.steady;
  Grid grid{.headings = {"", "all steps", "steady steps"}};
  const auto add = [&](std::string_view name, const std::string& left, const std::string& right) {
    if (left != "-" || right != "-") grid.rows.push_back({std::string(name), left, right});
  };
  const auto tera = [](const std::optional<double>& rate) {
    return number(rate ? std::optional(*rate / 1e12) : std::nullopt);
  };
  add("steps", to_significant(all.sums.steps, 12), to_significant(steady.sums.steps, 12));
  add("seconds", number(all.sums.seconds), number(steady.sums.seconds));
  add("tokens/s of a device", number(all.tokens_per_second), number(steady.tokens_per_second));
  add("TFLOP/s of a device, by the log", tera(all.sums.rate), tera(steady.sums.rate));
  add("  over the peak", percent(all.by_log), percent(steady.by_log));
  const bool has_pairs = all.full != all.causal;
  add(has_pairs ? "MFU, all pairs" : "MFU", percent(all.full), percent(steady.full));
  if (has_pairs) add("MFU, unmasked pairs", percent(all.causal), percent(steady.causal));
  return grid;
}

std::string mfu_text(const MfuReport& report, const TextStyle& style) {
  std::string text = device_text(report) + model_text(report, style);
  if (const auto* log = std::get_if<LogReading>(&report.reading)) text += steps_text(*log);
  return text;
}

std::string mfu_notes(const MfuReport& report, const TextStyle& style) {
  std::string text;
  if (const auto* log = std::get_if<LogReading>(&report.reading))
    text = log_text(*log, report.priors, style);
  if (const auto* state = std::get_if<TrainerReading>(&report.reading)) {
    text = trainer_text(*state, style);
  }
  if (const auto* smi = std::get_if<SmiReading>(&report.reading))
    text = smi_text(*smi, report.inputs.peak.clock_mhz.has_value(), style);
  if (!style.explain) return text;
  if (report.inputs.work) text += bullets("the model", report.inputs.work->notes, style);
  if (const auto* log = std::get_if<LogReading>(&report.reading); log && log->assessment.hfu) {
    text += bullets("MFU to HFU", log->assessment.hfu->steps, style);
  }
  for (const estimate::UtilizationPrior& prior : report.priors) {
    text += bullets(prior.name, prior.notes, style);
  }
  const std::string& source = report.inputs.peak.source;
  if (!source.empty()) text += bullets("sources", {{source}}, style);
  return text;
}

}  // namespace pfsday::report
