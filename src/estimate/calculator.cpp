#include "estimate/calculator.h"

#include <fmt/format.h>

#include "estimate/amount.h"
#include "estimate/hardware_time.h"
#include "estimate/utilization_prior.h"

namespace pfsday::estimate {
namespace {

Result<std::optional<Uncertain>> find(const std::optional<std::string_view>& text,
                                      Measure measure) {
  if (!text) return std::optional<Uncertain>{};
  return std::optional(TRY(parse_amount(*text, measure)));
}

Result<CountingInputs> counting_of(const CalculatorInputs& inputs) {
  if (!inputs.parameters || !inputs.tokens) {
    return fail(
        Code::run_input_missing,
        fmt::format("counting lacks the number of {}", inputs.parameters ? "tokens" : "parameters"),
        "6 operations per parameter and token are counted");
  }
  CountingInputs counting{.example = "token"};
  counting.per_example = per_parameter(TRY(parse_amount(*inputs.parameters, measure::plain)));
  counting.notes.push_back(per_parameter_note());
  Uncertain tokens = TRY(parse_amount(*inputs.tokens, measure::plain));
  counting.repeats.push_back({.name = "tokens", .value = std::move(tokens)});
  const auto epochs = TRY(find(inputs.epochs, measure::plain));
  if (epochs) counting.repeats.push_back({.name = "epochs", .value = *epochs});
  return counting;
}

Result<HardwareInputs> hardware_of(const CalculatorInputs& inputs) {
  HardwareInputs hardware;
  hardware.chip = inputs.chip;
  hardware.format = inputs.format;
  hardware.count = TRY(find(inputs.chips, measure::plain));
  hardware.days = TRY(find(inputs.days, measure::days));
  hardware.chip_hours = TRY(find(inputs.chip_hours, measure::chip_hours));
  hardware.peak = TRY(find(inputs.peak, measure::rate));
  if (inputs.utilization) TRY(read_utilization(*inputs.utilization, hardware));
  TRY(resolve(hardware));
  return hardware;
}

}  // namespace

Result<void> read_utilization(std::string_view text, HardwareInputs& hardware) {
  const std::size_t colon = text.find(':');
  hardware.utilization = TRY(parse_amount(text.substr(0, colon), measure::utilization));
  if (colon != std::string_view::npos) {
    hardware.utilization_kind = TRY(parse_utilization_kind(text.substr(colon + 1)));
  }
  return {};
}

Result<Run> calculate(const CalculatorInputs& inputs) {
  const bool counts = inputs.parameters || inputs.tokens || inputs.epochs;
  const bool takes_time = inputs.chip || inputs.chips || inputs.days || inputs.chip_hours ||
                          inputs.peak || inputs.format || inputs.utilization;
  if (!counts && !takes_time) {
    return fail(Code::usage, "there is nothing to estimate",
                "name a run file; or --parameters and --tokens; or --chip and --chip-hours");
  }
  Phase phase{.name = "the run"};
  if (counts) phase.counting = TRY(counting_of(inputs));
  if (takes_time) phase.hardware = TRY(hardware_of(inputs));
  return Run{.phases = {std::move(phase)}};
}

}  // namespace pfsday::estimate
