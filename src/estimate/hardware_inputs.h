// Method 2 as a run file states it: chips x time x peak rate x utilization. `resolve`
// (hardware_time.h) says what is missing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/toml.h"
#include "estimate/factor.h"
#include "estimate/utilization.h"

namespace pfsday::estimate {

struct HardwareInputs {
  std::optional<std::string> chip = {};    ///< id in the catalogue (hardware/chip.h)
  std::optional<std::string> format = {};  ///< of the chip's peak, where `peak` is not stated
  std::optional<Uncertain> count = {};     ///< chips
  std::optional<Uncertain> days = {};
  std::optional<Uncertain> hours = {};
  std::optional<Uncertain> chip_hours = {};   ///< instead of count and time
  std::optional<Uncertain> peak = {};         ///< operations per second of one chip
  std::optional<Uncertain> utilization = {};  ///< share of the peak, more than 0 and at most 1
  UtilizationKind utilization_kind = UtilizationKind::assumed;
  bool is_utilization_replaced = false;  ///< by the caller, whatever the file states
  std::vector<Factor> factors = {};
  std::vector<std::string> notes = {};
};

/// The table [phase.hardware]; faults as those of `resolve`, too.
Result<HardwareInputs> read_hardware(const TomlTable& table);

}  // namespace pfsday::estimate
