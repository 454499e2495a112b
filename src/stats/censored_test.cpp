#include "stats/censored.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/random.h"
#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

std::vector<Interval> exact_rows(const std::vector<double>& y) {
  std::vector<Interval> rows;
  for (const double value : y) rows.push_back({value, value});
  return rows;
}

/// Two rows known only from above, two only from below, three between bounds.
std::vector<Interval> mixed_rows() {
  std::vector<Interval> rows = exact_rows(sample::y);
  for (const std::size_t i : {2, 8}) rows[i].low = -HUGE_VAL;
  for (const std::size_t i : {19, 21}) rows[i].high = HUGE_VAL;
  for (const std::size_t i : {5, 13, 17}) rows[i] = {rows[i].low - 0.5, rows[i].high + 0.75};
  return rows;
}

TEST(FitCensored, EqualsSurvregOfR) {  // survival 3.5, dist = "gaussian", type = "interval2"
  const CensoredFit fit = *fit_censored(line_design(sample::x), mixed_rows());
  EXPECT_NEAR(fit.coefficients[0], 22.84934927565197, 1e-9);
  EXPECT_NEAR(fit.coefficients[1], 0.7092469609704962, 1e-9);
  EXPECT_NEAR(fit.deviation, 0.6321335172544886, 1e-9);
  EXPECT_NEAR(fit.log_likelihood, -21.43351901019728, 1e-9);
  EXPECT_NEAR(std::sqrt(fit.covariance(0, 0)), 0.1544006930563657, 1e-8);
  EXPECT_NEAR(std::sqrt(fit.covariance(1, 1)), 0.02968408099150949, 1e-8);
  EXPECT_NEAR(std::sqrt(fit.covariance(2, 2)) / fit.deviation, 0.1653492422357735, 1e-8);
}

TEST(FitCensored, OfValuesAloneIsLeastSquares) {
  const CensoredFit fit = *fit_censored(line_design(sample::x), exact_rows(sample::y));
  const Regression plain = *fit_least_squares(line_design(sample::x), sample::y);
  EXPECT_NEAR(fit.coefficients[0], plain.coefficients[0], 1e-11);
  EXPECT_NEAR(fit.coefficients[1], plain.coefficients[1], 1e-12);
  EXPECT_NEAR(fit.deviation, std::sqrt(plain.residual_square_sum / 24), 1e-11);
}

TEST(FitCensored, ShiftingXChangesNoSlope) {
  std::vector<double> far;
  for (const double value : sample::x) far.push_back(value + 2020);
  const CensoredFit fit = *fit_censored(line_design(far), mixed_rows());
  EXPECT_NEAR(fit.coefficients[1], 0.7092469609704962, 1e-9);
  EXPECT_NEAR(fit.coefficients[0] + 2020 * fit.coefficients[1], 22.84934927565197, 1e-8);
}

// The last steps to the top gain less than the likelihood can show.
TEST(FitCensored, SettlesWhateverTheScatter) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, 0);
    std::vector<double> x;
    std::vector<Interval> rows;
    for (int i = 0; i < 40; ++i) {
      x.push_back(random.uniform(-9, 2));
      const double y = 20 + 0.6 * x.back() + random.uniform(-1, 1);
      rows.push_back({y, i == 39 ? HUGE_VAL : y});
    }
    EXPECT_TRUE(fit_censored(line_design(x), rows)) << seed;
  }
}

TEST(FitCensored, ABoundFarBelowTheLineSaysNothing) {
  std::vector<double> x = sample::x;
  std::vector<Interval> rows = exact_rows(sample::y);
  const CensoredFit plain = *fit_censored(line_design(x), rows);
  x.push_back(0);
  rows.push_back({-500, HUGE_VAL});
  const CensoredFit fit = *fit_censored(line_design(x), rows);
  EXPECT_NEAR(fit.coefficients[1], plain.coefficients[1], 1e-12);
}

TEST(FitCensored, SurvivesABoundFarFromAllValues) {  // 60 deviations off, where erfc underflows
  std::vector<Interval> rows = exact_rows(sample::y);
  rows[0] = {rows[0].low + 60, HUGE_VAL};
  const auto fit = fit_censored(line_design(sample::x), rows);
  ASSERT_TRUE(fit);
  EXPECT_TRUE(std::isfinite(fit->log_likelihood));
}

TEST(FitCensored, Faults) {
  const Design design = line_design(sample::x);
  std::vector<Interval> rows = exact_rows(sample::y);
  for (Interval& row : rows) row.high = HUGE_VAL;
  EXPECT_EQ(fit_censored(design, rows).error().code, Code::fit_not_converged);
  rows = exact_rows(sample::y);
  for (const Interval bad : {Interval{2, 1}, Interval{NAN, 1}, Interval{1, NAN},
                             Interval{-HUGE_VAL, HUGE_VAL}, Interval{HUGE_VAL, HUGE_VAL}}) {
    rows[3] = bad;
    EXPECT_EQ(fit_censored(design, rows).error().code, Code::value_not_finite);
  }
  EXPECT_EQ(fit_censored(design, exact_rows(sample::x)).error().code, Code::fit_not_converged);
}

}  // namespace
}  // namespace pfsday::stats
