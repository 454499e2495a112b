#include "report/count_diff.h"

#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

using units::Count;

TEST(CountDiff, ReadsPercentages) {
  EXPECT_EQ(parse_growth("1%")->billionths, Count(10'000'000));
  EXPECT_EQ(parse_growth(" 0.5 % ")->billionths, Count(5'000'000));
  EXPECT_EQ(parse_growth("0%")->billionths, Count(0));
  EXPECT_EQ(parse_growth("0.0000001%")->billionths, Count(1));
  for (const char* text : {"1", "", "%", "-1%", "1%%", "0.00000001%", "one %"}) {
    EXPECT_EQ(parse_growth(text).error().code, Code::usage) << text;
  }
}

TEST(CountDiff, ExceedsExactly) {
  const units::Uint128 large = units::Uint128{1} << 127U;
  const struct {
    std::string_view name;
    Change change;
    std::string_view growth;
    bool expected;
  } cases[] = {
      {"at the line", {.name = "", .a = 1000, .b = 1010}, "1%", false},
      {"one above it", {.name = "", .a = 1000, .b = 1011}, "1%", true},
      {"between integers, below", {.name = "", .a = 999, .b = 1008}, "1%", false},
      {"between integers, above", {.name = "", .a = 999, .b = 1009}, "1%", true},
      {"a tenth is no binary fraction", {.name = "", .a = 1000, .b = 1001}, "0.1%", false},
      {"less", {.name = "", .a = 1000, .b = 1}, "0%", false},
      {"none accepted", {.name = "", .a = 1000, .b = 1001}, "0%", true},
      {"from nothing", {.name = "", .a = 0, .b = 1}, "1000%", true},
      {"128 bits", {.name = "", .a = Count(large), .b = Count(large + 1)}, "100%", false},
      {"128 bits, above", {.name = "", .a = Count(large), .b = Count(large + 1)}, "0%", true},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(exceeds(c.change, *parse_growth(c.growth)), c.expected) << c.name;
  }
}

}  // namespace
}  // namespace pfsday::report
