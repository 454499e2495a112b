// What a trainer_state.json or the CSV of nvidia-smi says of the use of devices.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "telemetry/assess.h"
#include "telemetry/nvidia_smi.h"
#include "telemetry/trainer_state.h"

namespace pfsday::telemetry {

struct TrainerUse {
  std::optional<double> operations = {};         ///< by our count
  std::optional<double> full = {}, causal = {};  ///< MFU over the time that the trainer states
  std::optional<double> by_log = {};             ///< total_flos over the peak, likewise
  /// Elements of the main input that total_flos stands for, and those of a sample.
  std::optional<double> implied_tokens = {}, implied_per_sample = {};
  std::vector<Difference> differences = {};
  std::vector<std::string> warnings = {};
  std::vector<std::string> missing = {};
};

/// Fault utilization_out_of_range: the MFU is above 1.
Result<TrainerUse> assess(const TrainerState& state, const AssessmentInputs& inputs);

struct SmiUse {
  estimate::ConvertedUtilization bound = {};  ///< of MFU and HFU, over unmasked pairs
  std::optional<double> operations = {};      ///< at most, in the time of the samples
  std::vector<std::string> missing = {};
};

Result<SmiUse> assess(const SmiLog& log, const AssessmentInputs& inputs);

}  // namespace pfsday::telemetry
