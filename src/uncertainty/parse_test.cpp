#include "uncertainty/parse.h"

#include <gmock/gmock.h>

namespace pfsday::uncertainty {
namespace {

using testing::HasSubstr;
using units::Dimension;

TEST(ParseUncertain, ReadsEachForm) {
  const struct {
    std::string_view written;
    Dimension dimension;
    double unit;
    Distribution distribution;
    std::string_view text;
  } cases[] = {
      {"1.5e3", Dimension::number, 1, exactly(1500), "1,500"},
      {"36 h", Dimension::duration, 86400, exactly(1.5), "1.5"},
      {"1 to 10", Dimension::number, 1, log_normal_between(1, 10), "(1 to 10)"},
      {" 5 to 6 days ", Dimension::duration, 86400, log_normal_between(5, 6), "(5 to 6)"},
      {"48 h to 1 week", Dimension::duration, 86400, log_normal_between(2, 7), "(2 to 7)"},
      {"5 to 6", Dimension::duration, 86400, log_normal_between(5, 6), "(5 to 6)"},
      {"1.2M to 1.5M", Dimension::number, 1, log_normal_between(1.2e6, 1.5e6),
       "(1,200,000 to 1,500,000)"},
      {"100 to 1e3", Dimension::number, 1, log_normal_between(100, 1000), "(100 to 1,000)"},
      {"30 to 50 TFLOP/s", Dimension::rate, 1, log_normal_between(3e13, 5e13), "(3e13 to 5e13)"},
      {"7 to 7", Dimension::number, 1, exactly(7), "7"},
      {"30 +- 10%", Dimension::number, 1, log_normal_within(30, 0.1), "(30 +- 10%)"},
      {"30 +- 10% TFLOP/s", Dimension::rate, 1, log_normal_within(3e13, 0.1), "(3e13 +- 10%)"},
      {"30 TFLOP/s+/-10 %", Dimension::rate, 1, log_normal_within(3e13, 0.1), "(3e13 +- 10%)"},
      {"1.2M ± 2.5%", Dimension::number, 1, log_normal_within(1.2e6, 0.025), "(1,200,000 +- 2.5%)"},
      {"~1.5e3", Dimension::number, 1, uniform(1500, 50), "(1,500 +- 50)"},
      {"~1500", Dimension::number, 1, uniform(1500, 0.5), "(1,500 +- 0.5)"},
      {"~ 1.20M", Dimension::number, 1, uniform(1.2e6, 5e3), "(1,200,000 +- 5,000)"},
      {"~5.5 days", Dimension::duration, 86400, uniform(5.5, 0.05), "(5.5 +- 0.05)"},
      {"~2 MAC", Dimension::operations, 1, uniform(4, 1), "(4 +- 1)"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.written);
    const auto amount = parse_uncertain(c.written, c.dimension, c.unit);
    ASSERT_TRUE(amount) << to_string(amount.error());
    EXPECT_EQ(amount->distribution.shape, c.distribution.shape);
    EXPECT_DOUBLE_EQ(amount->distribution.median, c.distribution.median);
    EXPECT_DOUBLE_EQ(amount->distribution.spread, c.distribution.spread);
    EXPECT_EQ(to_text(*amount), c.text);
  }
}

TEST(ParseUncertain, LooksPriorsUp) {
  const Prior priors[] = {{"dense-run", logit_normal(0.32, 0.337)},
                          {"dense-step", logit_normal(0.45, 0.589)}};
  const auto find = [&](std::string_view text) {
    return parse_uncertain(text, Dimension::number, 1, priors);
  };
  EXPECT_EQ(find("prior dense-run")->distribution, priors[0].distribution);
  EXPECT_EQ(to_text(*find("prior dense-run")), "(prior dense-run)");
  EXPECT_EQ(find("prior dense-steps").error().hint, "did you mean \"dense-step\"?");
  EXPECT_EQ(find("prior of mine").error().hint, "there are dense-run, dense-step");
  EXPECT_THAT(parse_uncertain("prior dense-run", Dimension::number, 1).error().what,
              HasSubstr("no prior is known here"));
}

TEST(ParseUncertain, RefusesWithTheReason) {
  const struct {
    std::string_view written, says;
    Code code = Code::quantity_malformed;
  } cases[] = {
      {"", "the quantity is empty"},
      {"nan", "does not start with a number"},
      {"0", "\"0\" is not more than zero"},
      {"-1 to 5", "\"-1\" is negative"},
      {"0 to 5", "\"0\" is not more than zero"},
      {"10 to 1", "\"10 to 1\" is reversed", Code::interval_malformed},
      {"nan to 5", "does not start with a number"},
      {"1 to", "\"to\" is no unit"},
      {"1 to nan", "does not start with a number"},
      {"1 to 2 to 3", "\"to 3\" is no unit"},
      {"1 to 2 furlongs", "\"furlongs\" is no unit"},
      {"1 to 2M", "\"1 to 2M\" leaves open whether both ends are in M", Code::interval_malformed},
      {"1 to 2 days", "is a duration, but a plain number is expected"},
      {"0 +- 10%", "\"0\" is not more than zero"},
      {"5 +- 100%", "\"5 +- 100%\" reaches down to zero", Code::interval_malformed},
      {"5 +- 120%", "\"5 +- 120%\" reaches down to zero", Code::interval_malformed},
      {"5 +- -2%", "\"-2%\" is negative"},
      {"5 +- nan%", "does not start with a number"},
      {"5 +- 2", "\"5 +- 2\" does not give its spread in per cent", Code::interval_malformed},
      {"5M +- 2%k", "\"5M +- 2%k\" has a unit twice", Code::interval_malformed},
      {"~0", "\"0\" is not more than zero"},
      {"~", "the quantity is empty"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.written);
    const auto amount = parse_uncertain(c.written, Dimension::number, 1);
    ASSERT_FALSE(amount);
    EXPECT_EQ(to_string(amount.error().code), to_string(c.code));
    EXPECT_THAT(amount.error().what, HasSubstr(c.says));
  }
}

}  // namespace
}  // namespace pfsday::uncertainty
