#include "trend/frontier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace pfsday::trend {
namespace {

std::vector<Ranked> random_systems(std::size_t n, int days) {
  std::mt19937 rng(7);
  std::vector<Ranked> systems;
  for (std::size_t i = 0; i < n; ++i) {
    const int day = static_cast<int>(rng() % static_cast<unsigned>(days));
    systems.push_back({{day}, std::pow(10, static_cast<double>(rng() % 12))});
  }
  return systems;
}

/// The definition, word for word.
bool is_top(const std::vector<Ranked>& systems, std::size_t i, std::size_t n) {
  std::size_t larger = 0;
  for (std::size_t j = 0; j < systems.size(); ++j) {
    if (systems[j].date > systems[i].date) continue;
    const bool tie_first = systems[j].compute == systems[i].compute &&
                           std::pair(systems[j].date, j) < std::pair(systems[i].date, i);
    if (systems[j].compute > systems[i].compute || tie_first) ++larger;
  }
  return larger < n;
}

TEST(TopAtRelease, IsItsDefinition) {
  const auto systems = random_systems(300, 40);  // many of one day, many of one size
  for (const std::size_t n : {1U, 3U, 10U, 500U}) {
    SCOPED_TRACE(n);
    const auto in = top_at_release(systems, n);
    for (std::size_t i = 0; i < systems.size(); ++i) EXPECT_EQ(in[i], is_top(systems, i, n)) << i;
  }
}

TEST(TopAtRelease, GivesTiesToTheEarlierDateThenThePlace) {
  const std::vector<Ranked> systems = {{{2}, 5}, {{1}, 5}, {{1}, 5}, {{3}, 6}};
  EXPECT_EQ(top_at_release(systems, 1), (std::vector<bool>{false, true, false, true}));
  EXPECT_EQ(top_at_release(systems, 2), (std::vector<bool>{false, true, true, true}));
  EXPECT_TRUE(top_at_release({}, 1).empty());
}

TEST(Records, AreStrictlyAboveAllBefore) {
  const std::vector<Ranked> systems = {{{3}, 9}, {{1}, 5}, {{2}, 5}, {{1}, 6}};
  EXPECT_EQ(records(systems), (std::vector<bool>{true, true, false, true}));
}

TEST(WindowScores, IsItsDefinition) {
  const auto systems = random_systems(200, 3000);
  const auto scores = window_scores(systems);
  for (std::size_t i = 0; i < systems.size(); ++i) {
    double n = 0, sum = 0, squares = 0;
    for (const Ranked& other : systems) {
      const int days = other.date.days - systems[i].date.days;
      if (days < -364 || days >= 364) continue;
      const double y = std::log10(other.compute);
      n += 1, sum += y, squares += y * y;
    }
    const double deviation = std::sqrt(squares / n - sum / n * sum / n);
    ASSERT_TRUE(scores[i]);
    EXPECT_NEAR(*scores[i], (std::log10(systems[i].compute) - sum / n) / deviation, 1e-9);
  }
}

TEST(WindowScores, HoldTheFirstDayOfTheWindowAndNotTheLast) {
  const std::vector<Ranked> systems = {{{0}, 10}, {{364}, 1000}};
  const auto scores = window_scores(systems);
  EXPECT_FALSE(scores[0]);  // alone, so without deviation
  EXPECT_NEAR(*scores[1], 1, 1e-12);
  EXPECT_TRUE(window_scores({}).empty());
}

}  // namespace
}  // namespace pfsday::trend
