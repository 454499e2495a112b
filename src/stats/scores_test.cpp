#include "stats/scores.h"

#include <gtest/gtest.h>

#include <vector>

#include "stats/distributions.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

TEST(Crps, EqualsItsIntegral) {  // mpmath, quadrature of the definition
  EXPECT_NEAR(crps_normal(1, 2, 2.5), 0.896288504393100448, 1e-14);
  EXPECT_NEAR(crps_student_t({1, 2, 5}, 2.5), 0.9190516752500064, 1e-10);
}

TEST(Crps, OfManyDegreesOfFreedomIsNormal) {
  EXPECT_NEAR(crps_student_t({1, 2, 1e5}, 2.5), crps_normal(1, 2, 2.5), 1e-4);
}

TEST(Crps, OfASample) {
  EXPECT_DOUBLE_EQ(crps_sample(std::vector<double>{3}, 5), 2);                // the absolute error
  EXPECT_NEAR(crps_sample(std::vector<double>{1, 4, 2}, 2), 1.0 / 3, 1e-15);  // 1 - 12 / 18
  std::vector<double> quantiles;
  for (int i = 0; i < 2000; ++i) quantiles.push_back(1 + 2 * normal_quantile((i + 0.5) / 2000));
  EXPECT_NEAR(crps_sample(quantiles, 2.5), crps_normal(1, 2, 2.5), 1e-3);
}

TEST(LogScore, MpmathTo30Digits) {
  EXPECT_NEAR(log_score({1, 2, 5}, 2.5), 1.98159597478944411, 1e-14);
}

TEST(Pit, MpmathTo30Digits) {
  EXPECT_NEAR(pit({1, 2, 5}, 2.5), 0.756487875970345367, 1e-14);
  EXPECT_EQ(pit_sample(std::vector<double>{1, 2, 2, 3}, 2), 0.5);
  EXPECT_EQ(pit_sample(std::vector<double>{1, 2, 2, 3}, 9), 1);
}

TEST(PinballLoss, IsLeastAtTheQuantile) {
  EXPECT_DOUBLE_EQ(pinball_loss(0.9, 2, 5), 2.7);
  EXPECT_DOUBLE_EQ(pinball_loss(0.9, 5, 2), 0.3);
  EXPECT_EQ(pinball_loss(0.9, 2, 2), 0);
}

TEST(Coverage, CountsEndsAsInside) {
  const std::vector<Interval> intervals = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
  EXPECT_EQ(coverage(intervals, std::vector<double>{0, 0.5, 1, 1.5}), 0.75);
}

}  // namespace
}  // namespace pfsday::stats
