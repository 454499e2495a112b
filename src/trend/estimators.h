// One slope by many estimators: what a few far-off systems, the choice of the error or rows that
// are only bounds do to it.
//
//   const auto slopes = TRY(estimate_by_all(systems, decisions, Quantity::compute, {}));
//
//   least squares      with each method of trend/interval_method.h
//   Theil-Sen          median of the slopes of all pairs (stats/theil_sen.h)
//   Huber              far points count less (stats/huber.h); Student's t on its error
//   quantile 50, 90 %  the line that so many systems stay below (stats/quantile_line.h)
//   weighted           maximum likelihood with the rows' intervals (trend/row_errors.h), where all
//                      rows have one or FitOptions::known_within speaks of the others
//   censored           maximum likelihood with the systems that are only bounds ("above 1e25"),
//                      where there are any (stats/censored.h); normal interval on its error
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "trend/fit.h"
#include "trend/select.h"
#include "trend/system.h"

namespace pfsday::trend {

struct EstimatedSlope {
  std::string estimator = {};
  std::size_t n = 0;
  double slope = 0;                              ///< decades per year
  std::optional<stats::Interval> interval = {};  ///< at the level of the options
};

/// In the order above; an estimator that finds no answer on these points is left out.
/// Fault too_few_points: fewer than 3 distinct dates with exact figures.
Result<std::vector<EstimatedSlope>> estimate_by_all(std::span<const System> systems,
                                                    std::span<const Decision> decisions,
                                                    Quantity quantity, const FitOptions& options);

}  // namespace pfsday::trend
