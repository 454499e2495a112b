#include "stats/prediction.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "stats/sample_points.h"

namespace pfsday::stats {
namespace {

TEST(Predict, EqualsStatsmodels) {
  const Prediction p = predict(*fit_line(sample::x, sample::y), 7, 0.90);
  EXPECT_NEAR(p.value, 27.611993797483425, 1e-12);
  EXPECT_NEAR(p.mean.low, 27.08635115859317, 1e-12);
  EXPECT_NEAR(p.mean.high, 28.13763643637368, 1e-12);
  EXPECT_NEAR(p.single.low, 26.36682729950126, 1e-12);
  EXPECT_NEAR(p.single.high, 28.85716029546559, 1e-12);
}

TEST(FindCrossing, SolvesItsDefinition) {  // roots of |line - 27| = t se, mpmath to 30 digits
  const Line line = *fit_line(sample::x, sample::y);
  const Crossing mean = *find_crossing(line, 27, 0.90, Reaches::line);
  EXPECT_EQ(mean.shape, CrossingShape::bounded);
  EXPECT_NEAR(mean.x, 6.10845128494770317, 1e-12);
  EXPECT_NEAR(mean.bounds.low, 5.44210872533999234, 1e-12);
  EXPECT_NEAR(mean.bounds.high, 6.86547377158772971, 1e-12);
  const Crossing point = *find_crossing(line, 27, 0.90, Reaches::point);
  EXPECT_NEAR(point.bounds.low, 4.3580345688944036, 1e-12);
  EXPECT_NEAR(point.bounds.high, 7.94954792803331845, 1e-12);
}

TEST(FindCrossing, AWeakSlopeBoundsNothing) {
  const std::vector<double> x = {0, 1, 2, 3}, y = {0, 5, -5, 1};
  const Line line = *fit_line(x, y);
  EXPECT_EQ(find_crossing(line, 0.5, 0.90, Reaches::line)->shape, CrossingShape::all);
  const Crossing far = *find_crossing(line, 1000, 0.90, Reaches::line);
  EXPECT_EQ(far.shape, CrossingShape::outside);
  EXPECT_LT(far.bounds.low, far.bounds.high);
  for (const double edge : {far.bounds.low, far.bounds.high}) {  // both on the edge of their band
    const Interval mean = predict(line, edge, 0.90).mean;
    EXPECT_NEAR(std::min(std::abs(mean.low - 1000), std::abs(mean.high - 1000)), 0, 1e-6);
  }
}

TEST(FindCrossing, OfPointsOnALineIsOnePoint) {
  const std::vector<double> x = {1, 2, 3, 4}, y = {5, 3, 1, -1};
  const Crossing crossing = *find_crossing(*fit_line(x, y), 0.1, 0.90, Reaches::line);
  EXPECT_EQ(crossing.shape, CrossingShape::bounded);
  EXPECT_NEAR(crossing.bounds.low, 3.45, 1e-12);
  EXPECT_NEAR(crossing.bounds.high, 3.45, 1e-12);
}

TEST(FindCrossing, ALevelLineNeverArrives) {
  const std::vector<double> x = {1, 2, 3}, y = {5, 5, 5};
  EXPECT_EQ(find_crossing(*fit_line(x, y), 6, 0.9, Reaches::line).error().code,
            Code::fit_degenerate);
}

}  // namespace
}  // namespace pfsday::stats
