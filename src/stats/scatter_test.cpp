#include "stats/scatter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

std::vector<double> errors() {
  std::vector<double> errors;
  for (std::size_t i = 0; i < sample::x.size(); ++i) {
    errors.push_back(0.1 + 0.02 * static_cast<double>(i % 7));
  }
  return errors;
}

TEST(FitWithScatter, MpmathTo40Digits) {  // root of the score of the profile likelihood
  const ScatterFit fit = *fit_with_scatter(line_design(sample::x), sample::y, errors());
  EXPECT_NEAR(fit.coefficients[0], 22.811869996908076, 1e-12);
  EXPECT_NEAR(fit.coefficients[1], 0.686938861529850732, 1e-13);
  EXPECT_NEAR(fit.scatter, 0.608585954282434701, 1e-12);
  EXPECT_NEAR(fit.log_likelihood, -22.9343032317167088, 1e-12);
  EXPECT_NEAR(std::sqrt(fit.covariance(0, 0)), 0.146191582750551837, 1e-12);
  EXPECT_NEAR(std::sqrt(fit.covariance(1, 1)), 0.0276025865389027357, 1e-13);
  EXPECT_NEAR(fit.scatter_variance_se, 0.114142226953512677, 1e-12);
}

TEST(FitWithScatter, OfEqualErrorsHasAClosedForm) {  // tau^2 = RSS / n - s^2
  const std::vector<double> equal(sample::x.size(), 0.25);
  const ScatterFit fit = *fit_with_scatter(line_design(sample::x), sample::y, equal);
  const Regression plain = *fit_least_squares(line_design(sample::x), sample::y);
  EXPECT_NEAR(fit.scatter * fit.scatter, plain.residual_square_sum / 24 - 0.0625, 1e-13);
  EXPECT_NEAR(fit.coefficients[1], plain.coefficients[1], 1e-13);
}

TEST(FitWithScatter, ErrorsThatExplainAllLeaveNoScatter) {
  const std::vector<double> large(sample::x.size(), 3.0);
  EXPECT_EQ(fit_with_scatter(line_design(sample::x), sample::y, large)->scatter, 0);
}

TEST(FitWithScatter, Faults) {
  std::vector<double> bad = errors();
  bad[4] = 0;
  const Design design = line_design(sample::x);
  EXPECT_EQ(fit_with_scatter(design, sample::y, bad).error().code, Code::fit_degenerate);
  bad[4] = NAN;
  EXPECT_EQ(fit_with_scatter(design, sample::y, bad).error().code, Code::value_not_finite);
}

}  // namespace
}  // namespace pfsday::stats
