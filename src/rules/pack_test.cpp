#include "rules/pack.h"

#include <gmock/gmock.h>

#include <set>

namespace pfsday::rules {
namespace {

using testing::HasSubstr;

TEST(Packs, EachRuleSaysWhereItIsFromAndWhatItAsks) {
  const auto packs = read_packs();
  ASSERT_TRUE(packs) << packs.error().what;
  std::set<std::string> ids;
  const auto all = select_rules(*packs, "");
  ASSERT_TRUE(all);
  for (const Chosen& one : *all) {
    SCOPED_TRACE(one.id());
    EXPECT_TRUE(ids.insert(one.id()).second);
    EXPECT_THAT(one.rule->source, testing::StartsWith("https://"));
    EXPECT_FALSE(one.rule->evidence.empty());
    EXPECT_GT(one.rule->line.value, 0);
    EXPECT_TRUE(!one.rule->to || *one.rule->from < *one.rule->to);
  }
  EXPECT_THAT(ids, testing::IsSupersetOf({"eu/general-purpose", "eu/systemic-risk", "eu/modifier",
                                          "us-ca/frontier-model", "us-ny/frontier-model",
                                          "kr/high-performance", "us-federal/dual-use"}));
}

TEST(Packs, TheLinesOfTheEuropeanUnion) {
  const auto packs = *read_packs();
  const auto rules = *select_rules(packs, "eu");
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[0].rule->line.value, *parse_exact("10^23"));
  EXPECT_EQ(rules[1].rule->line.value, *parse_exact("10^25"));
  EXPECT_EQ(rules[1].rule->comparator, Comparator::greater);
  EXPECT_EQ(rules[1].rule->basis, "eu-cumulative");
  EXPECT_EQ(rules[2].rule->line.value, Exact(1, 3));
  EXPECT_EQ(rules[2].rule->share->unknown_systemic.value * 3, *parse_exact("1e25"));
}

TEST(Packs, AreInForceBetweenTheirDays) {
  const auto packs = *read_packs();
  const Rule& order = *select_rules(packs, "us-federal/dual-use")->front().rule;
  EXPECT_FALSE(order.in_force_on(*units::parse_date("2023-10-29")));
  EXPECT_TRUE(order.in_force_on(*units::parse_date("2023-10-30")));
  EXPECT_TRUE(order.in_force_on(*units::parse_date("2025-01-19")));
  EXPECT_FALSE(order.in_force_on(*units::parse_date("2025-01-20")));
}

TEST(Packs, RulesAreChosenByPackAndByName) {
  const auto packs = *read_packs();
  const auto chosen = *select_rules(packs, "us-ca, eu/systemic-risk,eu/systemic-risk");
  ASSERT_EQ(chosen.size(), 2U);
  EXPECT_EQ(chosen[0].id(), "eu/systemic-risk");
  EXPECT_EQ(chosen[1].id(), "us-ca/frontier-model");
  const auto unknown = select_rules(packs, "eu/systemic-rsk");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::rule_unknown);
  EXPECT_THAT(unknown.error().hint, HasSubstr("eu/systemic-risk"));
}

TEST(Packs, FaultsNameTheKey) {
  constexpr std::string_view head =
      "schema = \"pfsday.rules/1\"\nid = \"x\"\ntitle = \"t\"\njurisdiction = \"j\"\n"
      "version = \"1\"\n[[rule]]\nid = \"r\"\ntitle = \"t\"\ninstrument = \"i\"\narticle = \"a\"\n";
  const struct {
    std::string_view text, what;
  } cases[] = {
      {"status = \"maybe\"\n", "\"maybe\""},
      {"status = \"in force\"\nbasis = \"updates\"\ncomparator = \"over\"\n", "\"over\""},
      {"status = \"in force\"\nbasis = \"updates\"\ncomparator = \"more than\"\nline = \"big\"\n",
       "big"},
      {"status = \"in force\"\nbasis = \"updates\"\n", "comparator"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto pack = parse_pack(std::string(head) + std::string(c.text));
    ASSERT_FALSE(pack);
    EXPECT_EQ(pack.error().code, Code::rules_malformed);
    EXPECT_THAT(pack.error().what, HasSubstr(c.what));
  }
}

}  // namespace
}  // namespace pfsday::rules
