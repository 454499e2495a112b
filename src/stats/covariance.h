// Covariance of the coefficients of a least-squares fit, under five views of the scatter.
//
//   const SquareMatrix v = TRY(covariance(fit, {.kind = ErrorKind::newey_west, .lags = 4}));
//   coefficient_interval(fit, v, 1, 0.90);   // of the slope
//
// With residuals e, leverage h, A = (X'X)^-1 and rows x_i:
//   classical    s^2 A: the same scatter everywhere
//   hc0          A (sum e_i^2 x_i x_i') A                          White 1980
//   hc1          hc0 n / (n - p)                                   MacKinnon and White 1985
//   hc2, hc3     hc0 with e_i^2 / (1 - h_i), e_i^2 / (1 - h_i)^2    the same
//   newey_west   A (G_0 + sum_l (1 - l / (lags + 1)) (G_l + G_l')) A,
//                G_l = sum_i e_i e_(i-l) x_i x_(i-l)'               Newey and West 1987
// hc3 is the usual choice below some 250 points (Long and Ervin 2000); newey_west where residuals
// run in time: its rows must be in order of time. It has no correction for small n.
#pragma once

#include <cstddef>

#include "base/result.h"
#include "stats/least_squares.h"

namespace pfsday::stats {

enum class ErrorKind { classical, hc0, hc1, hc2, hc3, newey_west };

struct ErrorRule {
  ErrorKind kind = ErrorKind::classical;
  std::size_t lags = 0;  ///< of newey_west; fewer than n
};

/// In units of the coefficients; standard errors are the roots of its diagonal.
/// Fault fit_degenerate: under hc2 and hc3, a row that alone settles a coefficient (leverage 1).
Result<SquareMatrix> covariance(const Regression& fit, const ErrorRule& rule);

/// The usual number of lags, floor(4 (n / 100)^(2/9)) (Newey and West 1994, Bartlett weights).
std::size_t newey_west_lags(std::size_t n);

/// Square root of element (index, index).
double standard_error(const SquareMatrix& covariance, std::size_t index);

/// Coefficient -+ t((1 + level) / 2, n - p) standard errors; level in (0, 1).
Interval coefficient_interval(const Regression& fit, const SquareMatrix& covariance,
                              std::size_t index, double level);

}  // namespace pfsday::stats
