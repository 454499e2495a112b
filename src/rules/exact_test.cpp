#include "rules/exact.h"

#include <gtest/gtest.h>

namespace pfsday::rules {
namespace {

Exact exact(std::string_view text) {
  const auto value = parse_exact(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Exact(-1));
}

TEST(Exact, TellsApartWhatADoubleCannot) {
  EXPECT_GT(exact("10^25 + 1"), exact("1e25"));
  EXPECT_EQ(exact("10^25"), exact("1e25"));
  EXPECT_EQ(exact("10,000,000,000,000,000,000,000,000"), exact("10^25"));
  EXPECT_EQ(exact("1e25/3") * 3, exact("1e25"));
  EXPECT_LT(exact("3.333333333333333e24"), exact("1e25/3"));
  EXPECT_EQ(exact("7.6e24"), exact("76") * exact("1e23"));
  EXPECT_EQ(exact("0.5"), Exact(1, 2));
  EXPECT_EQ(exact(" 1e3 + 10^2 + 1 "), 1101);
}

TEST(Exact, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"", "e25", "1e25 FLOP", "1e25/0", "1e101", "10^101", "10^", "2^10", "10^2.5", "-1",
        "1e25 +", "1e25/3/3", "nan", "1e999999999", "10^99999999999999999999"}) {
    SCOPED_TRACE(text);
    const auto value = parse_exact(text);
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, Code::quantity_malformed);
  }
}

TEST(Exact, AnEstimateIsTheDecimalNumberThatAPersonWouldWrite) {
  EXPECT_EQ(to_exact(1e25), exact("1e25"));
  EXPECT_EQ(to_exact(3.8e9 * 6 * 3.3e12), exact("7.524e22"));
  EXPECT_EQ(to_exact(0.1 + 0.2), exact("0.3"));
  EXPECT_EQ(to_exact(0), 0);
  EXPECT_EQ(to_exact(123456789012345e3), exact("123456789012345000"));
  EXPECT_DOUBLE_EQ(to_double(exact("1e25/3")), 1e25 / 3);
}

TEST(Exact, IsWrittenSoThatItReadsBack) {
  for (const std::string_view text : {"1e25/3", "76e23", "12", "1200", "12e3", "0", "1/3"}) {
    EXPECT_EQ(to_text(exact(text)), text);
  }
  EXPECT_EQ(to_text(exact("10^25 + 1")), "10000000000000000000000001");
}

}  // namespace
}  // namespace pfsday::rules
