#include "trend/limits.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::trend {
namespace {

TEST(Limits, EachStatesItsCalculationAndSource) {
  for (const Limit& limit : limits()) {
    EXPECT_FALSE(limit.formula.empty()) << limit.name;
    EXPECT_FALSE(limit.calculation.empty()) << limit.name;
    EXPECT_TRUE(limit.url.starts_with("https://")) << limit.name;
  }
}

// Where S / S_min - 1 times E / E_min - 1 is 1, whatever the batch.
TEST(Limits, StepsAndExamplesTradeOff) {
  EXPECT_EQ(steps_over_fewest(1), 2);
  EXPECT_EQ(examples_over_fewest(1), 2);
  for (const double ratio : {0.03, 0.5, 20.0}) {
    EXPECT_NEAR((steps_over_fewest(ratio) - 1) * (examples_over_fewest(ratio) - 1), 1, 1e-12);
  }
}

TEST(Limits, TheLongestUsefulRunHasMostEffectiveCompute) {
  const double h = 1.3, a = 2.5, best = longest_useful_months(h, a);
  const auto effective = [&](double months) { return months * std::pow(h * a, -months / 12); };
  EXPECT_GT(effective(best), effective(best + 0.1));
  EXPECT_GT(effective(best), effective(best - 0.1));
  // Published: 3.55 years with chips alone, at a doubling of their price-performance in 2.46 years.
  EXPECT_NEAR(longest_useful_months(std::exp2(1 / 2.46), 1) / 12, 3.55, 0.005);
}

TEST(Limits, RateIsAmountOverTime) { EXPECT_NEAR(rate_over(8.64e19, 1), 1e15, 1e3); }

}  // namespace
}  // namespace pfsday::trend
