// Why a framework's figures are not ours.
#pragma once

#include <vector>

#include "telemetry/assess.h"

namespace pfsday::telemetry {

std::vector<Difference> find_differences(const LoggedRun& run, const AssessmentInputs& inputs,
                                         const Assessment& result);

}  // namespace pfsday::telemetry
