#include "trend/forecast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "trend/backtest.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

/// Normal scatter of a third of a decade about growth of one decade a year.
std::vector<Point> growth(std::size_t n, double slope) {
  std::mt19937_64 rng(3);
  std::normal_distribution<double> scatter(0, 1.0 / 3);
  std::vector<Point> points;
  for (std::size_t i = 0; i < n; ++i) {
    const units::Date date{18262 + static_cast<int>(20 * i)};
    const double y = 20 + slope * units::years_since_2020(date) + scatter(rng);
    points.push_back({.id = std::to_string(i), .date = date, .value = std::pow(10, y)});
  }
  return points;
}

TEST(ForecastAt, BoundsASingleSystemWiderThanTheLine) {
  const Fit fit = *fit_exponential(growth(60, 1), {});
  const units::Date date = *units::parse_date("2025-01-01");
  const Outlook outlook = forecast_at(fit, date, 0.90);
  EXPECT_NEAR(std::log10(outlook.value), fit.line.at(fit.axis->years(date)), 1e-12);
  EXPECT_LT(outlook.single.low, outlook.line.low);
  EXPECT_LT(outlook.line.low, outlook.value);
  EXPECT_LT(outlook.value, outlook.line.high);
  EXPECT_LT(outlook.line.high, outlook.single.high);
}

TEST(ForecastWhen, TheFirstSystemComesBeforeTheLine) {
  const Fit fit = *fit_exponential(growth(60, 1), {});
  const auto arrival = forecast_when(fit, 1e26, 0.90);
  ASSERT_TRUE(arrival) << to_string(arrival.error());
  EXPECT_FALSE(arrival->reached);
  EXPECT_LT(*arrival->line.low, *arrival->line.middle);
  EXPECT_LT(*arrival->line.middle, *arrival->line.high);
  EXPECT_LT(*arrival->first.middle, *arrival->line.middle);
  EXPECT_NEAR(arrival->systems_per_year, 365.25 / 20, 0.5);
  const double back = std::log10(forecast_at(fit, *arrival->line.middle, 0.9).value);
  EXPECT_NEAR(back, 26, 0.005);  // to the day
}

TEST(ForecastWhen, SaysWhatIsReached) {
  const Fit fit = *fit_exponential(growth(60, 1), {});
  const auto arrival = *forecast_when(fit, 1e21, 0.90);
  EXPECT_TRUE(arrival.reached);
  EXPECT_LE(*arrival.first.middle, window_of(fit.points).to);
}

TEST(ForecastAt, BendsToTheOtherGrowth) {
  const Fit fit = *fit_exponential(growth(60, 1), {});
  const units::Date from = window_of(fit.points).to, by{from.days + 1826};
  const stats::Bend bend = bend_of(fit, {.from = from, .by = by, .decades_per_year = 0.15});
  const auto decades = [&](units::Date date, bool bent) {
    return std::log10(forecast_at(fit, date, 0.9, bent ? std::optional(bend) : std::nullopt).value);
  };
  EXPECT_EQ(decades(from, true), decades(from, false));
  double before = 0;
  for (const int days : {200, 1000, 1826, 5000}) {
    const units::Date date{from.days + days};
    EXPECT_LT(decades(date, true), decades(date, false)) << days;
    EXPECT_GT(decades(date, true), before) << days;
    before = decades(date, true);
  }
  // Long after, a year adds what the other growth does.
  EXPECT_NEAR(decades({from.days + 20000 + 1461}, true) - decades({from.days + 20000}, true),
              4 * 0.15, 1e-9);
}

TEST(ForecastWhen, ABentLineArrivesLater) {
  const Fit fit = *fit_exponential(growth(60, 1), {});
  const units::Date from = window_of(fit.points).to;
  const stats::Bend bend =
      bend_of(fit, {.from = from, .by = {from.days + 730}, .decades_per_year = 0.15});
  const auto straight = *forecast_when(fit, 1e26, 0.90),
             bent = *forecast_when(fit, 1e26, 0.90, bend);
  EXPECT_GT(*bent.line.middle, *straight.line.middle);
  EXPECT_LT(*bent.line.low, *bent.line.middle);
  EXPECT_LT(*bent.line.middle, *bent.line.high);
  EXPECT_GT(*bent.first.middle, *straight.first.middle);
  EXPECT_NEAR(std::log10(forecast_at(fit, *bent.line.middle, 0.9, bend).value), 26, 0.005);
  // Where it is still straight, it is the straight one.
  const auto early = *forecast_when(fit, 1e21, 0.90), same = *forecast_when(fit, 1e21, 0.90, bend);
  EXPECT_NEAR(early.line.middle->days, same.line.middle->days, 1);
  EXPECT_NEAR(early.line.low->days, same.line.low->days, 1);
  EXPECT_NEAR(early.line.high->days, same.line.high->days, 1);
  const Fit falling = *fit_exponential(growth(60, -1), {});
  EXPECT_EQ(forecast_when(falling, 1e26, 0.9, bend).error().code, Code::fit_degenerate);
}

TEST(Backtest, OfABendFromEachOriginFallsShortOfStraightGrowth) {
  const auto points = growth(200, 1);
  const auto straight = backtest(points, {.horizon_years = 3}, {});
  const auto bent =
      backtest(points, {.horizon_years = 3, .bend = stats::Bend{.reach = 1, .slope = 0.15}}, {});
  ASSERT_TRUE(straight && bent);
  EXPECT_EQ(bent->forecasts, straight->forecasts);
  EXPECT_GT(bent->bias, straight->bias + 0.1);
  EXPECT_GT(bent->crps, straight->crps);
}

TEST(DateAt, IsTheInverseOfEveryConvention) {
  for (const DateConvention& axis : date_conventions()) {
    for (const int day : {18262, 18321, 19000, 24000}) {
      EXPECT_EQ(date_at(axis, axis.years({day}))->days, day) << axis.name;
    }
    EXPECT_FALSE(date_at(axis, 5000));
  }
}

TEST(Backtest, BandsOfAnHonestTrendCoverTheirLevel) {
  const auto test = backtest(growth(200, 1), {.horizon_years = 1}, {});
  ASSERT_TRUE(test);
  EXPECT_GT(test->forecasts, 300U);
  EXPECT_NEAR(test->coverage, 0.90, 0.06);
  EXPECT_NEAR(test->bias, 0, 0.1);
  EXPECT_GT(test->skill, 0.3);  // the baseline grows at Moore's rate, the points seven times faster
  const auto counted = std::accumulate(test->pit.begin(), test->pit.end(), std::size_t{0});
  EXPECT_EQ(counted, test->forecasts);
}

TEST(Backtest, HasNoSkillOverItsBaselineWhereGrowthIsMoores) {
  const auto test = backtest(growth(200, std::log10(2) / 2), {.horizon_years = 1}, {});
  EXPECT_NEAR(test->skill, 0, 0.1);
}

TEST(Backtest, NeedsAPastAndSystemsToCome) {
  EXPECT_FALSE(backtest(growth(5, 1), {}, {}));
  EXPECT_FALSE(backtest({}, {}, {}));
}

}  // namespace
}  // namespace pfsday::trend
