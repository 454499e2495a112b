// A run from a few numbers, as a calculator takes them.
//
//   const Run run = TRY(calculate({.parameters = "3.8e9", .tokens = "3.3e12"}));
//   estimate_run(run)->counting->operations.mid   // 7.524e22 = 6 x parameters x tokens
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"
#include "estimate/run.h"

namespace pfsday::estimate {

/// As they are written, e.g. "370k" or "989 TFLOP/s".
struct CalculatorInputs {
  std::optional<std::string_view> parameters = {};  ///< counting: with tokens
  std::optional<std::string_view> tokens = {};
  std::optional<std::string_view> epochs = {};  ///< passes over the tokens; one if not stated
  std::optional<std::string_view> chip = {};    ///< hardware time: as HardwareInputs
  std::optional<std::string_view> chips = {};
  std::optional<std::string_view> days = {};
  std::optional<std::string_view> chip_hours = {};
  std::optional<std::string_view> peak = {};
  std::optional<std::string_view> format = {};
  std::optional<std::string_view> utilization = {};  ///< SHARE or SHARE:KIND
};

/// SHARE or SHARE:KIND, as on the command line, into the inputs.
///   errors  those of parse_amount, and of parse_utilization_kind
Result<void> read_utilization(std::string_view text, HardwareInputs& hardware);

/// A run of one phase without a name, with the inputs of one method or of both.
///   errors  run_input_missing: what a method still lacks; usage: no input at all
Result<Run> calculate(const CalculatorInputs& inputs);

}  // namespace pfsday::estimate
