#include "estimate/view.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "estimate/method.h"

namespace pfsday::estimate {
namespace {

using testing::HasSubstr;

/// in, out, open; a capital letter where the run may judge otherwise.
char letter(const View& view, Purpose purpose, Passes passes) {
  for (const ViewRule& rule : view.rules) {
    const bool fits = !rule.passes || *rule.passes == passes;
    if (!fits || std::ranges::find(rule.purposes, purpose) == rule.purposes.end()) continue;
    return "ioIO?"[static_cast<std::size_t>(rule.counts)];
  }
  return '-';
}

/// The table of the guidelines' annex, and what the other sources say, by hand. Purposes in the
/// order of their codes: five updates, rollout, synthetic (private, public), teacher, parents
/// (start, merge), auxiliary, recompute, evaluation, exploration, failed.
TEST(Views, CountWhatTheirSourcesSay) {
  const struct {
    std::string_view view, training, forward;
  } cases[] = {
      {"eu-cumulative", "iiiii?iOOiiOOOO?", "iiiii?iO?ii?OOOO"},
      {"hardware-flop", "iiiiioooooooiooo", "iiiiioooooooiooo"},
      {"model-flop", "iiiiiooooooooooo", "iiiiiooooooooooo"},
      {"updates", "iiiii?OOO??OOOO?", "iiiii?OO????OOOO"},
      {"upstream", "iiiiiiiOIIIii??i", "iiiiiiiOIIIii??i"},
      {"us-ca", "iiiii????i???OO?", "iiiii????i???OO?"},
  };
  EXPECT_EQ(views().size(), std::size(cases));
  for (const auto& c : cases) {
    SCOPED_TRACE(c.view);
    const auto view = find_view(c.view);
    ASSERT_TRUE(view);
    std::string training;
    std::string forward;
    for (const std::string_view code : purpose_codes()) {
      training += letter(**view, *find_purpose(code), Passes::training);
      forward += letter(**view, *find_purpose(code), Passes::forward);
    }
    EXPECT_EQ(training, c.training);
    EXPECT_EQ(forward, c.forward);
    EXPECT_THAT((*view)->url, testing::StartsWith("https://"));
  }
}

TEST(Views, AnUnknownOneNamesTheNearest) {
  const auto view = find_view("eu-cumulativ");
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, Code::view_unknown);
  EXPECT_THAT(view.error().hint, HasSubstr("eu-cumulative"));
}

TEST(Views, AFileHasOneRuleForEverything) {
  constexpr std::string_view start =
      "schema = \"pfsday.view/1\"\nid = \"v\"\ntitle = \"t\"\nabout = \"a\"\nsource = \"s\"\n"
      "url = \"u\"\nread = 2026-01-01\n";
  const auto none = parse_view(start);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().what, HasSubstr("has 0 rules for pretrain"));
  const auto wrong = parse_view(std::string(start) +
                                "[[rule]]\npurposes = [\"pretrain\"]\ncounts = \"maybe\"\nwhy = "
                                "\"w\"\nsection = \"s\"\n");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().what, HasSubstr("\"maybe\""));
}

class Decide : public testing::Test {
 protected:
  static Result<Decision> decide_in(std::string_view view, Purpose purpose,
                                    std::vector<Judgement> judgements) {
    return decide(**find_view(view), {.name = "p",
                                      .purpose = purpose,
                                      .passes = *usual_passes(purpose),
                                      .judgements = judgements});
  }
};

TEST_F(Decide, WhatIsLeftOpenNeedsAJudgement) {
  const auto open = decide_in("eu-cumulative", Purpose::rl_rollout, {});
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Code::judgement_missing);
  const auto general =
      decide_in("eu-cumulative", Purpose::rl_rollout, {{.counted = true, .why = "w"}});
  EXPECT_TRUE(general->counted && general->judged);
  EXPECT_EQ(general->why, "w");
}

TEST_F(Decide, AJudgementForTheViewComesFirst) {
  const std::vector<Judgement> both = {{.counted = true, .why = "in general"},
                                       {.view = "eu-cumulative", .counted = false, .why = "here"}};
  EXPECT_EQ(decide_in("eu-cumulative", Purpose::rl_rollout, both)->why, "here");
  EXPECT_EQ(decide_in("us-ca", Purpose::rl_rollout, both)->why, "in general");
}

TEST_F(Decide, MoreMayBeCountedWhereTheRulesOnlyDoNotAskForIt) {
  const std::vector<Judgement> general = {{.counted = true, .why = "w"}};
  EXPECT_FALSE(decide_in("eu-cumulative", Purpose::evaluation, general)->counted);
  const std::vector<Judgement> named = {{.view = "eu-cumulative", .counted = true, .why = "w"}};
  EXPECT_TRUE(decide_in("eu-cumulative", Purpose::evaluation, named)->counted);
}

TEST_F(Decide, WhatTheRulesSettleCannotBeJudged) {
  const auto settled =
      decide_in("updates", Purpose::pretrain, {{.view = "updates", .counted = false, .why = "w"}});
  ASSERT_FALSE(settled);
  EXPECT_EQ(settled.error().code, Code::run_malformed);
}

/// One run has several right totals: 2 x 10^3 of updates, of rollouts, of recomputation ...
TEST(Totals, DependOnTheView) {
  std::string text = "schema = \"pfsday.run/1\"\nid = \"a\"\nname = \"A\"\n";
  const auto add = [&](std::string_view purpose, int flop, std::string_view keys = "") {
    text += "[[phase]]\nname = \"" + std::string(purpose) + "\"\npurpose = \"" +
            std::string(purpose) + "\"\n" + std::string(keys) +
            "[phase.reported]\nflop = " + std::to_string(flop) + "\nbasis = \"stated\"\n";
  };
  constexpr std::string_view judged = "judgement = [{counted = true, why = \"of the run\"}]\n";
  add("pretrain", 1);
  add("rl-rollout", 10, judged);
  add("synthetic-private", 100, judged);
  add("recompute", 1000, judged);
  add("distill-teacher", 10000,
      "passes = \"training\"\njudgement = [{view = \"us-ca\", counted = false, why = \"another "
      "model\"}]\n");
  const struct {
    std::string_view view;
    double total;
  } cases[] = {{"updates", 11},     {"eu-cumulative", 111}, {"us-ca", 1111},
               {"upstream", 11111}, {"model-flop", 1},      {"hardware-flop", 1001}};
  const auto run = parse_run(text);
  ASSERT_TRUE(run) << to_string(run.error());
  for (const auto& c : cases) {
    SCOPED_TRACE(c.view);
    const auto estimates = estimate_run(*run, {.view = c.view});
    ASSERT_TRUE(estimates) << to_string(estimates.error());
    EXPECT_DOUBLE_EQ(estimates->total->operations.mid, c.total);
    EXPECT_EQ(estimates->items.size(), 5U);
  }
}

}  // namespace
}  // namespace pfsday::estimate
