#include "trend/vintage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace pfsday::trend {
namespace {

System system_with(const std::string& name, std::string_view date, double flop) {
  System system{.id = name, .name = name, .date = *units::parse_date(date)};
  system.amount(Quantity::compute) = Amount{flop};
  system.organizations = {name < "c" ? "first" : "second"};
  return system;
}

std::vector<System> before() {
  return {system_with("a", "2018-01-01", 1e20), system_with("b", "2019-01-01", 2e21),
          system_with("c", "2020-01-01", 1e22), system_with("d", "2021-01-01", 5e22),
          system_with("e", "2022-01-01", 1e24)};
}

std::vector<System> after() {
  return {system_with("b", "2019-06-01", 2e21), system_with("c", "2020-01-01", 4e22),
          system_with("d", "2021-01-01", 5.1e22), system_with("e", "2022-01-01", 1e24),
          system_with("f", "2023-01-01", 3e24)};
}

TEST(CompareVintages, StepsSumToTheWholeDifference) {
  const auto result = compare_vintages(before(), after(), {}, Quantity::compute, {});
  ASSERT_TRUE(result) << to_string(result.error());
  const VintageChange& change = *result;
  const std::size_t systems[] = {1, 0, 1, 2, 0, 1};
  const std::size_t n[] = {4, 4, 4, 4, 4, 5};
  double sum = 0;
  for (std::size_t i = 0; i < change.steps.size(); ++i) {
    EXPECT_EQ(change.steps[i].systems, systems[i]) << i;
    EXPECT_EQ(change.steps[i].n, n[i]) << i;
    sum += change.steps[i].change;
  }
  EXPECT_NEAR(sum, change.after.line.slope - change.before.line.slope, 1e-14);
  EXPECT_EQ(change.steps.back().slope, change.after.line.slope);
  EXPECT_EQ(change.steps[1].change, 0);
}

TEST(CompareVintages, NamesTheSystemsThatMoveTheSlopeMost) {
  const auto change = *compare_vintages(before(), after(), {}, Quantity::compute, {});
  ASSERT_EQ(change.effects.size(), 5U);
  for (std::size_t i = 1; i < change.effects.size(); ++i) {
    EXPECT_GE(std::abs(change.effects[i - 1].change), std::abs(change.effects[i].change));
  }
  const auto c = std::ranges::find(change.effects, "c", &Effect::name);
  EXPECT_EQ(c->kind, Change::value_corrected);
  EXPECT_EQ(c->before, 1e22);
  EXPECT_EQ(c->after, 4e22);
}

TEST(CompareVintages, MatchesByNameAndCountsWhatDiffers) {
  const auto change = *compare_vintages(before(), after(), {}, Quantity::compute, {});
  EXPECT_EQ(change.matched.common, 4U);
  EXPECT_EQ(change.matched.differ, 1U);  // d differs by 2 %
  EXPECT_EQ(change.matched.median_factor, 4);
}

TEST(CompareVintages, TellsTheTableFromTheSelection) {
  auto tagged = after();
  tagged.push_back(system_with("a", "2018-01-01", 1e20));  // so that each step leaves three
  for (System& system : tagged) system.tags = {"t"};
  auto old = before();
  for (System& system : old) system.tags = {"t"};
  old[1].tags.clear();     // b enters the selection
  tagged[1].tags.clear();  // c leaves it
  const auto change = *compare_vintages(old, tagged, {.tags = {"t"}}, Quantity::compute, {});
  EXPECT_EQ(change.steps[1].systems, 1U);
  EXPECT_EQ(change.steps[4].systems, 1U);
}

TEST(CompareVintages, NeedsThreeDates) {
  auto few = before();
  few.resize(2);
  EXPECT_EQ(compare_vintages(before(), few, {}, Quantity::compute, {}).error().code,
            Code::too_few_points);
}

}  // namespace
}  // namespace pfsday::trend
