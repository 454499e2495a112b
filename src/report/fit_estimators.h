// The slope of one selection by many estimators (trend/estimators.h).
//
//   const EstimatorsReport report = TRY(report::fit_estimators(request));
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/fit.h"
#include "trend/estimators.h"

namespace pfsday::report {

struct EstimatorsReport {
  FitReport fit = {};
  std::vector<trend::EstimatedSlope> slopes = {};
};

/// Faults: those of `fit`.
Result<EstimatorsReport> fit_estimators(const FitRequest& request);

/// pfsday.estimators/1.
std::string to_json(const EstimatorsReport& report);

}  // namespace pfsday::report
