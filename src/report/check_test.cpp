#include "report/check.h"

#include <gmock/gmock.h>

namespace pfsday::report {
namespace {

using rules::Verdict;
using testing::HasSubstr;

constexpr std::string_view run_head =
    "schema = \"pfsday.run/1\"\nid = \"x\"\nname = \"X\"\n[[phase]]\nname = \"training\"\n";

struct Checker {
  std::vector<rules::Pack> packs = *rules::read_packs();
  CheckOptions options = {.as_of = *units::parse_date("2026-11-30")};

  CheckReport check(const CheckSubject& subject, std::string_view names) const {
    const auto chosen = rules::select_rules(packs, names);
    EXPECT_TRUE(chosen);
    const auto report = check_rules(subject, *chosen, options);
    EXPECT_TRUE(report) << report.error().what;
    return *report;
  }
};

CheckSubject figure(std::string_view text) {
  const rules::Exact value = *rules::parse_exact(text);
  return {.name = std::string(text),
          .figure = rules::Figure{.low = value, .mid = value, .high = value}};
}

CheckSubject run(std::string_view phase) {
  auto parsed = estimate::parse_run(std::string(run_head) + std::string(phase));
  EXPECT_TRUE(parsed) << parsed.error().what;
  return {.name = "X", .run = std::move(*parsed)};
}

TEST(Check, OfAFigureTakesItForEveryBasis) {
  const Checker checker;
  const CheckReport report = checker.check(figure("10^25 + 1"), "eu,us-ca");
  ASSERT_EQ(report.rules.size(), 3U);  // the rule on modifications is left out
  EXPECT_EQ(report.rules[0].verdict, Verdict::above);
  EXPECT_EQ(report.rules[1].verdict, Verdict::above);
  EXPECT_EQ(report.rules[2].verdict, Verdict::below);
  EXPECT_FALSE(report.settled());
  EXPECT_THAT(report.skipped, testing::ElementsAre("eu/modifier"));
  EXPECT_THAT(check_json(report), HasSubstr("10000000000000000000000001"));
}

TEST(Check, OnlyRulesInForceDecide) {
  Checker checker;
  const CheckReport today = checker.check(figure("1e27"), "us-ny,us-federal");
  EXPECT_TRUE(today.settled());
  EXPECT_EQ(today.rules[0].verdict, Verdict::above);
  EXPECT_FALSE(today.rules[0].decides);
  checker.options.planned = true;  // New York's comes into force in 2027; the order stays rescinded
  EXPECT_FALSE(checker.check(figure("1e27"), "us-ny").settled());
  EXPECT_TRUE(checker.check(figure("1e27"), "us-federal").settled());
}

TEST(Check, OfARunTakesTheViewOfEachRule) {
  const Checker checker;
  const CheckSubject subject =
      run("[phase.counting]\nexample = \"token\"\nparameters = 1e12\ntokens = 2e12\n");
  const CheckReport report = checker.check(subject, "eu/systemic-risk");
  EXPECT_EQ(report.rules[0].basis, "eu-cumulative");
  EXPECT_EQ(report.rules[0].figure.mid, *rules::parse_exact("1.2e25"));
  EXPECT_EQ(report.rules[0].verdict, Verdict::above);
  ASSERT_EQ(report.rules[0].items.size(), 1U);
}

TEST(Check, OfARunThatLacksAnInputIsUnknown) {
  const Checker checker;
  CheckSubject subject{.name = "X"};
  subject.fault = estimate::parse_run(std::string(run_head) +
                                      "[phase.counting]\nexample = \"token\"\nparameters = 1e12\n")
                      .error();
  ASSERT_EQ(subject.fault->code, Code::run_input_missing);
  const CheckReport report = checker.check(subject, "eu/systemic-risk");
  EXPECT_EQ(report.rules[0].verdict, Verdict::unknown);
  EXPECT_FALSE(report.settled());
  EXPECT_FALSE(report.rules[0].missing.empty());
}

TEST(Check, OfAModificationIsAShareOfTheOriginal) {
  const struct {
    std::string_view original, modification, basis, line;
    Verdict verdict;
  } cases[] = {
      {"9e22", "3e22", "updates", "3e22", Verdict::below},
      {"9e22", "3e22 + 1", "updates", "3e22", Verdict::above},
      {"2e25", "1e24", "eu-cumulative", "2e25/3", Verdict::below},
      {"1e25", "3.4e24", "updates", "1e25/3", Verdict::above},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.modification);
    Checker checker;
    checker.options.original = Original{.known = figure(c.original)};
    const CheckedRule one = checker.check(figure(c.modification), "eu/modifier").rules.at(0);
    EXPECT_EQ(one.basis, c.basis);
    EXPECT_EQ(*rules::parse_exact(one.line), *rules::parse_exact(c.line));
    EXPECT_EQ(one.verdict, c.verdict);
  }
}

TEST(Check, OfAModificationOfAnUnknownModelTakesAThirdOfTheLine) {
  Checker checker;
  checker.options.original = Original{};
  EXPECT_EQ(checker.check(figure("3.4e22"), "eu/modifier").rules[0].verdict, Verdict::above);
  EXPECT_EQ(checker.check(figure("3.3e22"), "eu/modifier").rules[0].verdict, Verdict::below);
  checker.options.original = Original{.has_systemic_risk = true};
  EXPECT_EQ(checker.check(figure("3.3e24"), "eu/modifier").rules[0].verdict, Verdict::below);
  EXPECT_EQ(checker.check(figure("3.4e24"), "eu/modifier").rules[0].verdict, Verdict::above);
}

TEST(Check, AnOriginalThatLacksAnInputLeavesTheVerdictUnknown) {
  Checker checker;
  checker.options.original = Original{
      .known = CheckSubject{.name = "Y", .fault = Error{Code::run_input_missing, "no tokens", ""}}};
  const CheckedRule one = checker.check(figure("1e30"), "eu/modifier").rules.at(0);
  EXPECT_EQ(one.verdict, Verdict::unknown);
  EXPECT_THAT(one.missing, testing::ElementsAre("of the original: no tokens"));
}

}  // namespace
}  // namespace pfsday::report
