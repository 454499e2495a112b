#include "stats/bend.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/line.h"

namespace pfsday::stats {
namespace {

constexpr Bend bend{.start = 2, .reach = 8, .slope = 0.15};

TEST(Bend, IsStraightBeforeItBeginsAndWithoutOne) {
  for (const double x : {-3.0, 2.0}) {
    EXPECT_EQ(bent(bend, x).x, x);
    EXPECT_EQ(bent(bend, x).lift, 0);
  }
  EXPECT_EQ(bent({}, 7).x, 7);
  EXPECT_EQ(bent({}, 7).lift, 0);
}

/// Growth by steps of the slope w b + (1 - w) slope, at the middle of each.
double grown_by_steps(double b, double to) {
  constexpr int steps = 20000;
  const double step = (to - bend.start) / steps;
  double sum = 0;
  for (int i = 0; i < steps; ++i) {
    const double ahead = (i + 0.5) * step;
    const double w = std::exp(-ahead * ahead / (2 * bend.reach * bend.reach));
    sum += step * (w * b + (1 - w) * bend.slope);
  }
  return sum;
}

TEST(Bend, IsTheIntegralOfTheSlopeThatIsStated) {
  const double b = 0.62;
  for (const double to : {2.5, 10.0, 30.0}) {
    const Bent at = bent(bend, to);
    EXPECT_NEAR(b * (at.x - bend.start) + at.lift, grown_by_steps(b, to), 1e-9) << to;
  }
}

TEST(Bend, IsTheLineItselfWhereBothSlopesAreOne) {
  const Bend same{.start = 2, .reach = 8, .slope = 0.4};
  const Bent at = bent(same, 20);
  EXPECT_NEAR(0.4 * at.x + at.lift, 0.4 * 20, 1e-12);
}

/// The weight at `reach` is exp(-1/2), not a half.
TEST(Bend, HasThisSlopeAtItsReach) {
  const double b = 1, x = bend.start + bend.reach, h = 1e-4;
  const auto at = [&](double where) { return b * bent(bend, where).x + bent(bend, where).lift; };
  const double w = std::exp(-0.5);
  EXPECT_NEAR((at(x + h) - at(x - h)) / (2 * h), w * b + (1 - w) * bend.slope, 1e-7);
  EXPECT_NEAR(w, 0.607, 5e-4);
}

}  // namespace
}  // namespace pfsday::stats
