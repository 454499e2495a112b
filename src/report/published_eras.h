// Published eras with the days of training that their ranges imply, and the systems outside.
//
//   const PublishedErasReport report = TRY(report::published_eras("2018"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trend/published_eras.h"

namespace pfsday::report {

struct PublishedErasReport {
  trend::PublishedEras eras = {};
  std::vector<std::optional<stats::Interval>> days = {};  ///< by era
  std::vector<std::vector<trend::System>> outside = {};   ///< by era
};

/// Fault set_unknown.
Result<PublishedErasReport> published_eras(std::string_view id);

/// pfsday.published-eras/1.
std::string to_json(const PublishedErasReport& report);

}  // namespace pfsday::report
