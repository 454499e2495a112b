#include "rules/verdict.h"

#include <gtest/gtest.h>

namespace pfsday::rules {
namespace {

Band at(std::string_view line) { return {*parse_exact(line), *parse_exact(line)}; }

Figure figure(std::string_view mid) {
  const Exact value = *parse_exact(mid);
  return {.low = value, .mid = value, .high = value};
}

TEST(Verdict, ComparesExactlyWithAndWithoutMargin) {
  const Band line = at("1e25");
  const struct {
    std::string_view flop;
    Verdict plain, with_margin;
  } cases[] = {
      {"7.6e24", Verdict::below, Verdict::below},  // x 1.3 = 9.88e24
      {"8e24", Verdict::below, Verdict::straddles},
      {"1e25", Verdict::below, Verdict::straddles},
      {"10^25 + 1", Verdict::above, Verdict::straddles},
      {"1.4e25", Verdict::above, Verdict::straddles},
      {"1.5e25", Verdict::above, Verdict::above},    // x 0.7 = 1.05e25
      {"1e25/1.3", Verdict::below, Verdict::below},  // its upper end is the line itself
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.flop);
    EXPECT_EQ(judge(figure(c.flop), line, Comparator::greater, 0), c.plain);
    EXPECT_EQ(judge(figure(c.flop), line, Comparator::greater, Exact(3, 10)), c.with_margin);
  }
}

TEST(Verdict, OfALineThatIsAtLeastIncludesTheLine) {
  const Band line = at("1e26");
  EXPECT_EQ(judge(figure("1e26"), line, Comparator::at_least, 0), Verdict::above);
  EXPECT_EQ(judge(figure("1e26"), line, Comparator::greater, 0), Verdict::below);
}

TEST(Verdict, TakesTheWiderOfIntervalAndMargin) {
  Figure wide{.low = 5, .mid = 8, .high = 12};
  EXPECT_EQ(judge(wide, at("10"), Comparator::greater, 0), Verdict::straddles);
  EXPECT_EQ(band_of(wide, Exact(3, 10)).low, 5);
  EXPECT_EQ(band_of(wide, Exact(3, 10)).high, 12);
  EXPECT_EQ(band_of(wide, Exact(6, 10)).low, Exact(32, 10));
  EXPECT_EQ(band_of(wide, Exact(6, 10)).high, Exact(128, 10));
}

TEST(Verdict, OfALineThatIsUncertainItself) {
  const Band line{.low = 10, .high = 20};
  EXPECT_EQ(judge(figure("10"), line, Comparator::greater, 0), Verdict::below);
  EXPECT_EQ(judge(figure("15"), line, Comparator::greater, 0), Verdict::straddles);
  EXPECT_EQ(judge(figure("21"), line, Comparator::greater, 0), Verdict::above);
}

TEST(Verdict, OfALowerBoundIsAboveOrUnknown) {
  Figure part = figure("9");
  part.missing = {"phase sft lacks its tokens"};
  EXPECT_EQ(judge(part, at("8"), Comparator::greater, 0), Verdict::above);
  EXPECT_EQ(judge(part, at("9"), Comparator::greater, 0), Verdict::unknown);
  EXPECT_EQ(judge(part, at("100"), Comparator::greater, 0), Verdict::unknown);
}

}  // namespace
}  // namespace pfsday::rules
