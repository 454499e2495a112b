#include "trend/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::trend {
namespace {

units::Date on(std::string_view date) { return *units::parse_date(date); }

System system_with(const std::string& id, std::string_view date, double flop) {
  System system{.id = id, .name = id, .date = on(date)};
  if (flop > 0) system.amount(Quantity::compute) = Amount{flop};
  return system;
}

std::vector<System> systems() {
  std::vector<System> all = {
      system_with("b", "2018-10-11", 3e20), system_with("a", "2012-09-30", 1e20),
      system_with("c", "2020-05-28", 2e20), system_with("d", "2021-01-01", 0),
      system_with("e", "2022-01-01", 9e20)};
  all[0].name = "Bert";
  all[0].tags = {"notable", "frontier"};
  all[0].domains = {"Language"};
  all[0].organizations = {"Google", "MIT"};
  all[1].tags = {"notable"};
  all[1].domains = {"Vision", "Language"};
  all[2].base_model = "Bert";
  all[2].amount(Quantity::cost) = Amount{5};
  all[4].amount(Quantity::compute)->bound = Bound::above;
  return all;
}

std::vector<std::string> ids_of(const std::vector<Point>& selected) {
  std::vector<std::string> ids;
  for (const Point& point : selected) ids.push_back(point.id);
  return ids;
}

TEST(Select, FiltersRanksThenCutsTheWindow) {
  const struct {
    std::string_view name;
    Selection selection;
    std::vector<std::string> ids;
  } cases[] = {
      {"all", {}, {"b", "a", "c"}},
      {"from that day", {.from = on("2018-10-11")}, {"b", "c"}},
      {"from the next day", {.from = on("2018-10-12")}, {"c"}},
      {"to that day", {.to = on("2018-10-11")}, {"b", "a"}},
      {"left out by name and id", {.leave_out = {"Bert", "c"}}, {"a"}},
      {"left out by organization", {.leave_out_organizations = {"MIT"}}, {"a", "c"}},
      {"one tag", {.tags = {"notable"}}, {"b", "a"}},
      {"two tags", {.tags = {"notable", "frontier"}}, {"b"}},
      {"any domain", {.domains = {"Vision"}}, {"a"}},
      {"no fine-tunes", {.fine_tunes = false}, {"b", "a"}},
      {"minimum", {.minimum = 2e20}, {"b", "c"}},
      {"top of the full history", {.rule = Rule::top, .top = 1, .from = on("2019-01-01")}, {}},
      {"records", {.rule = Rule::records}, {"b", "a"}},
      {"nothing remains", {.from = on("2030-01-01")}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ids_of(*select(systems(), c.selection, Quantity::compute)), c.ids);
  }
  EXPECT_THAT(ids_of(*select(systems(), {}, Quantity::cost)), testing::ElementsAre("c"));
}

TEST(Decide, GivesEachSystemOneReason) {
  const Selection selection{.tags = {"notable"}, .from = on("2015-01-01")};
  const auto decisions = *decide(systems(), selection, Quantity::compute);
  std::vector<std::string> reasons;
  for (const Decision& decision : decisions) {
    reasons.push_back(reason_of(decision, selection, Quantity::compute));
  }
  EXPECT_THAT(reasons, testing::ElementsAre("in", "before the window", "not notable", "not notable",
                                            "not notable"));
  const auto all = *decide(systems(), {}, Quantity::compute);
  EXPECT_EQ(all[3].verdict, Verdict::no_amount);
  EXPECT_EQ(all[4].verdict, Verdict::only_bound);
}

TEST(Decide, ScoresDropLowOutliersAndFindLargeScale) {
  std::vector<System> all;
  for (int i = 0; i < 20; ++i) {
    all.push_back(system_with(std::to_string(i), "2018-01-01",
                              i == 0   ? 1e10
                              : i == 1 ? 1e22
                                       : 1e20));
  }
  const auto verdict = [&](Rule rule, std::size_t i) {
    return (*decide(all, {.rule = rule}, Quantity::compute))[i].verdict;
  };
  EXPECT_EQ(verdict(Rule::no_low, 0), Verdict::low_outlier);
  EXPECT_EQ(verdict(Rule::no_low, 1), Verdict::in);
  EXPECT_EQ(verdict(Rule::large_scale, 1), Verdict::in);
  EXPECT_EQ(verdict(Rule::large_scale, 2), Verdict::not_large_scale);
  EXPECT_EQ(verdict(Rule::regular_scale, 1), Verdict::large_scale);
  EXPECT_EQ(verdict(Rule::regular_scale, 2), Verdict::in);
  for (System& system : all) system.date = on("2015-09-01");  // large-scale begins a day later
  EXPECT_EQ(verdict(Rule::large_scale, 1), Verdict::not_large_scale);
}

TEST(Decide, RefusesWhatNoSystemHas) {
  const struct {
    Selection selection;
    std::string_view hint;
  } cases[] = {{{.leave_out = {"Bart"}}, "did you mean \"Bert\"?"},
               {{.tags = {"notabel"}}, "did you mean \"notable\"?"},
               {{.domains = {"Languages"}}, "did you mean \"Language\"?"},
               {{.leave_out_organizations = {"xyz"}}, ""}};
  for (const auto& c : cases) {
    const Error error = decide(systems(), c.selection, Quantity::compute).error();
    EXPECT_EQ(error.code, Code::usage);
    EXPECT_EQ(error.hint, c.hint);
  }
}

TEST(AddWords, MakesASelectionThatDescribesItself) {
  const struct {
    std::string_view words, text;
  } cases[] = {{"", ""},
               {"notable, top-10", "notable, top 10 at release by compute"},
               {"records,no-fine-tunes", "no fine-tunes, record setters by compute"}};
  for (const auto& c : cases) {
    Selection selection;
    ASSERT_TRUE(add_words(selection, c.words));
    EXPECT_EQ(describe(selection), c.text);
  }
  for (const std::string_view words : {"top-0", "top-", "top-1x", "top-10,records"}) {
    Selection selection;
    EXPECT_EQ(add_words(selection, words).error().code, Code::usage) << words;
  }
}

TEST(Select, WindowOfPointsRunsFromFirstToLast) {
  const Window window = window_of(*select(systems(), {}, Quantity::compute));
  EXPECT_EQ(window.from, on("2012-09-30"));
  EXPECT_EQ(window.to, on("2020-05-28"));
}

}  // namespace
}  // namespace pfsday::trend
