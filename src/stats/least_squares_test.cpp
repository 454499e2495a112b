#include "stats/least_squares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/covariance.h"
#include "stats/influence.h"
#include "stats/line.h"
#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

void expect_close(double value, double reference) {
  EXPECT_NEAR(value, reference, 1e-11 * std::abs(reference));
}

void expect_close(const std::vector<double>& values, const std::vector<double>& references) {
  ASSERT_EQ(values.size(), references.size());
  for (std::size_t i = 0; i < values.size(); ++i) expect_close(values[i], references[i]);
}

/// Columns 1, x and what x is over -2.
Design bent_design(const std::vector<double>& x, double bend = -2) {
  Design design = line_design(x);
  design.emplace_back();
  for (const double value : x) design[2].push_back(std::max(0.0, value - bend));
  return design;
}

Regression bent_fit() { return *fit_least_squares(bent_design(sample::x), sample::y); }

TEST(LeastSquares, EqualsStatsmodels) {  // OLS of statsmodels 0.13.5
  const Regression fit = bent_fit();
  expect_close(fit.coefficients, {21.88594868822122, 0.5506265109820978, 0.31162203536717314});
  expect_close(fit.residual_deviation, 0.5954193410787968);
  expect_close(fit.residual_square_sum, 7.44500802634488);
  expect_close(fit.r2, 0.9706001980421248);
  expect_close(fit.leverage[0], 0.23825690466309657);
  expect_close(fit.leverage[2], 0.11565184522357215);
  EXPECT_EQ(fit.degrees_of_freedom(), 21U);
}

TEST(LeastSquares, OfALineEqualsFitLine) {
  const Regression fit = *fit_least_squares(line_design(sample::x), sample::y);
  const Line line = *fit_line(sample::x, sample::y);
  expect_close(fit.coefficients, {line.intercept, line.slope});
  const SquareMatrix errors = *covariance(fit, {});
  expect_close(standard_error(errors, 0), line.intercept_se);
  expect_close(standard_error(errors, 1), line.slope_se);
}

TEST(LeastSquares, AFarOriginCostsNoDigits) {
  std::vector<double> far;
  for (const double value : sample::x) far.push_back(value + 4096);
  const Regression fit = *fit_least_squares(bent_design(far, 4094), sample::y);
  expect_close(fit.coefficients[1], 0.5506265109820978);
  expect_close(fit.coefficients[2], 0.31162203536717314);
  expect_close(fit.residual_square_sum, 7.44500802634488);
}

TEST(LeastSquares, ScalingYScalesCoefficientsOnly) {
  std::vector<double> scaled;
  for (const double value : sample::y) scaled.push_back(8 * value - 5);
  const Regression fit = *fit_least_squares(bent_design(sample::x), scaled);
  const Regression plain = bent_fit();
  expect_close(fit.coefficients[1], 8 * plain.coefficients[1]);
  expect_close(fit.coefficients[0], 8 * plain.coefficients[0] - 5);
  expect_close(fit.r2, plain.r2);
  expect_close(fit.leverage, plain.leverage);
}

TEST(LeastSquares, Faults) {
  const std::vector<double> x = {1, 2, 3, 4}, y = {1, 2, 2, 5}, level = {7, 7, 7, 7};
  const std::vector<double> bad = {1, 2, INFINITY, 4};
  EXPECT_EQ(fit_least_squares(line_design(level), y).error().code, Code::fit_degenerate);
  EXPECT_EQ(fit_least_squares(Design{x, x}, y).error().code, Code::fit_degenerate);
  EXPECT_EQ(fit_least_squares(line_design(bad), y).error().code, Code::value_not_finite);
  EXPECT_EQ(fit_least_squares(line_design(x), bad).error().code, Code::value_not_finite);
  EXPECT_EQ(fit_least_squares(Design{{1, 1}, {1, 2}}, std::vector<double>{1, 2}).error().code,
            Code::too_few_points);
  EXPECT_EQ(fit_least_squares(Design{{}, {}}, {}).error().code, Code::too_few_points);
  EXPECT_EQ(fit_least_squares(line_design(x), level)->r2, 0);
}

