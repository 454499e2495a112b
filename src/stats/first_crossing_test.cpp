#include "stats/first_crossing.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stats/distributions.h"
#include "stats/resampling.h"

namespace pfsday::stats {
namespace {

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(FirstCrossing, WithoutScatterIsTheNextPointAfterTheLineArrives) {
  const Line line{.n = 20, .slope = 2};  // reaches 10 at 5
  const auto dates = *simulate_first_crossing(
      line, {.height = 10, .start = 0, .end = 50, .rate = 4}, {.draws = 4000});
  EXPECT_GE(dates.front(), 5);
  EXPECT_NEAR(mean_of(dates), 5.25, 0.015);
}

TEST(FirstCrossing, OfALevelLineIsExponential) {  // rate times the share of points above
  const Line line{.n = 1'000'000, .residual_deviation = 1};
  const auto dates = *simulate_first_crossing(
      line, {.height = 1.5, .start = 3, .end = 300, .rate = 10}, {.draws = 2000});
  const double rate = 10 * (1 - normal_probability(1.5));
  EXPECT_NEAR(mean_of(dates), 3 + 1 / rate, 0.11);
  EXPECT_NEAR(sorted_quantile(dates, 0.5), 3 + std::log(2) / rate, 0.13);
}

TEST(FirstCrossing, ComesBeforeTheLineDoes) {
  const Line line{.n = 1000, .slope = 1, .slope_se = 0.01, .residual_deviation = 0.5};
  const auto dates =
      *simulate_first_crossing(line, {.height = 10, .start = 0, .end = 50, .rate = 50}, {});
  EXPECT_LT(sorted_quantile(dates, 0.9), 10);
}

TEST(FirstCrossing, IsTheSameForAnyNumberOfThreads) {
  const Line line{.n = 10, .slope = 1, .slope_se = 0.1, .residual_deviation = 0.5};
  const CrossingQuestion question = {.height = 5, .start = 0, .end = 9, .rate = 5};
  const auto one = *simulate_first_crossing(line, question, {.draws = 100});
  EXPECT_EQ(one, *simulate_first_crossing(line, question, {.draws = 100, .threads = 3}));
  EXPECT_EQ(one.size(), 100U);
}

TEST(FirstCrossing, MayNotCome) {
  const auto dates = *simulate_first_crossing(
      {.n = 10, .slope = -1}, {.height = 5, .start = 0, .end = 9, .rate = 5}, {.draws = 3});
  EXPECT_TRUE(std::isinf(dates[0]));
}

TEST(FirstCrossing, Faults) {
  const Line line{.n = 10, .slope = 1};
  const auto code_of = [&](const CrossingQuestion& question) {
    return simulate_first_crossing(line, question, {}).error().code;
  };
  EXPECT_EQ(code_of({.height = NAN, .end = 1, .rate = 1}), Code::value_not_finite);
  EXPECT_EQ(code_of({.start = 2, .end = 1, .rate = 1}), Code::fit_degenerate);
  EXPECT_EQ(code_of({.end = 1, .rate = 0}), Code::fit_degenerate);
  EXPECT_EQ(code_of({.end = 1, .rate = 1e9}), Code::fit_degenerate);
}

}  // namespace
}  // namespace pfsday::stats
