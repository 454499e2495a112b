// Least squares on any few columns: coefficients, residuals, leverage.
//
//   const Regression fit = TRY(fit_least_squares(line_design(years), log10_flop));
//   fit.coefficients[1]                                          // decades a year
//   const SquareMatrix v = TRY(covariance(fit, {.kind = ErrorKind::hc3}));   // covariance.h
//
// Model: y = X b + e. With X = Q R (Q of orthonormal columns, R triangular):
//   b = R^-1 Q'y        leverage h_i = |row i of Q|^2        (X'X)^-1 = R^-1 R^-T
//   s^2 = sum e^2 / (n - p)        R2 = 1 - sum e^2 / sum (y - mean y)^2
// Source: Golub and Van Loan, Matrix Computations, 5.2-5.3; Belsley, Kuh and Welsch, Regression
// Diagnostics, 2.1. Q is found by Gram-Schmidt with every column cleaned twice, in extended
// precision, so that dates counted from a far origin cost no digits.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "stats/matrix.h"

namespace pfsday::stats {

/// Columns of equal length, each a regressor. One of them is constant in every model of pfsday.
using Design = std::vector<std::vector<double>>;

/// The columns 1 and x: coefficient 0 is the intercept, 1 the slope.
Design line_design(std::span<const double> x);

struct Regression {
  std::size_t n = 0;
  std::size_t p = 0;                      ///< columns
  std::vector<double> coefficients = {};  ///< p
  std::vector<double> residuals = {};     ///< n, units of y
  std::vector<double> leverage = {};      ///< n, in [0, 1]; they add up to p
  double residual_square_sum = 0;
  double residual_deviation = 0;    ///< s, units of y
  double r2 = 0;                    ///< 0 where all y are equal
  std::vector<double> q = {};       ///< n rows of p
  SquareMatrix inverse_root = {};   ///< R^-1, upper triangular
  SquareMatrix inverse_cross = {};  ///< (X'X)^-1

  std::size_t degrees_of_freedom() const { return n - p; }
  std::span<const double> q_row(std::size_t row) const { return {&q[row * p], p}; }
};

/// As many rows in each column as y has.
/// Faults: value_not_finite; too_few_points: not more rows than columns; fit_degenerate: a column
/// is a combination of the others (to 1e-12 of its size).
Result<Regression> fit_least_squares(const Design& design, std::span<const double> y);

/// R^-1 v: what turns a vector in the coordinates of Q to coefficients.
std::vector<double> to_coefficients(const Regression& fit, std::span<const double> v);

}  // namespace pfsday::stats
