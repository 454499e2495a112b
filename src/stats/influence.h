// The fit without one row, or without all rows of a group, from the fit of all: no second fit.
//
//   const auto without = leave_one_out(fit);
//   without[3]->coefficients[1]      // the slope without row 3
//   leave_group_out(fit, laboratories)[2]   // the fit without the laboratory numbered 2
//
// For rows g removed, with Q_g, e_g their rows of Q and residuals:
//   b' = b - R^-1 (I - Q_g'Q_g)^-1 Q_g'e_g
//   RSS' = RSS - e_g'e_g - e_g'Q_g (I - Q_g'Q_g)^-1 Q_g'e_g
// Source: Belsley, Kuh and Welsch, Regression Diagnostics, appendix 2B (Sherman-Morrison-Woodbury).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "stats/least_squares.h"

namespace pfsday::stats {

struct ReducedFit {
  std::size_t n = 0;  ///< rows left
  std::vector<double> coefficients = {};
  double residual_square_sum = 0;
};

/// One per row; none where what is left does not settle all coefficients.
std::vector<std::optional<ReducedFit>> leave_one_out(const Regression& fit);

/// One per group; group[row] counts from 0, and a number that no row has changes nothing.
/// None where what is left does not settle all coefficients.
std::vector<std::optional<ReducedFit>> leave_group_out(const Regression& fit,
                                                       std::span<const std::size_t> group);

}  // namespace pfsday::stats
