#include "report/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "chart/layout.h"
#include "chart/testing.h"

namespace pfsday::report {
namespace {

TEST(ChartOf, DrawsTheSystemsAndBothFitsOf2018) {
  const chart::Chart chart = *chart_of(*fit({}), {});
  ASSERT_EQ(chart.points.size(), 15U);
  EXPECT_EQ(chart.points[1].label, "AlexNet");
  EXPECT_DOUBLE_EQ(chart.points[1].y, 0.0058);
  EXPECT_EQ(chart.points[13].label, "AlphaGo Zero (implied)");
  EXPECT_EQ(chart.points[13].style, chart::PointStyle::hollow);
  EXPECT_DOUBLE_EQ(chart.points[13].y, 1740);
  ASSERT_EQ(chart.lines.size(), 3U);
  EXPECT_EQ(chart.lines[0].label, "Moore’s law: doubles every 24 months");
  EXPECT_EQ(chart.lines[1].label, "3.60 months without AlphaGo Zero");
  EXPECT_EQ(chart.lines[2].label, "doubles every 3.35 months");
}

TEST(ChartOf, LinesOf2018AreInPfsDays) {
  const FitReport report = *fit({});
  const chart::Line line = chart_of(report, {})->lines[2];
  const double log10_pfs_days = line.height + line.slope * line.from;
  EXPECT_NEAR(log10_pfs_days + std::log10(8.64e19), report.main.fit.line.at(line.from), 1e-9);
}

TEST(ChartOf, LabelsAllOf2018WhateverTheWidthOfText) {
  const chart::Layout layout = chart::lay_out(*chart_of(*fit({}), {}), chart::FixedWidth());
  EXPECT_EQ(layout.unlabeled, 0U);
  const auto of_lines =
      std::ranges::count(chart::all_texts(layout), chart::TextRole::line, &chart::TextMark::role);
  EXPECT_EQ(of_lines, 3);
}

TEST(ChartOf, TableHasOneFitInOperations) {
  const std::string long_name(60, 'n');
  const chart::Chart chart = *chart_of(
      *fit({.table = TableText{.name = "t.csv",
                               .csv = "name,date,flop\nA,2019-01-01,1e22\nB,2020-01-01,1e21\n" +
                                      long_name + ",2021-01-01,1e20\n"}}),
      {});
  EXPECT_EQ(chart.points[0].y, 1e22);
  EXPECT_EQ(chart.points[2].label, std::string(42, 'n') + "…");
  ASSERT_EQ(chart.lines.size(), 2U);
  EXPECT_EQ(chart.lines[1].label, "halves every 3.61 months");
  EXPECT_THAT(chart.y.title, testing::HasSubstr("FLOP"));
}

TEST(ChartOf, SplitsGiveEachPartItsLine) {
  const auto chart =
      chart_of(*fit({.set = "2019-chart"}), {.splits = {*units::parse_date("2012-06-01")}});
  ASSERT_TRUE(chart);
  ASSERT_EQ(chart->lines.size(), 3U);
  EXPECT_EQ(chart->lines[0].style, chart::LineStyle::ruler);
  EXPECT_EQ(chart->lines[1].label, "doubles every 21.6 months");
  EXPECT_EQ(chart->lines[2].label, "doubles every 3.35 months");  // as in the chart of 2018
  EXPECT_THAT(chart->subtitle, testing::HasSubstr("21.6 months (90 % interval"));
  EXPECT_TRUE(chart->bands.empty());
}

TEST(ChartOf, DrawsWhatIsAskedFor) {
  const auto chart = chart_of(*fit({}), {.highlight = {"DeepMind", "AlexNet"},
                                         .thresholds = {{.amount = 8.64e23}},
                                         .eras = {{.name = "early", .to = units::Date{16000}}},
                                         .rulers = std::vector<PlotRuler>{{18}, {30, "chips"}},
                                         .quantiles = {0.9},
                                         .whiskers = Whiskers{2},
                                         .forecast_to = units::Date{18262}});
  ASSERT_TRUE(chart);
  EXPECT_EQ(chart->points[1].group, 1U);
  EXPECT_DOUBLE_EQ(chart->points[1].interval->high, 0.0116);
  EXPECT_EQ(chart->points[1].notes.method, "hardware");
  EXPECT_EQ(chart->points[13].notes.method, "implied");
  EXPECT_FALSE(chart->points[0].group);
  EXPECT_DOUBLE_EQ(chart->thresholds[0].y, 10000);
  EXPECT_EQ(chart->thresholds[0].label, "8.64e23 FLOP");
  EXPECT_EQ(chart->lines[0].label, "Moore’s law: doubles every 18 months");
  EXPECT_EQ(chart->lines[1].label, "chips: doubles every 30 months");
  EXPECT_EQ(chart->lines[2].label, "90 % quantile");
  EXPECT_EQ(chart->lines.back().style, chart::LineStyle::forecast);
  ASSERT_EQ(chart->bands.size(), 3U);
  const auto& [line, wide, narrow] = std::tie(chart->bands[0], chart->bands[1], chart->bands[2]);
  EXPECT_LT(wide.edges.back().low, narrow.edges.back().low);
  EXPECT_GT(wide.edges.back().high, narrow.edges.back().high);
  EXPECT_EQ(line.edges.size(), wide.edges.size());
}

TEST(ChartOf, LabelsRecordsAmongMany) {
  const chart::Chart chart = *chart_of(*fit({}), {});
  EXPECT_GT(chart.points[1].priority, 1);  // AlexNet, more than Dropout
  EXPECT_LE(chart.points[3].priority, 1);  // DQN
}

TEST(ChartOf, RefusesWhatIsNotThere) {
  const FitReport report = *fit({});
  EXPECT_EQ(chart_of(report, {.highlight = {"Nobody"}}).error().code, Code::usage);
  EXPECT_EQ(chart_of(report, {.highlight = {"a", "b", "c", "d", "e", "f"}}).error().code,
            Code::usage);
  EXPECT_EQ(chart_of(report, {.forecast_to = units::Date{0}}).error().code, Code::usage);
}

}  // namespace
}  // namespace pfsday::report
