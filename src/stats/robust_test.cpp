// Lines that are not led by a few far points: quantile regression, Theil-Sen, Huber.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/huber.h"
#include "stats/quantile_line.h"
#include "stats/random.h"
#include "stats/sample_points.h"
#include "stats/theil_sen.h"

namespace pfsday::stats {
namespace {

TEST(QuantileLine, EqualsQuantregOfR) {  // rq of quantreg 5.94
  const struct {
    double tau, intercept, slope, objective;
  } cases[] = {{0.1, 21.98277036310108, 0.6233562315996075, 2.575249852796865},
               {0.5, 22.85470229007634, 0.658396946564885, 5.935389312977104},
               {0.9, 23.86774782608695, 0.7511304347826091, 2.296609739130439}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.tau);
    const QuantileLine line = *fit_quantile_line(sample::x, sample::y, c.tau);
    EXPECT_NEAR(line.objective, c.objective, 1e-12);
    EXPECT_NEAR(line.slope, c.slope, 1e-12);
    EXPECT_NEAR(line.intercept, c.intercept, 1e-12);
  }
}

/// The least sum over the lines through every two points, one of which is optimal.
double least_objective(const std::vector<double>& x, const std::vector<double>& y, double tau) {
  double least = HUGE_VAL;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (x[i] == x[j]) continue;
      const double slope = (y[i] - y[j]) / (x[i] - x[j]);
      double sum = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const double r = y[k] - y[j] - slope * (x[k] - x[j]);
        sum += r >= 0 ? tau * r : (tau - 1) * r;
      }
      least = std::min(least, sum);
    }
  }
  return least;
}

TEST(QuantileLine, IsOptimalAmongAllPairsDespiteTies) {  // on a lattice many lie on one line
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, 0);
    std::vector<double> x = {0, 1, 2}, y = {0, 0, 0};
    for (std::size_t i = 0; i < seed % 25; ++i) {
      x.push_back(random.below(6));
      y.push_back(random.below(5));
    }
    for (const double tau : {0.1, 0.25, 0.5, 0.9}) {
      EXPECT_NEAR(fit_quantile_line(x, y, tau)->objective, least_objective(x, y, tau), 1e-12);
    }
  }
}

TEST(QuantileLine, ShiftAndScale) {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < sample::x.size(); ++i) {
    x.push_back(sample::x[i] + 2020);
    y.push_back(4 * sample::y[i]);
  }
  const QuantileLine line = *fit_quantile_line(x, y, 0.9);
  EXPECT_NEAR(line.slope, 4 * 0.7511304347826091, 1e-11);
  EXPECT_NEAR(line.objective, 4 * 2.296609739130439, 1e-10);
}

TEST(QuantileLine, OfPointsOnALineIsThatLine) {
  const std::vector<double> x = {1, 2, 3, 4}, y = {5, 3, 1, -1}, level = {2, 2, 2, 2};
  EXPECT_NEAR(fit_quantile_line(x, y, 0.3)->slope, -2, 1e-14);
  EXPECT_EQ(fit_quantile_line(x, level, 0.3)->slope, 0);
}

TEST(TheilSen, EqualsScipy) {  // theilslopes of scipy 1.10.1, method = "joint"
  const TheilSenLine line = *fit_theil_sen(sample::x, sample::y, 0.90);
  EXPECT_NEAR(line.slope, 0.6806289606296094, 1e-14);
  EXPECT_NEAR(line.intercept, 22.901954024252635, 1e-13);
  EXPECT_NEAR(line.slope_interval.low, 0.629126213592233, 1e-14);
  EXPECT_NEAR(line.slope_interval.high, 0.7384384384384383, 1e-14);
}

TEST(TheilSen, FindsTheMedianWhateverTheFirstGuess) {  // more pairs than are sampled
  RandomStream random(3, 0);
  std::vector<double> x, y, slopes;
  for (int i = 0; i < 150; ++i) {
    x.push_back(random.below(40));
    y.push_back(x.back() + random.below(7) * random.normal());
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (x[i] != x[j]) slopes.push_back((y[i] - y[j]) / (x[i] - x[j]));
    }
  }
  std::ranges::sort(slopes);
  const std::size_t n = slopes.size();
  EXPECT_EQ(fit_theil_sen(x, y, 0.9)->slope, (slopes[(n - 1) / 2] + slopes[n / 2]) / 2);
}

TEST(TheilSen, OneFarPointMovesLittle) {
  const std::vector<double> x = {0, 1, 2, 3, 4, 5}, y = {0, 1, 2, 3, 4, 1000};
  EXPECT_EQ(fit_theil_sen(x, y, 0.9)->slope, 1);
  EXPECT_EQ(fit_theil_sen(x, y, 0.9)->intercept, 0);
}

TEST(Huber, EqualsStatsmodels) {  // RLM with HuberT(1.345), scale by MAD, covariance H1
  const HuberFit fit = *fit_huber(line_design(sample::x), sample::y);
  EXPECT_NEAR(fit.coefficients[0], 22.778911937753158, 1e-10);
  EXPECT_NEAR(fit.coefficients[1], 0.6769066462425654, 1e-11);
  EXPECT_NEAR(fit.scale, 0.5357913489012309, 1e-10);
  EXPECT_NEAR(std::sqrt(fit.covariance(0, 0)), 0.14602121484069866, 1e-10);
  EXPECT_NEAR(std::sqrt(fit.covariance(1, 1)), 0.027645709227113322, 1e-11);
  EXPECT_NEAR(*std::ranges::min_element(fit.weights), 0.5132512863152611, 1e-9);
}

TEST(Huber, AFarOriginCostsNoDigits) {
  std::vector<double> far;
  for (const double value : sample::x) far.push_back(value + 1'048'576);
  const HuberFit fit = *fit_huber(line_design(far), sample::y);
  EXPECT_NEAR(fit.coefficients[1], 0.6769066462425654, 1e-9);
}

TEST(Robust, Faults) {
  const std::vector<double> x = {1, 2, 3, 4, 5}, y = {1, 2, 3, 4, 9}, bad = {1, 2, NAN, 4, 5};
  const std::vector<double> tied = {1, 1, 1, 2, 2};
  EXPECT_EQ(fit_huber(line_design(x), y).error().code, Code::fit_not_converged);
  EXPECT_EQ(fit_huber(line_design(x), bad).error().code, Code::value_not_finite);
  EXPECT_EQ(fit_theil_sen(x, bad, 0.9).error().code, Code::value_not_finite);
  EXPECT_EQ(fit_theil_sen(tied, y, 0.9).error().code, Code::too_few_points);
  EXPECT_EQ(fit_quantile_line(bad, y, 0.9).error().code, Code::value_not_finite);
  EXPECT_EQ(fit_quantile_line(tied, y, 0.9).error().code, Code::too_few_points);
  EXPECT_EQ(fit_quantile_line({}, {}, 0.9).error().code, Code::too_few_points);
}

}  // namespace
}  // namespace pfsday::stats
