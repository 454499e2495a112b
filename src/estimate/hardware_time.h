// The factors of method 2: chips x time x peak rate x utilization, looked up where they are not
// stated.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/hardware_inputs.h"

namespace pfsday::estimate {

/// The factors of method 2, its peak and utilization looked up.
struct HardwareFactors {
  std::vector<Factor> available = {};  ///< chips, time, peak, named factors
  Factor utilization = {};
  /// Its format: as stated, or the one whose peak is nearest to the stated rate; empty where
  /// neither a format nor a chip is known.
  PeakInUse peak = {};
  std::vector<std::string> assumptions = {};
};

/// Faults: run_input_missing, chip_unknown, utilization_out_of_range, run_malformed. A GPU without
/// a stated utilization is assumed to reach 0.33.
Result<HardwareFactors> resolve(const HardwareInputs& inputs);

}  // namespace pfsday::estimate
