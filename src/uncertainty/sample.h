// The distribution of a sum of products by Monte Carlo.
//
// Each variable has its own streams of random numbers, one for each block of samples, so that the
// result does not depend on the number of threads or on anything but the seed and the sample count.
//
// A quantile at probability q of n samples is the one of rank q (n - 1), rounded; its error, the
// larger distance to those 2.5758 sqrt(n q (1 - q)) ranks below and above: the true quantile is
// between them in 99 of 100 cases, whatever the distribution (H. A. David, H. N. Nagaraja, Order
// Statistics, 2003, 7.1).
#pragma once

#include <span>

#include "uncertainty/evaluate.h"

namespace pfsday::uncertainty {

/// The sum of the terms; its budget in the order of the variables, those that no term uses left
/// out.
Evaluation sample(std::span<const Term> terms, std::span<const Variable> variables,
                  const Options& options);

}  // namespace pfsday::uncertainty
