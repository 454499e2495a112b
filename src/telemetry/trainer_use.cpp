#include "telemetry/trainer_use.h"

#include <fmt/format.h>

#include <cmath>

#include "units/print.h"

namespace pfsday::telemetry {
namespace {

using units::to_significant;

constexpr std::string_view rule =
    "total_flos is 6 x elements of the main input x parameters without embeddings: no attention "
    "over pairs (transformers, floating_point_ops)";
/// No language model was trained on samples that long; an image of 224 x 224 has 150,528 values.
constexpr double pixels_per_sample = 100'000;

std::optional<double> over_peak(std::optional<double> operations, const TrainerState& state,
                                const AssessmentInputs& inputs) {
  if (!operations || !state.seconds || !inputs.chips || inputs.peak.rate <= 0) return std::nullopt;
  return *operations / (*state.seconds * *inputs.chips * inputs.peak.rate);
}

void find_implied(const TrainerState& state, const ModelWork& work, TrainerUse& use) {
  if (!state.total_flos || !work.parameters) return;
  use.implied_tokens = *state.total_flos / (6 * *work.parameters);
  if (state.samples) use.implied_per_sample = *use.implied_tokens / *state.samples;
}

void warn_of_pixels(const TrainerState& state, TrainerUse& use) {
  if (!state.total_flos) return;
  const bool exceeds_tokens =
      use.implied_tokens && state.tokens && *use.implied_tokens > 2 * *state.tokens;
  const bool exceeds_samples =
      !state.tokens && use.implied_per_sample.value_or(0) > pixels_per_sample;
  if (exceeds_tokens) {
    use.warnings.push_back(fmt::format(
        "total_flos stands for {} elements of input, {} times the tokens that the run saw: where "
        "the main input is an image, it counts each pixel value as a token",
        to_significant(*use.implied_tokens), to_significant(*use.implied_tokens / *state.tokens)));
  } else if (exceeds_samples) {
    use.warnings.push_back(fmt::format(
        "total_flos stands for {} elements of input in each sample: it counts pixels as tokens",
        to_significant(*use.implied_per_sample)));
  } else if (!use.implied_tokens || (!state.tokens && !state.samples)) {
    use.warnings.emplace_back(
        "total_flos is kept as reported; for an image model it counts each pixel value as a token, "
        "and the file does not say enough to tell");
  }
}

void note_missing(const TrainerState& state, const AssessmentInputs& inputs, TrainerUse& use) {
  const auto need = [&](bool is_there, std::string_view text) {
    if (!is_there) use.missing.emplace_back(text);
  };
  need(inputs.work != nullptr, "operations by our count: name the model (--model or --parameters)");
  need(state.tokens || inputs.step_tokens,
       "tokens: the run did not count them (include_num_input_tokens_seen); say how many an update "
       "has (--tokens-per-step)");
  need(state.seconds.has_value(),
       "the time: no entry of log_history has a train_runtime, which "
       "the trainer writes when it ends");
  need(inputs.peak.rate > 0, "a share of the peak: name the chip (--chip) or its rate (--peak)");
  need(inputs.chips.has_value(), "a share of the peak: say how many devices there were (--chips)");
}

}  // namespace

Result<TrainerUse> assess(const TrainerState& state, const AssessmentInputs& inputs) {
  TrainerUse use;
  std::optional<double> tokens = state.tokens;
  if (inputs.step_tokens && state.steps) tokens = *inputs.step_tokens * *state.steps;
  use.by_log = over_peak(state.total_flos, state, inputs);
  note_missing(state, inputs, use);
  if (inputs.work == nullptr) {
    warn_of_pixels(state, use);
    return use;
  }
  const ModelWork& work = *inputs.work;
  find_implied(state, work, use);
  warn_of_pixels(state, use);
  if (!tokens) return use;
  use.operations = *tokens * work.operations;
  use.full = over_peak(*tokens * work.full, state, inputs);
  use.causal = over_peak(*tokens * work.causal, state, inputs);
  if (use.causal) TRY(estimate::check_share(*use.causal, inputs.peak));
  if (state.total_flos) {
    use.differences.push_back({.what = "operations of the run",
                               .log = *state.total_flos,
                               .ours = *use.operations,
                               .reasons = {std::string(rule)}});
  }
  return use;
}

Result<SmiUse> assess(const SmiLog& log, const AssessmentInputs& inputs) {
  SmiUse use;
  const auto& assumed = inputs.peak.clock_mhz;
  const double clock = log.clock_mhz && assumed ? *log.clock_mhz / *assumed : 1;
  use.bound = TRY(estimate::convert(
      {.share = log.busy, .kind = estimate::UtilizationKind::smi},
      {.kind = estimate::UtilizationKind::mfu, .attention = estimate::AttentionPairs::causal},
      {.clock_over_peak = clock}));
  if (inputs.peak.rate <= 0) {
    use.missing.emplace_back("operations: name the chip (--chip) or its rate (--peak)");
  }
  if (!log.seconds) {
    use.missing.emplace_back("operations: the samples span no time");
  } else if (inputs.peak.rate > 0) {
    const double devices = inputs.chips.value_or(static_cast<double>(log.devices));
    use.operations = use.bound.high * devices * *log.seconds * inputs.peak.rate;
  }
  return use;
}

}  // namespace pfsday::telemetry
