// Which single systems, or whose systems together, a fit leans on.
//
//   const InfluenceReport report = TRY(report::fit_influences(request, Unit::organization, true));
//   report.influences[0]   // the one without which the slope changes most
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/fit.h"
#include "trend/influence.h"

namespace pfsday::report {

enum class LeftOutUnit { system, organization };

struct InfluenceReport {
  FitReport fit = {};
  LeftOutUnit unit = LeftOutUnit::system;
  bool reselected = false;  ///< whether the selection was made again without each
  std::vector<trend::Influence> influences = {};
};

/// Faults: those of `fit`; usage: organizations are asked for, and the source names none.
Result<InfluenceReport> fit_influences(const FitRequest& request, LeftOutUnit unit, bool reselect);

/// pfsday.influence/1.
std::string to_json(const InfluenceReport& report);

}  // namespace pfsday::report
