// The growth between two systems of a table or set: factor, years and doubling time.
//
//   const Between between = TRY(report::fit_between(request, "AlexNet", "AlphaGo Zero"));
//   between.factor;    // 300,000
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "report/fit.h"

namespace pfsday::report {

struct Between {
  std::string title = {};
  std::string vintage = {};
  trend::Quantity quantity = trend::Quantity::compute;
  const trend::DateConvention* axis = nullptr;
  trend::Point first = {}, last = {};  ///< by date
  double factor = 0;                   ///< last / first
  double years = 0;                    ///< more than 0
  double oom_per_year = 0;
  double factor_per_year = 0;
  std::optional<double> doubling_months = {};  ///< as trend::Fit has them
};

/// Two systems by name or id. The selection of the request is not asked.
/// Faults: those of read_source; usage: no such system, no figure, several of the name, or both of
/// one date.
Result<Between> fit_between(const FitRequest& request, std::string_view a, std::string_view b);

/// pfsday.between/1.
std::string to_json(const Between& between);

}  // namespace pfsday::report
