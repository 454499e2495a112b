#include "telemetry/assess.h"

#include "telemetry/differences.h"

namespace pfsday::telemetry {
namespace {

/// The batch, where it is the same for all lines.
std::optional<double> step_examples(const LoggedRun& run) {
  const auto& first = run.steps.front().logged.examples;
  for (const PlacedStep& step : run.steps) {
    if (step.logged.examples != first) return std::nullopt;
  }
  return first;
}

/// Tokens of a step, of all devices.
std::optional<double> find_step_tokens(const LoggedRun& run, const AssessmentInputs& inputs) {
  if (inputs.step_tokens) return inputs.step_tokens;
  if (run.step_tokens && inputs.chips) return *run.step_tokens * *inputs.chips;
  const auto& weights = run.steps.front().logged.tokens;
  if (weights) return weights;
  const auto examples = step_examples(run);
  if (examples && inputs.sequence) return *examples * *inputs.sequence;
  return std::nullopt;
}

/// As the log says, or as its time and the tokens of a step do.
std::optional<double> device_tokens(const StepSums& sums, const Assessment& result,
                                    const AssessmentInputs& inputs) {
  if (sums.tokens_per_second) return sums.tokens_per_second;
  if (!sums.seconds || !result.step_tokens || !inputs.chips) return std::nullopt;
  return *result.step_tokens * sums.steps / (*sums.seconds * *inputs.chips);
}

DeviceUse use_of(StepSums sums, const Assessment& result, const AssessmentInputs& inputs) {
  DeviceUse use{.sums = sums};
  use.tokens_per_second = device_tokens(use.sums, result, inputs);
  if (inputs.peak.rate <= 0) return use;
  if (use.sums.rate) use.by_log = *use.sums.rate / inputs.peak.rate;
  if (inputs.work == nullptr || !use.tokens_per_second) return use;
  use.full = *use.tokens_per_second * inputs.work->full / inputs.peak.rate;
  use.causal = *use.tokens_per_second * inputs.work->causal / inputs.peak.rate;
  return use;
}

std::optional<double> log_token_operations(const LoggedRun& run, const AssessmentInputs& inputs,
                                           const Assessment& result) {
  if (const auto known = run.token_operations()) return known;
  if (!run.step_operations || !inputs.chips || !result.step_tokens) return std::nullopt;
  return *run.step_operations * *inputs.chips / *result.step_tokens;
}

void add_totals(const LoggedRun& run, const ModelWork* work, Assessment& result) {
  if (!result.step_tokens) return;
  result.performed_tokens = *result.step_tokens * run.performed();
  result.useful_tokens = *result.step_tokens * run.useful();
  if (work == nullptr) return;
  result.performed_operations = *result.performed_tokens * work->operations;
  result.useful_operations = *result.useful_tokens * work->operations;
}

void note_missing(const LoggedRun& run, const AssessmentInputs& inputs, Assessment& result) {
  const auto need = [&](bool is_there, std::string_view text) {
    if (!is_there) result.missing.emplace_back(text);
  };
  need(inputs.work != nullptr, "operations by our count: name the model (--model or --parameters)");
  need(inputs.peak.rate > 0, "a share of the peak: name the chip (--chip) or its rate (--peak)");
  const bool has_examples = run.steps.front().logged.examples.has_value();
  need(result.step_tokens.has_value(),
       has_examples ? "tokens in total: the log counts examples, say how long they are (--seq)"
                    : "tokens in total: the log does not say how many a step has "
                      "(--tokens-per-step, or --chips where it says it of a device)");
  need(result.steady.tokens_per_second.has_value(),
       "tokens per second of a device: say how many there are (--chips)");
}

}  // namespace

Result<Assessment> assess(const LoggedRun& run, const AssessmentInputs& inputs) {
  Assessment result{.step_tokens = find_step_tokens(run, inputs)};
  result.all = use_of(run.all(), result, inputs);
  result.steady = use_of(run.steady(), result, inputs);
  if (result.steady.causal) TRY(estimate::check_share(*result.steady.causal, inputs.peak));
  add_totals(run, inputs.work, result);
  result.token_operations = log_token_operations(run, inputs, result);
  if (result.steady.full) {
    result.hfu = TRY(estimate::convert(
        {.share = *result.steady.full, .attention = estimate::AttentionPairs::full},
        {.kind = estimate::UtilizationKind::hfu, .attention = estimate::AttentionPairs::full},
        {.executed_over_model = inputs.work->executed_over_model}));
  }
  result.differences = find_differences(run, inputs, result);
  note_missing(run, inputs, result);
  return result;
}

}  // namespace pfsday::telemetry
