#include "trend/fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "trend/ruler.h"

namespace pfsday::trend {
namespace {

Point point_at(std::string_view date, double flop) {
  return {.name = std::string(date), .date = *units::parse_date(date), .value = flop};
}

/// Compute that grows by a factor of 10^`slope` in 365.25 days, every second point off by `noise`.
std::vector<Point> growth(double slope, double noise) {
  std::vector<Point> points;
  for (int i = 0; i < 8; ++i) {
    const units::Date date{18262 + 200 * i};  // 2020-01-01 and later
    const double decades = slope * units::years_since_2020(date) + (i % 2 == 0 ? noise : -noise);
    points.push_back(
        {.name = std::to_string(i), .date = date, .value = std::pow(10, 20 + decades)});
  }
  return points;
}

TEST(FitExponential, FindsTheGrowthThatMadeThePoints) {
  const Fit fit = *fit_exponential(growth(1, 0), {});
  EXPECT_NEAR(fit.line.slope, 1, 1e-12);
  EXPECT_NEAR(fit.line.intercept, 20, 1e-12);
  EXPECT_NEAR(fit.factor_per_year, 10, 1e-10);
  EXPECT_NEAR(*fit.doubling_months, 12 * std::log10(2), 1e-11);
  EXPECT_NEAR(fit.residual(point_at("2020-01-01", 1e21)), 1, 1e-12);
}

TEST(FitExponential, IntervalOfTheDoublingTimeIsThatOfTheSlope) {
  const Fit fit = *fit_exponential(growth(1, 0.1), {.interval = {.level = 0.95}});
  ASSERT_TRUE(fit.doubling_interval.low && fit.doubling_interval.high);
  EXPECT_NEAR(*fit.doubling_interval.low, 12 * std::log10(2) / fit.slope.high, 1e-12);
  EXPECT_NEAR(*fit.doubling_interval.high, 12 * std::log10(2) / fit.slope.low, 1e-12);
  EXPECT_LT(*fit.doubling_interval.low, *fit.doubling_months);
  EXPECT_GT(*fit.doubling_interval.high, *fit.doubling_months);
  EXPECT_NEAR(fit.factor_interval.low, std::pow(10, fit.slope.low), 1e-12);
  const Fit narrower = *fit_exponential(growth(1, 0.1), {.interval = {.level = 0.5}});
  EXPECT_GT(*narrower.doubling_interval.low, *fit.doubling_interval.low);
}

TEST(FitExponential, IntervalIsOpenWhereTheSlopeMayBeZero) {
  const struct {
    std::string_view name;
    double slope, noise;
    bool low, high;
  } cases[] = {{"rises", 1, 0.1, true, true},
               {"seems to rise", 0.8, 2, true, false},
               {"seems to fall", -0.2, 2, false, false},
               {"falls", -1, 0.1, true, true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Fit fit = *fit_exponential(growth(c.slope, c.noise), {});
    EXPECT_EQ(fit.doubling_interval.low.has_value(), c.low);
    EXPECT_EQ(fit.doubling_interval.high.has_value(), c.high);
    if (c.low && c.high) {
      EXPECT_LT(*fit.doubling_interval.low, *fit.doubling_interval.high);
    }
  }
}

TEST(FitExponential, FlatPointsDoNotDouble) {
  const std::vector<Point> points = {point_at("2020-01-01", 1e20), point_at("2021-01-01", 1e20),
                                     point_at("2022-01-01", 1e20)};
  const Fit fit = *fit_exponential(points, {});
  EXPECT_FALSE(fit.doubling_months);
  EXPECT_EQ(fit.factor_per_year, 1);
}

TEST(FitExponential, NeedsThreeDates) {
  const std::vector<Point> points = {point_at("2020-01-01", 1), point_at("2021-01-01", 1),
                                     point_at("2021-01-01", 2)};
  EXPECT_EQ(fit_exponential(points, {}).error().code, Code::too_few_points);
}

TEST(FitExponential, ShiftedDatesAndScaledAmountsKeepTheSlope) {
  std::vector<Point> points = growth(0.7, 0.1);
  const Fit fit = *fit_exponential(points, {});
  for (Point& point : points) {
    point.date.days += 1461;
    point.value *= 1000;
  }
  const Fit moved = *fit_exponential(points, {});
  EXPECT_NEAR(moved.line.slope, fit.line.slope, 1e-12);
  EXPECT_NEAR(moved.slope.low, fit.slope.low, 1e-12);
  EXPECT_NEAR(moved.line.intercept, fit.line.intercept + 3 - 4 * fit.line.slope, 1e-11);
}

TEST(Rulers, CompoundOverYears) {
  const auto moore = std::ranges::find(rulers(), "moore-24", &Ruler::name);
  EXPECT_NEAR(factor_over(*moore, 4), 4, 1e-12);
  for (const Ruler& ruler : rulers()) EXPECT_GT(ruler.doubling_months, 0) << ruler.name;
}

TEST(FitExponential, EveryIntervalMethodBoundsTheSlope) {
  const std::vector<Point> points = growth(1, 0.1);
  const double slope = fit_exponential(points, {})->line.slope;
  for (const IntervalMethodNames& method : interval_methods()) {
    SCOPED_TRACE(method.name);
    EXPECT_EQ(*find_interval_method(method.name), method.method);
    const auto fit = fit_exponential(points, {.interval = {.method = method.method}});
    ASSERT_TRUE(fit) << to_string(fit.error());
    EXPECT_EQ(fit->line.slope, slope);
    EXPECT_LT(fit->slope.low, slope);
    EXPECT_GT(fit->slope.high, slope);
    EXPECT_EQ(fit->slope_se.has_value(), !is_bootstrap(method.method));
    const auto again = fit_exponential(points, {.interval = {.method = method.method}});
    EXPECT_EQ(again->slope.low, fit->slope.low);  // seeded
  }
  EXPECT_EQ(find_interval_method("bayes").error().code, Code::usage);
}

TEST(FitExponential, NoiseWidensABootstrap) {
  const IntervalOptions plain{.method = IntervalMethod::percentile};
  IntervalOptions noisy = plain;
  noisy.noise_factor = 10;
  const auto narrow = *fit_exponential(growth(1, 0.1), {.interval = plain});
  const auto wide = *fit_exponential(growth(1, 0.1), {.interval = noisy});
  EXPECT_GT(wide.slope.high - wide.slope.low, narrow.slope.high - narrow.slope.low);
}

// Newey and West need rows in order of time; the order of a table must not matter.
TEST(FitExponential, OrderOfTheRowsDoesNotMatter) {
  std::vector<Point> points = growth(1, 0.1);
  points[3].value *= 3;
  const FitOptions options{.interval = {.method = IntervalMethod::newey_west}};
  const double error = *fit_exponential(points, options)->slope_se;
  std::ranges::reverse(points);
  EXPECT_NEAR(*fit_exponential(points, options)->slope_se, error, 1e-14);
}

TEST(FitExponential, MonthsAndYearsAreThoseOfTheConvention) {
  const std::vector<Point> points = growth(1, 0);
  const Fit plain = *fit_exponential(points, {});
  const Fit thirty = *fit_exponential(points, {.axis = *find_convention("30-day-months")});
  EXPECT_NEAR(thirty.line.slope, plain.line.slope * 365 / 365.25, 1e-12);
  EXPECT_NEAR(*thirty.doubling_months, *plain.doubling_months * 365.25 / 12 / 30, 1e-11);
}

TEST(DateConvention, DecimalYearsCountMonthsAndDays) {
  const units::Date day = *units::parse_date("2023-12-06");
  EXPECT_NEAR((*find_convention("decimal-year"))->years(day), 2023 + 11.0 / 12 + 5.0 / 365, 1e-12);
  EXPECT_EQ((*find_convention("days-365"))->years(*units::parse_date("2020-12-31")), 1);
  EXPECT_EQ(find_convention("mayan").error().code, Code::usage);
}

}  // namespace
}  // namespace pfsday::trend
