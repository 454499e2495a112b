// One sum of products over another, where both may hold the same variables.
//
//   const Quotient ratio = TRY(divide(hardware, counting, options));
//   ratio.amount.mid, ratio.amount.low   // what both share cancels
//
// Where one of the sums is a single product, the quotient is a sum of products again and is
// evaluated as such (uncertainty/evaluate.h): exactly, or by sampling. Where neither is, each is
// taken as log-normal with its own 5 and 95 %, and as independent: ln(a / b) then has the variance
// of ln a plus that of ln b, and `note` says so.
#pragma once

#include <span>
#include <string>

#include "base/result.h"
#include "estimate/estimate.h"

namespace pfsday::estimate {

struct Quotient {
  Amount amount = {};     ///< mid: the median; low and high where an input is not exact
  std::string note = {};  ///< what was taken as what; may be empty
};

/// At least one summand each.
///   errors  run_malformed: one name stands for different amounts
Result<Quotient> divide(std::span<const Summand> a, std::span<const Summand> b,
                        const uncertainty::Options& options);

/// The standard deviation of the logarithm of a log-normal with this interval of that level.
///   domain  0 < low <= high, level in (0, 1)
double log_spread(double low, double high, double level);

}  // namespace pfsday::estimate
