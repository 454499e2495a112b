#include "trend/eras.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::trend {
namespace {

units::Date on(std::string_view date) { return *units::parse_date(date); }

/// A system each 30 days from 2012 on; growth of a decade a year until the day, then of a third.
std::vector<Point> two_eras(units::Date bend, double noise) {
  std::vector<Point> points;
  for (int i = 0; i < 120; ++i) {
    const units::Date date{on("2012-01-01").days + 30 * i};
    const double years = (date.days - bend.days) / 365.25;
    const double y = 20 + (years < 0 ? years : years / 3) + (i % 2 == 0 ? noise : -noise);
    points.push_back({.id = std::to_string(i), .date = date, .value = std::pow(10, y)});
  }
  return points;
}

TEST(FindEras, FindsTheMonthOfTheBend) {
  const auto points = two_eras(on("2017-04-01"), 0.05);
  for (const bool by_month : {true, false}) {
    const auto eras = find_eras(points, {.by_month = by_month, .draws = 99}, {});
    ASSERT_TRUE(eras) << to_string(eras.error());
    ASSERT_EQ(eras->best, 1U);
    const EraFit& fit = eras->fits[1];
    EXPECT_NEAR(fit.breaks[0].days, on("2017-04-01").days, 31);
    EXPECT_NEAR(fit.eras[0].slope, 1, 0.02);
    EXPECT_NEAR(fit.eras[1].slope, 1.0 / 3, 0.02);
    EXPECT_EQ(fit.eras[0].n + fit.eras[1].n, points.size());
    EXPECT_EQ(fit.eras[0].from, on("2012-01-01"));
    EXPECT_EQ(fit.eras[0].to, fit.breaks[0]);
    EXPECT_GT(fit.r2, eras->fits[0].r2);
    EXPECT_NEAR(*eras->p, 0.01, 1e-12);  // the least that 99 draws can give
    EXPECT_LE(*eras->breaks[0].low, eras->breaks[0].date);
    EXPECT_GE(*eras->breaks[0].high, eras->breaks[0].date);
  }
}

TEST(FindEras, ByMonthBreaksStandOnFirstDays) {
  const auto eras =
      *find_eras(two_eras(on("2017-04-01"), 0.05), {.by_month = true, .draws = 0}, {});
  EXPECT_EQ(units::to_string(eras.fits[1].breaks[0]).substr(7), "-01");
}

TEST(FindEras, NoBreakIsAnAnswer) {
  const auto eras =
      *find_eras(two_eras(on("2040-01-01"), 0.05), {.by_month = true, .draws = 0}, {});
  EXPECT_EQ(eras.best, 0U);
  EXPECT_TRUE(eras.fits[0].breaks.empty());
}

// Moving all dates by 2,000 days changes no slope and moves the breaks with them.
TEST(FindEras, DatesMayShift) {
  const auto points = two_eras(on("2017-04-01"), 0.05);
  auto later = points;
  for (Point& point : later) point.date.days += 2000;
  const auto a = *find_eras(points, {.draws = 0}, {});
  const auto b = *find_eras(later, {.draws = 0}, {});
  EXPECT_EQ(a.best, b.best);
  EXPECT_NEAR(b.fits[1].breaks[0].days, a.fits[1].breaks[0].days + 2000, 1);
  EXPECT_NEAR(a.fits[1].eras[0].slope, b.fits[1].eras[0].slope, 1e-9);
}

}  // namespace
}  // namespace pfsday::trend
