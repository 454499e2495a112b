#include "stats/break_inference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/random.h"
#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

/// 60 points, bent by `bend` at 30, with noise of deviation 1.
void make_points(double bend, std::uint64_t seed, std::vector<double>& x, std::vector<double>& y) {
  RandomStream random(seed, 0);
  for (int i = 0; i < 60; ++i) {
    x.push_back(i);
    y.push_back(0.2 * i + bend * std::max(0, i - 30) + random.normal());
  }
}

TEST(TestBreaks, SupFIsTheFOfTheBestPlace) {  // strucchange: RSS 9.50661731074101, 6.55778715486333
  const BreakOptions options = {.joint = Joint::jump, .most = 1, .least_points = 5};
  const BreakTest test = *test_breaks(sample::x, sample::y, options, {.draws = 19});
  const double expected = (9.50661731074101 - 6.55778715486333) / 2 / (6.55778715486333 / 20);
  EXPECT_NEAR(test.statistic, expected, 1e-10);
}

TEST(TestBreaks, SeesABendAndNotItsAbsence) {
  std::vector<double> x, bent, straight, unused;
  make_points(0.4, 1, x, bent);
  make_points(0, 2, unused, straight);
  for (const Joint joint : {Joint::hinge, Joint::jump}) {
    const BreakOptions options = {.joint = joint, .most = 1};
    EXPECT_EQ(test_breaks(x, bent, options, {.draws = 99})->p, 0.01);
    EXPECT_GT(test_breaks(x, straight, options, {.draws = 99})->p, 0.05);
  }
}

TEST(TestBreaks, RejectsAsOftenAsItSays) {  // 200 straight sets at 10 %: 20 -+ 13, 3 deviations
  int rejected = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<double> x, y;
    make_points(0, 100 + seed, x, y);
    x.resize(24), y.resize(24);
    const BreakOptions options = {.joint = Joint::jump, .most = 1, .least_points = 5};
    rejected += test_breaks(x, y, options, {.draws = 39})->p <= 0.10;
  }
  EXPECT_NEAR(rejected, 20, 13);
}

TEST(TestBreaks, DependsOnNeitherLineNorUnits) {
  std::vector<double> x, y, moved;
  make_points(0.03, 3, x, y);
  for (std::size_t i = 0; i < y.size(); ++i) moved.push_back(100 + 3 * y[i] - 5 * x[i]);
  const BreakOptions options = {.most = 1};
  EXPECT_EQ(test_breaks(x, y, options, {.draws = 49})->p,
            test_breaks(x, moved, options, {.draws = 49})->p);
}

TEST(BootstrapBreaks, CoversTheBend) {
  std::vector<double> x, y;
  make_points(0.4, 4, x, y);
  const BreakBootstrap boot = *bootstrap_breaks(x, y, {.most = 1}, {.draws = 200});
  const Interval interval = boot.interval(0, 0.90);
  EXPECT_LT(interval.low, 30);
  EXPECT_GT(interval.high, 30);
  EXPECT_LT(interval.high - interval.low, 12);
  EXPECT_EQ(boot.preferred[0] + boot.preferred[1], 200U);
  EXPECT_GT(boot.preferred[1], 190U);
}

TEST(BootstrapBreaks, IsTheSameForAnyNumberOfThreads) {
  std::vector<double> x, y;
  make_points(0.1, 5, x, y);
  for (const VarianceRule variance : {VarianceRule::pooled, VarianceRule::per_segment}) {
    const BreakOptions options = {.joint = Joint::jump, .variance = variance};
    const auto one = bootstrap_breaks(x, y, options, {.draws = 20});
    const auto many = bootstrap_breaks(x, y, options, {.draws = 20, .threads = 3});
    EXPECT_EQ(one->breaks, many->breaks);
    EXPECT_EQ(one->preferred, many->preferred);
  }
}

TEST(BootstrapBreaks, LongerSegmentsAreKeptInEveryResample) {
  std::vector<double> x, y;
  make_points(0.1, 6, x, y);
  const BreakBootstrap boot =
      *bootstrap_breaks(x, y, {.least_points = 3, .least_length = 14.5}, {.draws = 40});
  ASSERT_FALSE(boot.breaks.empty());
  for (const std::vector<double>& breaks : boot.breaks) {
    EXPECT_GE(breaks[0], 14.5 - 1e-6);
    EXPECT_GE(breaks[1] - breaks[0], 14.5 - 1e-6);
    EXPECT_LE(breaks[1], 59 - 14.5 + 1e-6);
  }
}

TEST(BreakInference, Faults) {
  const std::vector<double> level(24, 3.0);
  EXPECT_EQ(test_breaks(sample::x, level, {}, {}).error().code, Code::fit_degenerate);
  EXPECT_EQ(test_breaks(sample::x, sample::y, {.least_points = 20}, {}).error().code,
            Code::too_few_points);
  EXPECT_EQ(bootstrap_breaks(sample::x, level, {}, {}).error().code, Code::fit_degenerate);
}

}  // namespace
}  // namespace pfsday::stats
