#include "trend/estimators.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace pfsday::trend {
namespace {

/// A decade a year with alternating scatter, one system far off, and at the end only a bound.
std::vector<System> systems() {
  std::vector<System> all;
  for (int i = 0; i < 30; ++i) {
    System system{.id = std::to_string(i), .date = {18262 + 100 * i}};
    const double scatter = (i % 3 - 1) * 0.1 + (i == 2 ? -4 : 0);
    const double y = 20 + units::years_since_2020(system.date) + scatter;
    system.amount(Quantity::compute) = Amount{std::pow(10, y)};
    all.push_back(system);
  }
  all[29].amount(Quantity::compute) = Amount{1e29, Bound::above};
  return all;
}

double slope_of(const std::vector<EstimatedSlope>& slopes, std::string_view name) {
  const auto found = std::ranges::find_if(
      slopes, [&](const EstimatedSlope& slope) { return slope.estimator.starts_with(name); });
  return found == slopes.end() ? std::nan("") : found->slope;
}

TEST(EstimateByAll, RobustOnesResistASystemFarOff) {
  const auto all = systems();
  const auto decisions = *decide(all, {}, Quantity::compute);
  const auto slopes = *estimate_by_all(all, decisions, Quantity::compute, {});
  const double least_squares = slope_of(slopes, "least squares, t");
  EXPECT_EQ(least_squares, slope_of(slopes, "least squares, bca"));
  EXPECT_GT(std::abs(least_squares - 1), 0.05);
  for (const std::string_view name : {"Theil-Sen", "Huber", "quantile 50 %"}) {
    EXPECT_NEAR(slope_of(slopes, name), 1, 0.03) << name;
  }
  // A bound two decades above the line pulls it up, as a row that is left out cannot.
  EXPECT_GT(slope_of(slopes, "censored, bounds: 1"), least_squares);
  for (const EstimatedSlope& slope : slopes) {
    if (!slope.interval) continue;
    EXPECT_LE(slope.interval->low, slope.slope) << slope.estimator;
    EXPECT_GE(slope.interval->high, slope.slope) << slope.estimator;
  }
}

TEST(EstimateByAll, NeedsThreeDates) {
  EXPECT_EQ(estimate_by_all({}, {}, Quantity::compute, {}).error().code, Code::too_few_points);
}

}  // namespace
}  // namespace pfsday::trend