TEST(Covariance, EqualsStatsmodels) {
  const struct {
    ErrorRule rule;
    std::vector<double> errors;
    double covariance_12;
  } cases[] = {
      {{ErrorKind::classical},
       {0.406177701509712, 0.062107161627398134, 0.12922540946091712},
       -0.007277921104899812},
      {{ErrorKind::hc0},
       {0.33118655394077706, 0.04266953913486244, 0.10960808900940402},
       -0.004062751200205122},
      {{ErrorKind::hc1},
       {0.35405331884363284, 0.045615656084056516, 0.11717597596920348},
       -0.0046431442288058546},
      {{ErrorKind::hc2},
       {0.3545316780294795, 0.04569183221746239, 0.11820605574530137},
       -0.004702964141443563},
      {{ErrorKind::hc3},
       {0.3797901539421929, 0.04895857641629064, 0.1275662456995626},
       -0.005451011506593119},
      {{ErrorKind::newey_west, 3},
       {0.24570167406891386, 0.03312465659905715, 0.07895455043399244},
       -0.002409046141252919},
  };
  const Regression fit = bent_fit();
  for (const auto& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.rule.kind));
    const SquareMatrix v = *covariance(fit, c.rule);
    for (std::size_t i = 0; i < 3; ++i) expect_close(standard_error(v, i), c.errors[i]);
    expect_close(v(1, 2), c.covariance_12);
    expect_close(v(2, 1), c.covariance_12);
  }
}

TEST(Covariance, NeweyWestWithoutLagsIsHc0) {
  const Regression fit = bent_fit();
  EXPECT_EQ((*covariance(fit, {ErrorKind::newey_west, 0}))(1, 1),
            (*covariance(fit, {ErrorKind::hc0}))(1, 1));
  EXPECT_EQ(newey_west_lags(100), 4U);
  EXPECT_EQ(newey_west_lags(428), 5U);
}

TEST(Covariance, APointThatStandsAloneHasNoErrorOfItsOwn) {
  const std::vector<double> x = {0, 0, 0, 5}, y = {1, 2, 3, 9};
  const Regression fit = *fit_least_squares(line_design(x), y);
  EXPECT_EQ(covariance(fit, {ErrorKind::hc3}).error().code, Code::fit_degenerate);
  EXPECT_EQ(covariance(fit, {ErrorKind::hc2}).error().code, Code::fit_degenerate);
  EXPECT_TRUE(covariance(fit, {ErrorKind::hc1}));
}

TEST(CoefficientInterval, EqualsStatsmodels) {
  const Regression fit = bent_fit();
  const Interval slope = coefficient_interval(fit, *covariance(fit, {}), 1, 0.90);
  EXPECT_NEAR(slope.low, 0.44375605, 1e-8);
  EXPECT_NEAR(slope.high, 0.65749697, 1e-8);
}

TEST(LeaveOneOut, EqualsAFitOfTheRest) {  // statsmodels, row 5 deleted
  const auto without = leave_one_out(bent_fit());
  ASSERT_EQ(without.size(), sample::x.size());
  expect_close(without[5]->coefficients,
               {21.877638201577852, 0.5454372166464239, 0.3163555569643455});
  expect_close(without[5]->residual_square_sum, 7.349119896050407);
  EXPECT_EQ(without[5]->n, 23U);
}

TEST(LeaveOneOut, HasNoFitWhereNoneIsSettled) {
  const std::vector<double> x = {0, 0, 0, 5}, y = {1, 2, 3, 9};
  const auto without = leave_one_out(*fit_least_squares(line_design(x), y));
  EXPECT_TRUE(without[0]);
  EXPECT_FALSE(without[3]);
}

TEST(LeaveGroupOut, EqualsAFitOfTheRest) {  // statsmodels, rows 1, 4, 7, ... deleted
  std::vector<std::size_t> groups;
  for (std::size_t i = 0; i < sample::x.size(); ++i) groups.push_back(i % 3);
  const auto without = leave_group_out(bent_fit(), groups);
  ASSERT_EQ(without.size(), 3U);
  expect_close(without[1]->coefficients,
               {22.09740958348369, 0.5754949522256523, 0.2199104386528028});
  expect_close(without[1]->residual_square_sum, 5.1903716893697025);
  EXPECT_EQ(without[1]->n, 16U);
}

TEST(LeaveGroupOut, OfEverythingLeavesNoFit) {
  const std::vector<std::size_t> all(sample::x.size(), 1);
  const auto without = leave_group_out(bent_fit(), all);
  ASSERT_EQ(without.size(), 2U);
  EXPECT_EQ(without[0]->n, sample::x.size());
  EXPECT_FALSE(without[1]);
}

}  // namespace
}  // namespace pfsday::stats
