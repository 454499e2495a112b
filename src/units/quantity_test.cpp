#include "units/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "units/print.h"

namespace pfsday::units {
namespace {

TEST(Quantity, ReadsWhatPeopleWrite) {
  const struct {
    std::string_view text;
    double value;
    Dimension dimension;
  } cases[] = {
      {"0", 0, Dimension::number},
      {"1e25", 1e25, Dimension::number},
      {"1E+25", 1e25, Dimension::number},
      {"2.5e-3", 2.5e-3, Dimension::number},
      {".5", 0.5, Dimension::number},
      {"15T", 15e12, Dimension::number},
      {"300B", 300e9, Dimension::number},
      {"300 B", 300e9, Dimension::number},
      {"300 billion", 300e9, Dimension::number},
      {"3E", 3e18, Dimension::number},
      {"1,200,000", 1.2e6, Dimension::number},
      {"1_200_000.5", 1200000.5, Dimension::number},
      {"  7 M ", 7e6, Dimension::number},
      {"1e25 FLOP", 1e25, Dimension::operations},
      {"2EFLOP", 2e18, Dimension::operations},
      {"12 operations", 12, Dimension::operations},
      {"1.2e6 pfs-days", 1.0368e26, Dimension::operations},
      {"1 pfs-day", 8.64e19, Dimension::operations},
      {"1 petaflop/s-day", 8.64e19, Dimension::operations},
      {"1 PFLOP/s-day", 8.64e19, Dimension::operations},
      {"3640 PF-days", 3640 * 8.64e19, Dimension::operations},
      {"3.8 GMAC", 3.8e9, Dimension::macs},
      {"725M MACs", 725e6, Dimension::macs},
      {"11.4 billion multiply-adds", 11.4e9, Dimension::macs},
      {"989 TFLOP/s", 989e12, Dimension::rate},
      {"1.58e12 FLOP/s", 1.58e12, Dimension::rate},
      {"250 operations/s", 250, Dimension::rate},
      {"90 s", 90, Dimension::duration},
      {"5 min", 300, Dimension::duration},
      {"12h", 43200, Dimension::duration},
      {"54 d", 54 * 86400, Dimension::duration},
      {"5.5 days", 475200, Dimension::duration},
      {"3 weeks", 3 * 604800, Dimension::duration},
      {"2 years", 2 * 31557600, Dimension::duration},
      {"370k chip-hours", 370e3 * 3600, Dimension::chip_time},
      {"2.788M GPU hours", 2.788e6 * 3600, Dimension::chip_time},
      {"8 TPU-days", 8 * 86400, Dimension::chip_time},
      {"80 GB", 80e9, Dimension::bytes},
      {"80 GiB", 80 * 0x1p30, Dimension::bytes},
      {"80 bytes", 80, Dimension::bytes},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Result<Quantity> quantity = parse_quantity(c.text);
    ASSERT_TRUE(quantity.has_value()) << quantity.error().what;
    EXPECT_DOUBLE_EQ(quantity->value, c.value);
    EXPECT_EQ(quantity->dimension, c.dimension);
  }
}

TEST(Quantity, SaysWhichPartIsNotUnderstood) {
  const struct {
    std::string_view text, what;
  } cases[] = {
      {"", "the quantity is empty"},
      {"abc", "\"abc\" does not start with a number"},
      {".", "\".\" does not start with a number"},
      {"-5 FLOP", "\"-5 FLOP\" is negative"},
      {"1/3", "\"/3\" is no unit"},
      {"1 2", "\"2\" is no unit"},
      {"3.8 GMUC", "\"GMUC\" is no unit"},
      {"5 m", "\"m\" is no unit"},
      {"5 Gi", "\"Gi\" is no unit"},
      {"5 BB", "\"BB\" is no unit"},
      {"5 chip", "\"chip\" is no unit"},
      {"5 chip-FLOP", "\"chip-FLOP\" is no unit"},
      {"312 TFLOPS", "\"TFLOPS\" is a count to some, a rate to others"},
      {"4 GFLOPs", "\"GFLOPs\" is a count to some, a rate to others"},
      {"4 TOPS", "\"TOPS\" is a count to some, a rate to others"},
      {"1,5", "\"1,5\" does not group its digits in threes"},
      {"1234,567", "\"1234,567\" does not group its digits in threes"},
      {"1,234567", "\"1,234567\" does not group its digits in threes"},
      {"1,,234", "\"1,,234\" does not group its digits in threes"},
      {"1__2", "\"1__2\" does not group its digits in threes"},
      {",123", "\",123\" does not group its digits in threes"},
      {"1e400", "1e400 is beyond the range of numbers"},
      {"1e300 pfs-days", "\"1e300 pfs-days\" is beyond the range of numbers"},
      {"1e99999999999999999999", "1e1000000 is beyond the range of numbers"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Result<Quantity> quantity = parse_quantity(c.text);
    ASSERT_FALSE(quantity.has_value());
    EXPECT_EQ(quantity.error().code, Code::quantity_malformed);
    EXPECT_EQ(quantity.error().what, c.what);
  }
}

TEST(Quantity, IsReadAsTheDimensionThatIsExpected) {
  EXPECT_EQ(*parse_as("2 GMAC", Dimension::operations), 4e9);
  EXPECT_EQ(*parse_as("54", Dimension::duration, seconds_per_day), 54 * 86400);
  EXPECT_EQ(*parse_as("54 h", Dimension::duration, seconds_per_day), 54 * 3600);
  EXPECT_EQ(parse_as("54", Dimension::duration).error().what,
            "\"54\" is a plain number, but a duration is expected");
  EXPECT_EQ(parse_as("1 FLOP/s", Dimension::operations, 1).error().what,
            "\"1 FLOP/s\" is a rate of operations, but a number of operations is expected");
}

TEST(Unit, HasItsPrefixInTheFactor) {
  EXPECT_EQ(parse_unit("GMAC")->factor, 1e9);
  EXPECT_EQ(parse_unit("pfs-days")->factor, 8.64e19);
  EXPECT_EQ(parse_unit("k chip-hours")->factor, 3.6e6);
  EXPECT_EQ(parse_unit("k chip-hours")->dimension, Dimension::chip_time);
  EXPECT_FALSE(parse_unit("").has_value());
  EXPECT_FALSE(parse_unit("furlong").has_value());
}

TEST(ParseCount, IsExact) {
  const struct {
    std::string_view text, digits;
  } cases[] = {
      {"0", "0"},
      {"0e1000000", "0"},
      {"4096", "4096"},
      {"1.2M", "1200000"},
      {"15T", "15000000000000"},
      {"1,200,000", "1200000"},
      {"12.30e1", "123"},
      {"9007199254740993", "9007199254740993"},
      {"340282366920938463463374607431768211454", "340282366920938463463374607431768211454"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Result<Count> count = parse_count(c.text);
    ASSERT_TRUE(count.has_value()) << count.error().what;
    EXPECT_EQ(to_digits(*count), c.digits);
  }
}

TEST(ParseCount, RefusesWhatIsNoWholeNumber) {
  const struct {
    std::string_view text, what;
  } cases[] = {
      {"1.5", "15e-1 is not a whole number"},
      {"1.2345k", "12345e-1 is not a whole number"},
      {"1e-1000000", "1e-1000000 is not a whole number"},
      {"1e39", "1e39 exceeds 2^128"},
      {"1e1000000", "1e1000000 exceeds 2^128"},
      {"340282366920938463463374607431768211455",
       "340282366920938463463374607431768211455e0 exceeds 2^128"},
      {"5 days", "\"5 days\" is a duration, but a whole number is expected"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(parse_count(c.text).error().what, c.what);
  }
}

TEST(Print, RoundsToSignificantDigits) {
  const struct {
    double value;
    std::string_view significant, si;
  } cases[] = {
      {0, "0", "0 FLOP"},
      {5.5, "5.5", "5.5 FLOP"},
      {0.0057346, "0.005735", "0.005735 FLOP"},
      {0.0001, "0.0001", "0.0001 FLOP"},
      {0.00001234567, "1.235e-5", "1.235e-5 FLOP"},
      {999.94, "999.9", "999.9 FLOP"},
      {999.96, "1000", "1 kFLOP"},
      {24502.3, "24500", "24.5 kFLOP"},
      {999999, "1e6", "1 MFLOP"},
      {4089184256, "4.089e9", "4.089 GFLOP"},
      {1.113e19, "1.113e19", "11.13 EFLOP"},
      {9.99e26, "9.99e26", "999 YFLOP"},
      {1e27, "1e27", "1e27 FLOP"},
      {1e-310, "1e-310", "1e-310 FLOP"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.value);
    EXPECT_EQ(to_significant(c.value), c.significant);
    EXPECT_EQ(to_si(c.value, "FLOP"), c.si);
  }
  EXPECT_EQ(to_si(12.5, ""), "12.5");
  EXPECT_EQ(to_significant(4089184256, 6), "4.08918e9");
  EXPECT_EQ(to_pfs_days(4.955e17), "0.005735 pfs-days");
}

TEST(Print, WritesWhatReadsBack) {
  EXPECT_EQ(print_quantity({1e25, Dimension::operations}), "1e+25 FLOP");
  EXPECT_EQ(print_quantity({80, Dimension::bytes}), "80 bytes");
  EXPECT_EQ(print_quantity({0.1, Dimension::number}), "0.1");
}

}  // namespace
}  // namespace pfsday::units
