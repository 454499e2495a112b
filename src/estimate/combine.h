// One estimate of two methods that agree.
//
//   const Combination both = TRY(combine(run, estimates, place, options));
//   both.estimate->operations   // or both.missing says why there is none
//
// Each method i is taken as log-normal: median m_i, s_i the standard deviation of its logarithm,
// which is ln(high_i / low_i) / (2 z), z the normal quantile of its level. Weighted by precision,
//
//   w_i = 1 / s_i^2,   ln m = sum w_i ln m_i / sum w_i,   s = 1 / sqrt(sum w_i),
//
// the interval from m exp(-z s) to m exp(z s): the maximum-likelihood estimate of two independent
// measurements of one quantity (T. Hastie, R. Tibshirani, J. Friedman, The Elements of Statistical
// Learning, 8.2; meta-analysis calls it the fixed-effect estimate). Where the run states its
// utilization only as assumed and exact, hardware time takes the prior of such chips in its place.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "estimate/method.h"
#include "estimate/prior_place.h"

namespace pfsday::estimate {

struct Combination {
  std::optional<Estimate> estimate = {};
  double counting_weight = 0;  ///< w of counting over the sum of both, in (0, 1)
  std::string missing = {};    ///< why there is none
};

/// Both methods are there.
///   errors  those of add_up
Result<Combination> combine(const Run& run, const Estimates& estimates, const PriorPlace& place,
                            const uncertainty::Options& options);

}  // namespace pfsday::estimate
