#include "stats/huber.h"

#include <algorithm>
#include <cmath>

#include "stats/distributions.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

constexpr double bend = 1.345;
constexpr int most_rounds = 2000;
constexpr double settled = 1e-13;  // change of a fitted value, in scales

std::vector<double> residuals_of(const Design& design, std::span<const double> y,
                                 std::span<const double> coefficients) {
  std::vector<double> residuals(y.begin(), y.end());
  for (std::size_t j = 0; j < design.size(); ++j) {
    for (std::size_t i = 0; i < y.size(); ++i) residuals[i] -= coefficients[j] * design[j][i];
  }
  return residuals;
}

double scale_of(std::span<const double> residuals) {
  std::vector<double> sizes;
  for (const double residual : residuals) sizes.push_back(std::abs(residual));
  std::ranges::sort(sizes);
  return sorted_quantile(sizes, 0.5) / normal_quantile(0.75);
}

std::vector<double> weights_of(std::span<const double> residuals, double scale) {
  std::vector<double> weights;
  for (const double residual : residuals) {
    const double u = std::abs(residual) / scale;
    weights.push_back(u <= bend ? 1 : bend / u);
  }
  return weights;
}

Result<Regression> fit_weighted(Design design, std::span<const double> y,
                                std::span<const double> weights) {
  std::vector<double> scaled(y.begin(), y.end());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double root = std::sqrt(weights[i]);
    for (std::vector<double>& column : design) column[i] *= root;
    scaled[i] *= root;
  }
  return fit_least_squares(design, scaled);
}

SquareMatrix covariance_of(const Regression& plain, std::span<const double> residuals,
                           double scale) {
  const auto n = static_cast<double>(plain.n);
  double psi2 = 0, inside = 0;  // psi' is 1 inside, 0 outside
  for (const double residual : residuals) {
    const double u = std::min(std::abs(residual) / scale, bend);
    psi2 += u * u;
    inside += u < bend ? 1 : 0;
  }
  const double mean = inside / n;
  const double correction = 1 + static_cast<double>(plain.p) / n * (1 - mean) / mean;
  const double variance = psi2 * scale * scale / static_cast<double>(plain.degrees_of_freedom());
  SquareMatrix covariance = plain.inverse_cross;
  for (std::size_t i = 0; i < plain.p; ++i) {
    for (std::size_t j = 0; j < plain.p; ++j) {
      covariance(i, j) *= correction * correction * variance / (mean * mean);
    }
  }
  return covariance;
}

Design columns_of_q(const Regression& fit) {
  Design columns(fit.p);
  for (std::size_t row = 0; row < fit.n; ++row) {
    for (std::size_t j = 0; j < fit.p; ++j) columns[j].push_back(fit.q_row(row)[j]);
  }
  return columns;
}

double largest_change(std::span<const double> before, std::span<const double> after) {
  double largest = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    largest = std::max(largest, std::abs(after[i] - before[i]));
  }
  return largest;
}

}  // namespace

// Works on what least squares leaves, in the coordinates of its Q, where no number is larger than a
// residual: rounding does not grow with the distance of the origin.
Result<HuberFit> fit_huber(const Design& design, std::span<const double> y) {
  const Regression plain = TRY(fit_least_squares(design, y));
  const Design q = columns_of_q(plain);
  HuberFit fit;
  std::vector<double> residuals = plain.residuals;
  for (int round = 0; round < most_rounds; ++round) {
    fit.scale = scale_of(residuals);
    if (!(fit.scale > 1e-12 * plain.residual_deviation)) {
      return fail(Code::fit_degenerate, "half of the points lie on one fit: there is no scale");
    }
    fit.weights = weights_of(residuals, fit.scale);
    const Regression step = TRY(fit_weighted(q, plain.residuals, fit.weights));
    std::vector<double> next = residuals_of(q, plain.residuals, step.coefficients);
    const double change = largest_change(residuals, next);
    residuals = std::move(next);
    if (change > settled * fit.scale) continue;
    fit.coefficients = to_coefficients(plain, step.coefficients);
    for (std::size_t i = 0; i < plain.p; ++i) fit.coefficients[i] += plain.coefficients[i];
    fit.covariance = covariance_of(plain, residuals, fit.scale);
    return fit;
  }
  return fail(Code::fit_not_converged, "the robust fit did not settle",
              "half of the points or more may lie on one line, which leaves no scale");
}

}  // namespace pfsday::stats
