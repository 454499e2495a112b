#include "stats/scores.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <vector>

#include "stats/distributions.h"

namespace pfsday::stats {
namespace {

/// B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b), by its logarithm: Gamma overflows for nu above 340.
double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

double standardized(const StudentForecast& forecast, double outcome) {
  return (outcome - forecast.location) / forecast.scale;
}

}  // namespace

double crps_normal(double mean, double deviation, double outcome) {
  const double z = (outcome - mean) / deviation;
  return deviation *
         (z * (2 * normal_probability(z) - 1) + 2 * normal_density(z) - std::numbers::inv_sqrtpi);
}

double crps_student_t(const StudentForecast& forecast, double outcome) {
  assert(forecast.freedom > 1);
  const double z = standardized(forecast, outcome), nu = forecast.freedom;
  const double spread =
      2 * std::sqrt(nu) / (nu - 1) * std::exp(log_beta(0.5, nu - 0.5) - 2 * log_beta(0.5, nu / 2));
  const double tails = 2 * student_t_density(z, nu) * (nu + z * z) / (nu - 1);
  return forecast.scale * (z * (2 * student_t_probability(z, nu) - 1) + tails - spread);
}

double crps_sample(std::span<const double> simulated, double outcome) {
  assert(!simulated.empty());
  std::vector<double> sorted(simulated.begin(), simulated.end());
  std::ranges::sort(sorted);
  const auto n = static_cast<double>(sorted.size());
  double error = 0, pairs = 0;  // sum over i of (2i - n + 1) x_i is half the sum of |x_i - x_j|
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    error += std::abs(sorted[i] - outcome);
    pairs += (2 * static_cast<double>(i) - n + 1) * (sorted[i] - outcome);
  }
  return error / n - pairs / (n * n);
}

double log_score(const StudentForecast& forecast, double outcome) {
  const double density = student_t_density(standardized(forecast, outcome), forecast.freedom);
  return std::log(forecast.scale) - std::log(density);
}

double pinball_loss(double tau, double quantile, double outcome) {
  return outcome >= quantile ? tau * (outcome - quantile) : (1 - tau) * (quantile - outcome);
}

double coverage(std::span<const Interval> intervals, std::span<const double> outcomes) {
  assert(!outcomes.empty() && intervals.size() == outcomes.size());
  double inside = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] >= intervals[i].low && outcomes[i] <= intervals[i].high) ++inside;
  }
  return inside / static_cast<double>(outcomes.size());
}

double pit(const StudentForecast& forecast, double outcome) {
  return student_t_probability(standardized(forecast, outcome), forecast.freedom);
}

double pit_sample(std::span<const double> simulated, double outcome) {
  assert(!simulated.empty());
  double below = 0;
  for (const double value : simulated) below += value < outcome ? 1 : value == outcome ? 0.5 : 0;
  return below / static_cast<double>(simulated.size());
}

}  // namespace pfsday::stats
