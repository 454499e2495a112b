#include "trend/line_bounds.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/prediction.h"
#include "stats/random.h"

namespace pfsday::trend {
namespace {

/// Compute that grows by a factor of 5 a year, off by normal scatter of 0.5 decades.
std::vector<Point> scattered(int n) {
  std::vector<Point> points;
  stats::RandomStream random(7, 0);
  for (int i = 0; i < n; ++i) {
    const units::Date date{16000 + 3000 * i / n};
    const double decades = 20 + std::log10(5) * units::years_since_2020(date);
    points.push_back({.name = std::to_string(i),
                      .date = date,
                      .value = std::pow(10, decades + 0.5 * random.normal())});
  }
  return points;
}

Fit fit_with(IntervalMethod method) {
  return *fit_exponential(scattered(200), {.interval = {.method = method}});
}

double width(const stats::Interval& interval) { return interval.high - interval.low; }

TEST(LineBounds, OfStudentsTAreThePrediction) {
  const Fit fit = fit_with(IntervalMethod::t);
  const LineBounds bounds = *LineBounds::of(fit);
  for (const units::Date date : {units::Date{16000}, units::Date{20000}}) {
    const auto expected = stats::predict(fit.line, fit.axis->years(date), 0.8);
    EXPECT_NEAR(bounds.line(date, 0.8).low, expected.mean.low, 1e-12);
    EXPECT_NEAR(bounds.line(date, 0.8).high, expected.mean.high, 1e-12);
    EXPECT_NEAR(bounds.single(date, 0.8).low, expected.single.low, 1e-12);
  }
}

TEST(LineBounds, FarAwayAreTheIntervalOfTheSlope) {
  constexpr units::Date far{20'000'000};
  for (const IntervalMethodNames& names : interval_methods()) {
    SCOPED_TRACE(names.name);
    const Fit fit = fit_with(names.method);
    const double years = fit.axis->years(far) - fit.line.mean_x;
    const stats::Interval line = LineBounds::of(fit)->line(far, fit.interval.level);
    EXPECT_NEAR(width(line) / years / width(fit.slope), 1, 1e-3);
    EXPECT_NEAR((line.low - fit.line.mean_y) / years, fit.slope.low, 1e-3 * width(fit.slope));
  }
}

TEST(LineBounds, AgreeWhereTheScatterIsNormal) {
  const auto middle = units::Date{17500};
  const LineBounds expected = *LineBounds::of(fit_with(IntervalMethod::t));
  for (const IntervalMethodNames& names : interval_methods()) {
    SCOPED_TRACE(names.name);
    const LineBounds bounds = *LineBounds::of(fit_with(names.method));
    EXPECT_NEAR(width(bounds.line(middle, 0.9)) / width(expected.line(middle, 0.9)), 1, 0.15);
    EXPECT_NEAR(width(bounds.single(middle, 0.9)) / width(expected.single(middle, 0.9)), 1, 0.15);
    EXPECT_GT(width(bounds.single(middle, 0.9)), 2 * width(bounds.line(middle, 0.9)));
  }
}

TEST(LineBounds, OfABootstrapAreTheSameOnEachRun) {
  const Fit fit = fit_with(IntervalMethod::bca);
  const units::Date date{20000};
  EXPECT_EQ(LineBounds::of(fit)->single(date, 0.9).low, LineBounds::of(fit)->single(date, 0.9).low);
}

}  // namespace
}  // namespace pfsday::trend
