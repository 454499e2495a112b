#include "report/fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

std::size_t size_of(const NamedFit& named) { return named.fit.points.size(); }

TEST(Fit, OfTheChartOf2018HasBothPointSets) {
  const FitReport report = *fit({});
  EXPECT_EQ(size_of(report.main), 15U);
  EXPECT_EQ(report.main.name, "with AlphaGo Zero");
  ASSERT_EQ(report.variants.size(), 1U);
  EXPECT_EQ(size_of(report.variants[0]), 14U);
  EXPECT_EQ(report.published->doubling_months, 3.43);
}

TEST(Fit, AVariantThatChangesNothingIsNotShown) {
  const FitReport report = *fit({.selection = {.leave_out = {"AlphaGo Zero"}}});
  EXPECT_EQ(size_of(report.main), 14U);
  EXPECT_TRUE(report.variants.empty());
  EXPECT_THAT(report.selection, testing::EndsWith(", without AlphaGo Zero"));
}

TEST(Fit, SelectionSaysTheWindow) {
  const FitReport report = *fit({.selection = {.from = units::parse_date("2014-01-01").value(),
                                               .to = units::parse_date("2016-12-31").value()}});
  EXPECT_EQ(size_of(report.main), 8U);
  EXPECT_THAT(report.selection, testing::EndsWith(", from 2014-01-01, to 2016-12-31"));
}

FitRequest request_for(std::string csv) {
  return {.table = TableText{.name = "t.csv", .csv = std::move(csv)}};
}

TEST(Fit, OfATableCountsItsRows) {
  const FitReport report = *fit(request_for(
      "name,date,flop\nA,2019-01-01,1e20\nB,2020-01-01,1e21\nC,2021-01-01,1e22\nD,2021-01-01,\n"
      "E,never,1e20\n"));
  EXPECT_EQ(size_of(report.main), 3U);
  EXPECT_EQ(report.rows->rows, 5U);
  EXPECT_EQ(report.rows->without_value, 1U);
  EXPECT_EQ(report.rows->faulty.size(), 1U);
  EXPECT_NEAR(report.main.fit.factor_per_year, 10, 0.05);
}

TEST(Fit, SaysWhoIsOutAndWhy) {
  FitRequest request = request_for(
      "name,date,flop,cost\nA,2019-01-01,1e20,1\nB,2020-01-01,1e21,2\nC,2021-01-01,1e22,4\n"
      "D,2022-01-01,1e20,\nE,2022-01-01,1e20,8\n,,,\n");
  request.quantity = trend::Quantity::cost;
  request.selection.leave_out = {"E"};
  const FitReport report = *fit(request);
  EXPECT_EQ(report.selection, "rows with cost: without E");
  ASSERT_EQ(report.left_out.size(), 3U);
  EXPECT_EQ(report.left_out[0].name, "D");
  EXPECT_EQ(report.left_out[0].reason, "no cost");
  EXPECT_EQ(report.left_out[1].reason, "left out by name");
  EXPECT_FALSE(report.left_out[2].date);
  EXPECT_EQ(fit({.quantity = trend::Quantity::cost}).error().code, Code::usage);
}

TEST(Fit, Faults) {
  EXPECT_EQ(fit({.set = "no such"}).error().code, Code::set_unknown);
  const Error few = fit(request_for("name,date,flop\nA,2019-01-01,1e20\n")).error();
  EXPECT_EQ(few.code, Code::too_few_points);
  const Error missing = fit(request_for("a,b\n1,2\n")).error();
  EXPECT_EQ(missing.code, Code::column_missing);
  EXPECT_EQ(missing.place.file, "t.csv");
}

TEST(Explain, FillsTheNumbersIn) {
  const auto lines = explain(fit({})->main.fit, trend::Quantity::compute);
  EXPECT_THAT(lines, testing::Contains("doubling time = 12 x log10(2) / 1.07843 = 3.34966 months"));
}

TEST(ToJson, HasTheMembersOfTheSchema) {
  const std::string json = to_json(*fit({}), false);
  for (const std::string_view key :
       {"schema", "n", "ids", "window", "selection", "vintage", "axis", "slope_oom_per_year",
        "slope_se", "intercept", "r2", "factor_per_year", "doubling_months", "interval", "level",
        "method", "breaks", "variants", "published"}) {
    EXPECT_THAT(json, testing::HasSubstr("\"" + std::string(key) + "\":"));
  }
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("residual_oom")));
  EXPECT_THAT(to_json(*fit({}), true), testing::HasSubstr("residual_oom"));
}

}  // namespace
}  // namespace pfsday::report
