#include "stats/line.h"

#include <gtest/gtest.h>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <random>
#include <vector>

namespace pfsday::stats {
namespace {

using Big = boost::multiprecision::cpp_bin_float_100;

struct Data {
  std::vector<double> x, y;
};

/// The second way: the normal equations with sums about the origin, in 100 digits.
Line fit_by_normal_equations(const Data& data) {
  const Big n = data.x.size();
  Big sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const Big x = data.x[i], y = data.y[i];
    sx += x, sy += y, sxx += x * x, sxy += x * y, syy += y * y;
  }
  const Big determinant = n * sxx - sx * sx;
  const Big slope = (n * sxy - sx * sy) / determinant;
  const Big intercept = (sxx * sy - sx * sxy) / determinant;
  const Big squares = syy - intercept * sy - slope * sxy;
  const Big variance = squares / (n - 2);
  const Big r2 = 1 - squares / (syy - sy * sy / n);
  return {.n = data.x.size(),
          .slope = static_cast<double>(slope),
          .intercept = static_cast<double>(intercept),
          .slope_se = static_cast<double>(Big(sqrt(variance * n / determinant))),
          .intercept_se = static_cast<double>(Big(sqrt(variance * sxx / determinant))),
          .residual_deviation = static_cast<double>(Big(sqrt(variance))),
          .r2 = static_cast<double>(r2)};
}

void expect_close(double value, double reference) {
  EXPECT_NEAR(value, reference, 1e-12 * std::abs(reference));
}

void expect_same(const Data& data) {
  const Line line = *fit_line(data.x, data.y);
  const Line reference = fit_by_normal_equations(data);
  EXPECT_EQ(line.n, reference.n);
  expect_close(line.slope, reference.slope);
  expect_close(line.intercept, reference.intercept);
  expect_close(line.slope_se, reference.slope_se);
  expect_close(line.intercept_se, reference.intercept_se);
  expect_close(line.residual_deviation, reference.residual_deviation);
  expect_close(line.r2, reference.r2);
}

TEST(FitLine, ByHand) {
  const std::vector<double> x = {0, 1, 2}, y = {1, 3, 8};
  const Line line = *fit_line(x, y);
  EXPECT_DOUBLE_EQ(line.slope, 3.5);
  EXPECT_DOUBLE_EQ(line.intercept, 0.5);
  EXPECT_DOUBLE_EQ(line.residual_deviation, std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(line.slope_se, std::sqrt(0.75));
  EXPECT_DOUBLE_EQ(line.intercept_se, std::sqrt(1.25));
  EXPECT_DOUBLE_EQ(line.r2, 1 - 1.5 / 26);
  EXPECT_DOUBLE_EQ(line.at(4), 14.5);
  EXPECT_EQ(line.degrees_of_freedom(), 1U);
}

TEST(FitLine, EqualsNormalEquationsOnRandomData) {
  std::mt19937_64 random(2018);
  std::normal_distribution<double> noise(0, 0.7);
  for (const double origin : {0.0, -7.5, 2020.0, 1e6, 1e9}) {
    for (const int n : {3, 4, 15, 500}) {
      SCOPED_TRACE(testing::Message() << "origin " << origin << ", n " << n);
      Data data;
      for (int i = 0; i < n; ++i) {
        data.x.push_back(origin + i * 0.4 + std::abs(noise(random)) / 8);
        data.y.push_back(19 + 1.1 * i * 0.4 + noise(random));
      }
      expect_same(data);
    }
  }
}

TEST(FitLine, PointsOnALineLeaveNoError) {
  const std::vector<double> x = {1, 2, 3, 4}, y = {5, 3, 1, -1};
  const Line line = *fit_line(x, y);
  EXPECT_EQ(line.slope, -2);
  EXPECT_EQ(line.slope_se, 0);
  EXPECT_EQ(line.r2, 1);
}

TEST(FitLine, EqualHeightsExplainNothing) {
  const std::vector<double> x = {1, 2, 3}, y = {5, 5, 5};
  EXPECT_EQ(fit_line(x, y)->r2, 0);
}

TEST(FitLine, NeedsThreeDistinctPositions) {
  const std::vector<double> x = {1, 1, 2, 2}, y = {1, 2, 3, 4};
  EXPECT_EQ(fit_line(x, y).error().code, Code::too_few_points);
  EXPECT_EQ(fit_line({}, {}).error().code, Code::too_few_points);
}

TEST(FitLine, RefusesWhatIsNotFinite) {
  const std::vector<double> x = {1, 2, 3};
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    const std::vector<double> spoiled = {1, bad, 2};
    EXPECT_EQ(fit_line(x, spoiled).error().code, Code::value_not_finite);
    EXPECT_EQ(fit_line(spoiled, x).error().code, Code::value_not_finite);
  }
}

TEST(SlopeInterval, IsSymmetricAboutTheSlope) {
  const Line line{.n = 14, .slope = 1, .slope_se = 0.1};
  const Interval interval = slope_interval(line, 0.90);
  EXPECT_NEAR(interval.low, 1 - 0.1782, 1e-4);
  EXPECT_NEAR(interval.high, 1 + 0.1782, 1e-4);
}

}  // namespace
}  // namespace pfsday::stats
