#include "stats/scatter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

#include "stats/check.h"

namespace pfsday::stats {
namespace {

constexpr int scan_steps = 64;

struct Data {
  const Design& design;
  std::span<const double> y, errors;
};

struct Step {
  double log_likelihood = 0;
  double score = 0;     ///< the derivative by tau^2, doubled
  double weights2 = 0;  ///< sum of squared weights
  Regression fit = {};
};

/// The weighted fit at tau^2 = variance.
Result<Step> step_at(const Data& data, double variance) {
  Design design = data.design;
  std::vector<double> y(data.y.begin(), data.y.end());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double root = 1 / std::sqrt(data.errors[i] * data.errors[i] + variance);
    for (std::vector<double>& column : design) column[i] *= root;
    y[i] *= root;
  }
  Step step;
  step.fit = TRY(fit_least_squares(design, y));
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double w = 1 / (data.errors[i] * data.errors[i] + variance);
    const double squared = step.fit.residuals[i] * step.fit.residuals[i];  // w r^2
    step.log_likelihood -= (std::log(2 * std::numbers::pi / w) + squared) / 2;
    step.score += w * squared - w;
    step.weights2 += w * w;
  }
  return step;
}

/// The variance at which the score, positive at `low` and not at `high`, passes 0.
Result<double> root_of_score(const Data& data, double low, double high) {
  while (true) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    const Step step = TRY(step_at(data, middle));
    (step.score > 0 ? low : high) = middle;
  }
}

/// At a tau above every residual of the fit without weights the likelihood only falls.
double largest_scatter(const Regression& unweighted) {
  double largest = 0;
  for (const double residual : unweighted.residuals) {
    largest = std::max(largest, std::abs(residual));
  }
  return 2 * largest;
}

Result<double> best_variance(const Data& data, double largest) {
  int best = 0;
  double best_likelihood = -HUGE_VAL;
  const auto variance_of = [&](int step) {
    const double scatter = largest * step / scan_steps;
    return scatter * scatter;
  };
  for (int i = 0; i <= scan_steps; ++i) {
    const Step step = TRY(step_at(data, variance_of(i)));
    if (step.log_likelihood <= best_likelihood) continue;
    best = i;
    best_likelihood = step.log_likelihood;
  }
  const double low = variance_of(std::max(0, best - 1));
  const Step first = TRY(step_at(data, low));
  if (first.score <= 0) return low;
  return root_of_score(data, low, variance_of(std::min(scan_steps, best + 1)));
}

}  // namespace

Result<ScatterFit> fit_with_scatter(const Design& design, std::span<const double> y,
                                    std::span<const double> errors) {
  assert(errors.size() == y.size());
  TRY(check_finite({errors}));
  const auto bad = std::ranges::find_if(errors, [](double error) { return error <= 0; });
  if (bad != errors.end()) {
    return fail(Code::fit_degenerate, fmt::format("point {} has an error of {}, not above 0",
                                                  bad - errors.begin() + 1, *bad));
  }
  const Data data{design, y, errors};
  const Regression unweighted = TRY(fit_least_squares(design, y));
  const double variance = TRY(best_variance(data, largest_scatter(unweighted)));
  const Step best = TRY(step_at(data, variance));
  return ScatterFit{.coefficients = best.fit.coefficients,
                    .covariance = best.fit.inverse_cross,
                    .scatter = std::sqrt(variance),
                    .scatter_variance_se = std::sqrt(2 / best.weights2),
                    .log_likelihood = best.log_likelihood};
}

}  // namespace pfsday::stats
