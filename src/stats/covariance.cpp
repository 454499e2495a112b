#include "stats/covariance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "stats/distributions.h"

namespace pfsday::stats {
namespace {

constexpr double smallest_freedom = 1e-10;  // 1 - h of a row, below which it stands alone

/// The exponent of 1 / (1 - h) on each residual: half of that on its square.
double leverage_power(ErrorKind kind) {
  if (kind == ErrorKind::hc2) return 0.5;
  return kind == ErrorKind::hc3 ? 1 : 0;
}

Result<std::vector<double>> weighted_residuals(const Regression& fit, ErrorKind kind) {
  std::vector<double> weighted = fit.residuals;
  const double power = leverage_power(kind);
  if (power == 0) return weighted;
  for (std::size_t i = 0; i < fit.n; ++i) {
    const double freedom = 1 - fit.leverage[i];
    if (freedom < smallest_freedom) {
      return fail(Code::fit_degenerate,
                  fmt::format("point {} alone settles a coefficient: it has no residual to judge "
                              "its scatter by",
                              i + 1),
                  "use errors of kind hc1");
    }
    weighted[i] /= std::pow(freedom, power);
  }
  return weighted;
}

/// Adds weight e_i e_j q_i q_j' and, for two different rows, its transpose.
void add_product(SquareMatrix& sum, const Regression& fit, std::span<const double> e, std::size_t i,
                 std::size_t j, double weight) {
  const double factor = weight * e[i] * e[j];
  const std::span<const double> a = fit.q_row(i), b = fit.q_row(j);
  for (std::size_t row = 0; row < fit.p; ++row) {
    for (std::size_t column = 0; column < fit.p; ++column) {
      sum(row, column) += factor * a[row] * b[column];
      if (i != j) sum(row, column) += factor * b[row] * a[column];
    }
  }
}

/// The middle of the sandwich, in the coordinates of Q.
SquareMatrix meat(const Regression& fit, std::span<const double> e, std::size_t lags) {
  SquareMatrix sum(fit.p);
  for (std::size_t i = 0; i < fit.n; ++i) {
    for (std::size_t lag = 0; lag <= std::min(lags, i); ++lag) {
      const double weight = 1 - static_cast<double>(lag) / static_cast<double>(lags + 1);
      add_product(sum, fit, e, i, i - lag, weight);
    }
  }
  return sum;
}

/// R^-1 m R^-T times a factor.
SquareMatrix sandwich(const Regression& fit, const SquareMatrix& m, double factor) {
  SquareMatrix half(fit.p), whole(fit.p);
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = 0; j < fit.p; ++j) {
      for (std::size_t k = 0; k < fit.p; ++k) half(i, j) += fit.inverse_root(i, k) * m(k, j);
    }
  }
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = 0; j < fit.p; ++j) {
      for (std::size_t k = 0; k < fit.p; ++k) whole(i, j) += half(i, k) * fit.inverse_root(j, k);
      whole(i, j) *= factor;
    }
  }
  return whole;
}

SquareMatrix classical(const Regression& fit) {
  SquareMatrix v = fit.inverse_cross;
  const double variance = fit.residual_deviation * fit.residual_deviation;
  for (std::size_t i = 0; i < fit.p; ++i) {
    for (std::size_t j = 0; j < fit.p; ++j) v(i, j) *= variance;
  }
  return v;
}

}  // namespace

Result<SquareMatrix> covariance(const Regression& fit, const ErrorRule& rule) {
  if (rule.kind == ErrorKind::classical) return classical(fit);
  const bool is_lagged = rule.kind == ErrorKind::newey_west;
  assert(!is_lagged || rule.lags < fit.n);
  const std::vector<double> e = TRY(weighted_residuals(fit, rule.kind));
  const double factor =
      rule.kind == ErrorKind::hc1
          ? static_cast<double>(fit.n) / static_cast<double>(fit.degrees_of_freedom())
          : 1;
  return sandwich(fit, meat(fit, e, is_lagged ? rule.lags : 0), factor);
}

std::size_t newey_west_lags(std::size_t n) {
  return static_cast<std::size_t>(4 * std::pow(static_cast<double>(n) / 100, 2.0 / 9));
}

double standard_error(const SquareMatrix& covariance, std::size_t index) {
  return std::sqrt(std::max(0.0, covariance(index, index)));
}

Interval coefficient_interval(const Regression& fit, const SquareMatrix& covariance,
                              std::size_t index, double level) {
  const auto freedom = static_cast<double>(fit.degrees_of_freedom());
  const double reach =
      student_t_quantile((1 + level) / 2, freedom) * standard_error(covariance, index);
  return {fit.coefficients[index] - reach, fit.coefficients[index] + reach};
}

}  // namespace pfsday::stats
