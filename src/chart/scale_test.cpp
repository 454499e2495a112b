#include "chart/scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::chart {
namespace {

std::vector<std::string> labels_of(const std::vector<Tick>& ticks) {
  std::vector<std::string> labels;
  for (const Tick& tick : ticks) labels.push_back(tick.label);
  return labels;
}

TEST(Scale, RunsBetweenItsEnds) {
  const Scale up{.values = {-5, 4}, .start = 500, .end = 50};
  EXPECT_EQ(up.at(-5), 500);
  EXPECT_EQ(up.at(4), 50);
  EXPECT_EQ(up.at(-0.5), 275);
}

TEST(DateTicks, StandOnTheFirstOfJanuaryAndJuly) {
  const auto ticks = date_ticks({-1.9, -0.4});
  EXPECT_THAT(labels_of(ticks), testing::ElementsAre("", "2019", ""));
  EXPECT_DOUBLE_EQ(ticks[0].value, -549 / 365.25);  // 2018-07-01
  EXPECT_DOUBLE_EQ(ticks[1].value, -365 / 365.25);  // 2019-01-01
  EXPECT_DOUBLE_EQ(ticks[2].value, -184 / 365.25);  // 2019-07-01
}

TEST(DateTicks, ThinOutOnLongRanges) {
  EXPECT_THAT(labels_of(date_ticks({-70, 3})),
              testing::ElementsAre("1950", "1960", "1970", "1980", "1990", "2000", "2010", "2020"));
}

TEST(PaddedDates, LeaveRoom) {
  const Range years = padded_dates(-7.5, -2.07);
  EXPECT_EQ(years.low, -8);
  EXPECT_EQ(years.high, -1.5);
  const Range one = padded_dates(-3, -3);
  EXPECT_LT(one.low, -3);
  EXPECT_GT(one.high, -3);
}

TEST(DecadeTicks, PlainWherePeopleReadThem) {
  EXPECT_THAT(labels_of(decade_ticks({-3, 4})),
              testing::ElementsAre("0.001", "0.01", "0.1", "1", "10", "100", "1,000", "10,000"));
  EXPECT_THAT(labels_of(decade_ticks({24, 26})), testing::ElementsAre("10²⁴", "10²⁵", "10²⁶"));
  EXPECT_EQ(decade_ticks({-7, -6})[0].label, "10⁻⁷");
}

TEST(DecadeTicks, ThinOutOnLongRanges) {
  const auto ticks = decade_ticks({1, 26});
  EXPECT_EQ(ticks.size(), 26U);
  EXPECT_THAT(labels_of(ticks), testing::Contains("10²⁵"));
  EXPECT_EQ(std::ranges::count(labels_of(ticks), ""), 21);
}

TEST(PaddedDecades, LeaveRoom) {
  const Range decades = padded_decades(2.7e-5, 1740);
  EXPECT_EQ(decades.low, -5);
  EXPECT_EQ(decades.high, 4);
  const Range one = padded_decades(1, 1);
  EXPECT_EQ(one.low, -1);
  EXPECT_EQ(one.high, 1);
}

TEST(Amounts, StandAtWholeSteps) {
  const Range amounts = padded_amounts(3, 1740);
  EXPECT_EQ(amounts.low, 0);
  EXPECT_EQ(amounts.high, 1800);
  EXPECT_THAT(labels_of(amount_ticks({0, 1800})),
              testing::ElementsAre("0", "200", "400", "600", "800", "1,000", "1,200", "1,400",
                                   "1,600", "1,800"));
  EXPECT_THAT(labels_of(amount_ticks({0, 5e26})),
              testing::ElementsAre("0", "1×10²⁶", "2×10²⁶", "3×10²⁶", "4×10²⁶", "5×10²⁶"));
  EXPECT_EQ(padded_amounts(-2, 7).low, -2);
}

}  // namespace
}  // namespace pfsday::chart
