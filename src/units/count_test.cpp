#include "units/count.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace pfsday::units {
namespace {

constexpr Count largest_64 = Count(~std::uint64_t{0});

TEST(Count, IsExactBeyond64Bits) {
  EXPECT_EQ(to_digits(largest_64 * largest_64), "340282366920938463426481119284349108225");
  EXPECT_EQ(to_grouped(Count(4089184256U)), "4,089,184,256");
  EXPECT_EQ(to_grouped(Count(999)), "999");
}

TEST(Count, OverflowSticks) {
  const Count too_large = largest_64 * largest_64 * 2;
  EXPECT_TRUE(too_large.overflowed());
  EXPECT_TRUE((too_large + 1).overflowed());
  EXPECT_TRUE((too_large - 1).overflowed());
  EXPECT_TRUE((largest_64 * largest_64 + largest_64 * largest_64).overflowed());
  EXPECT_FALSE((largest_64 * largest_64).overflowed());
  EXPECT_EQ(too_large * 0, Count(0)) << "zero times anything is zero";
}

TEST(Count, IsExactInJson) {
  JsonWriter json;
  json.begin_array().value(largest_64 * largest_64).end_array();
  EXPECT_EQ(json.text(), "[\n  340282366920938463426481119284349108225\n]\n");
}

}  // namespace
}  // namespace pfsday::units
