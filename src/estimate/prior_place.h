// Where a utilization stands among those that were published for such chips.
//
//   const PriorPlace place = place_in_prior(0.21, query);
//   place.point     // 0.12: at the 12 % point of
//   place.prior     // prior:whole-run-dense, median 0.32, n 19
//
// The point is that of utilization_prior.h's distribution_of.
#pragma once

#include <optional>
#include <string>

#include "estimate/utilization_prior.h"

namespace pfsday::estimate {

struct PriorPlace {
  std::optional<UtilizationPrior> prior = {};  ///< none where nothing comparable is published
  std::string missing = {};                    ///< why there is none
  std::optional<double> point = {};            ///< in (0, 1); none of a share above 1
  bool by_goodput = false;                     ///< of a step's prior, times goodput
  bool inside = false;                         ///< between the 5 and 95 % of the prior
};

/// share more than zero.
PriorPlace place_in_prior(double share, const PriorQuery& query);

/// "12 %", or "<0.1 %" and ">99.9 %", where the tails of a fit say no more.
std::string point_text(double point);

/// "at the 12 % point of prior:whole-run-dense, 0.32 (0.18 to 0.51, n 19)", or why it is nowhere.
std::string to_text(const PriorPlace& place);

}  // namespace pfsday::estimate
