#include "trend/set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trend/fit.h"
#include "trend/select.h"

namespace pfsday::trend {
namespace {

constexpr std::string_view small_set = R"(
schema = "pfsday.set/1"
id = "small"
title = "Three systems"
tag = "t"
rule = "chosen by hand"
vintage = "today"
credit = "nobody"
unit = "operations"
[[implied]]
id = "b"
times = 1000
of = "a"
)";

std::vector<estimate::Row> rows() {
  return {{.id = "b", .name = "B", .date = {20000}, .tags = {"t"}},
          {.id = "a", .name = "A", .date = {19000}, .flop = 2e20, .tags = {"s", "t"}},
          {.id = "x", .name = "X", .date = {19000}, .flop = 1e20, .tags = {"s"}},
          {.id = "c", .name = "C", .date = {21000}, .tags = {"t"}}};
}

TEST(SystemsOf, TakesTaggedRowsByDateAndMarksImpliedFigures) {
  const std::vector<System> systems = *systems_of(*parse_set(small_set), rows());
  ASSERT_EQ(systems.size(), 3U);
  EXPECT_EQ(systems[0].name, "A");
  EXPECT_FALSE(systems[0].implied);
  EXPECT_EQ(systems[1].name, "B");
  EXPECT_TRUE(systems[1].implied);
  EXPECT_EQ(systems[1].amount(Quantity::compute)->value, 2e23);
  EXPECT_EQ(systems[1].note, "no printed figure; 1,000 times A");
  EXPECT_FALSE(systems[2].amount(Quantity::compute));  // no figure, printed or implied
}

TEST(SystemsOf, NeedsTheFigureThatImplies) {
  auto without = rows();
  without[1].flop.reset();
  EXPECT_EQ(systems_of(*parse_set(small_set), without).error().code, Code::run_input_missing);
}

TEST(ParseSet, RefusesWhatItDoesNotKnow) {
  const std::string text(small_set);
  EXPECT_EQ(parse_set(text + "color = 1").error().code, Code::run_key_unknown);
  EXPECT_EQ(parse_set("schema = \"other/1\"").error().code, Code::run_malformed);
  EXPECT_EQ(parse_set("").error().code, Code::run_input_missing);
}

TEST(FindSet, NamesTheSetsThereAre) {
  const auto set = find_set("2017-chart");
  ASSERT_FALSE(set);
  EXPECT_EQ(set.error().code, Code::set_unknown);
  EXPECT_THAT(set.error().hint, testing::HasSubstr("2018-chart"));
  EXPECT_THAT(set.error().hint, testing::HasSubstr("2019-chart"));
}

// Reference values: normal equations in 60 decimal digits on the printed pfs-days.
TEST(ChartOf2018, DoublesAsComputedIndependently) {
  const PointSet set = *find_set("2018-chart");
  const auto systems = *systems_of(set, *estimate::catalogue_rows());
  const Fit all = *fit_exponential(*select(systems, {}, Quantity::compute), {});
  EXPECT_EQ(all.line.n, 15U);
  EXPECT_NEAR(all.line.slope, 1.0784274240720444, 1.1e-12);
  EXPECT_NEAR(all.line.slope_se, 0.15497624833425361, 1.6e-13);
  EXPECT_NEAR(all.line.intercept, 24.352917025275161, 2.4e-11);
  EXPECT_NEAR(all.line.r2, 0.78835284633823377, 7.9e-13);
  EXPECT_NEAR(*all.doubling_months, 3.349655124985444, 3.3e-12);

  ASSERT_EQ(set.variants.size(), 1U);
  const auto printed =
      *select(systems, {.leave_out = set.variants[0].leave_out}, Quantity::compute);
  const Fit without = *fit_exponential(printed, {});
  EXPECT_EQ(without.line.n, 14U);
  EXPECT_NEAR(without.line.slope, 1.0029561841171226, 1e-12);
  EXPECT_NEAR(without.line.slope_se, 0.16113651130246262, 1.6e-13);
  EXPECT_NEAR(*without.doubling_months, 3.6017126223192344, 3.6e-12);
  EXPECT_EQ(set.published->doubling_months, 3.43);
}

}  // namespace
}  // namespace pfsday::trend
