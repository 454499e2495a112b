#include "trend/influence.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace pfsday::trend {
namespace {

/// `decades[i]` on the first of every half-year; of two organizations by turns, the last of both.
std::vector<System> systems(const std::vector<double>& decades) {
  std::vector<System> all;
  for (std::size_t i = 0; i < decades.size(); ++i) {
    System system{.id = std::string(1, static_cast<char>('a' + i)),
                  .date = {18262 + 183 * static_cast<int>(i)}};
    system.name = system.id;
    system.organizations = {i % 2 == 0 ? "even" : "odd"};
    system.amount(Quantity::compute) = Amount{std::pow(10, decades[i])};
    all.push_back(std::move(system));
  }
  all.back().organizations = {"even", "odd"};
  return all;
}

double slope_without(std::span<const System> all, const Selection& selection) {
  return fit_exponential(*select(all, selection, Quantity::compute), {})->line.slope;
}

Fit fit_of(std::span<const System> all, const Selection& selection) {
  return *fit_exponential(*select(all, selection, Quantity::compute), {});
}

TEST(LeaveOneOut, IsTheFitWithoutIt) {
  const auto all = systems({20, 20.7, 21.1, 21.4, 22.3, 22.2, 24});
  const Fit fit = fit_of(all, {});
  const auto influences = leave_one_out(fit, {.systems = all});
  ASSERT_EQ(influences.size(), all.size());
  for (const Influence& influence : influences) {
    EXPECT_NEAR(influence.slope, slope_without(all, {.leave_out = {influence.name}}), 1e-13);
    EXPECT_EQ(influence.n, all.size() - 1);
    EXPECT_TRUE(influence.entered.empty());
  }
  EXPECT_EQ(influences[0].name, "g");  // the last, far above the line
}

TEST(LeaveOneOut, OfAnOrganizationTakesWhatItMadeWithOthers) {
  const auto all = systems({20, 20.7, 21.1, 21.4, 22.3, 22.2, 24});
  const auto influences = leave_one_organization_out(fit_of(all, {}), {.systems = all});
  ASSERT_EQ(influences.size(), 2U);
  for (const Influence& influence : influences) {
    EXPECT_EQ(influence.systems, 4U);
    EXPECT_NEAR(influence.slope, slope_without(all, {.leave_out_organizations = {influence.name}}),
                1e-13);
  }
}

// f is never among the top 2 but where one of those before it is missing.
TEST(LeaveOneOut, SelectsAgainWhereAsked) {
  const auto all = systems({20, 21, 22, 23, 24, 22.9, 25});
  const Selection top{.rule = Rule::top, .top = 2};
  const Fit fit = fit_of(all, top);
  ASSERT_EQ(fit.line.n, 6U);
  const auto kept = leave_one_out(fit, {.systems = all, .selection = top});
  const auto again = leave_one_out(fit, {.systems = all, .selection = top, .reselect = true});
  const auto without_e = [](const std::vector<Influence>& influences) {
    return *std::ranges::find(influences, "e", &Influence::name);
  };
  EXPECT_EQ(without_e(kept).n, 5U);
  EXPECT_TRUE(without_e(kept).entered.empty());
  EXPECT_EQ(without_e(again).n, 6U);
  EXPECT_EQ(without_e(again).entered, std::vector<std::string>{"f"});
  for (const Influence& influence : again) {
    Selection without = top;
    without.leave_out = {influence.name};
    EXPECT_NEAR(influence.slope, slope_without(all, without), 1e-13) << influence.name;
  }
}

TEST(LeaveOneOut, IsOfTheWeightedFitWhereThatIsAskedFor) {
  const auto all = systems({20, 20.7, 21.1, 21.4, 22.3, 22.2, 24});
  FitOptions options{.weighted = true, .known_within = {.factor = 3}};
  const Fit fit = *fit_exponential(*select(all, {}, Quantity::compute), options);
  const auto influences = leave_one_out(fit, {.systems = all, .options = options});
  const auto without = *select(all, {.leave_out = {influences[0].name}}, Quantity::compute);
  EXPECT_NEAR(influences[0].slope, fit_exponential(without, options)->line.slope, 1e-13);
}

TEST(LeaveOneOut, HasNothingToSayOfThreeSystems) {
  const auto all = systems({20, 21, 23});
  EXPECT_TRUE(leave_one_out(fit_of(all, {}), {.systems = all}).empty());
}

}  // namespace
}  // namespace pfsday::trend
