#include "report/convert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

using testing::HasSubstr;

double value_in(std::string_view quantity, std::string_view unit) {
  return convert(quantity, unit)->values.front().value;
}

TEST(Convert, IsExactByDefinition) {
  EXPECT_EQ(value_in("1 pfs-day", "FLOP"), 8.64e19);
  EXPECT_EQ(value_in("8.64e19 FLOP", "pfs-days"), 1);
  EXPECT_EQ(value_in("8.64e19", "pfs-days"), 1) << "a plain number is operations";
  EXPECT_EQ(value_in("3.8 GMAC", "FLOP"), 7.6e9);
  EXPECT_EQ(value_in("7.6 GFLOP", "GMAC"), 3.8);
  EXPECT_EQ(value_in("370k chip-hours", "chip-days"), 370e3 / 24);
  EXPECT_EQ(value_in("54 days", "h"), 1296);
  EXPECT_EQ(value_in("989 TFLOP/s", "PFLOP/s"), 0.989);
  EXPECT_EQ(value_in("1 GiB", "bytes"), 1073741824);
}

TEST(Convert, ShowsEveryUnitOfTheDimension) {
  const Conversion c = *convert("1.2e6 pfs-days");
  ASSERT_EQ(c.values.size(), 3U);
  EXPECT_DOUBLE_EQ(c.values[0].value, 1.0368e26);
  EXPECT_DOUBLE_EQ(c.values[1].value, 5.184e25);
  EXPECT_DOUBLE_EQ(c.values[2].value, 1.2e6);
  for (const char* quantity : {"5 FLOP/s", "5 s", "5 bytes", "5 chip-hours", "5 MAC", "5"}) {
    SCOPED_TRACE(quantity);
    EXPECT_GE(convert(quantity)->values.size(), 3U);
  }
}

TEST(Convert, ExplainsItsArithmetic) {
  EXPECT_THAT(
      convert("1e25", "pfs-days")->explanation,
      testing::ElementsAre("a plain number is read as operations",
                           HasSubstr("8.64e19 operations, exactly"), HasSubstr("2 operations"),
                           "1e25 = 1e25 FLOP", "1e25 FLOP / 8.64e19 = 115741 pfs-days"));
}

TEST(Convert, RatesOfGrowthAreOneThingInManyForms) {
  const struct {
    std::string_view from, to;
    double value, tolerance;
  } cases[] = {{"100 days", "x/year", 12.6, 0.05},
               {"doubling every 100 days", "x/year", 12.6, 0.05},
               {"doubling every 3.43 months", "days", 104.4, 0.05},
               {"3.43 months", "days", 104.4, 0.05},
               {"10x a year", "days", 110, 0.1},
               {"10x a year", "OOM/year", 1, 1e-12},
               {"0.39 OOM/year", "x/year", 2.4547, 1e-4},
               {"100 % a year", "years", 1, 1e-12},
               {"2x in 16 months", "months", 16, 1e-9},
               {"halving every 16 months", "months", -16, 1e-9}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.from);
    EXPECT_NEAR(value_in(c.from, c.to), c.value, c.tolerance);
  }
  EXPECT_EQ(convert("1x a year")->values.size(), 2U);  // doubles never
  EXPECT_EQ(convert("100 days")->as_doubling_time[0].unit, "x/year");
  for (const std::string_view bad : {"10x a furlong", "0x a year", "doubling"}) {
    EXPECT_EQ(convert(bad).error().code, Code::quantity_malformed) << bad;
  }
  EXPECT_EQ(convert("10x a year", "FLOP").error().code, Code::quantity_malformed);
}

TEST(Convert, RefusesAnotherDimension) {
  EXPECT_EQ(convert("1 pfs-day", "h").error().what,
            "\"1 pfs-day\" is a number of operations, but \"h\" measures a duration");
  EXPECT_EQ(convert("1 pfs-day", "furlong").error().what, "\"furlong\" is no unit");
  EXPECT_EQ(convert("x").error().code, Code::quantity_malformed);
}

}  // namespace
}  // namespace pfsday::report
