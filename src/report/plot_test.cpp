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
  const chart::Chart chart = chart_of(*fit({}));
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
  const chart::Line line = chart_of(report).lines[2];
  const double log10_pfs_days = line.height + line.slope * line.from;
  EXPECT_NEAR(log10_pfs_days + std::log10(8.64e19), report.main.fit.line.at(line.from), 1e-9);
}

TEST(ChartOf, LabelsAllOf2018WhateverTheWidthOfText) {
  const chart::Layout layout = chart::lay_out(chart_of(*fit({})), chart::FixedWidth());
  EXPECT_EQ(layout.unlabeled, 0U);
  const auto of_lines =
      std::ranges::count(layout.texts, chart::TextRole::line, &chart::TextMark::role);
  EXPECT_EQ(of_lines, 3);
}

TEST(ChartOf, TableHasOneFitInOperations) {
  const std::string long_name(60, 'n');
  const chart::Chart chart = chart_of(
      *fit({.table = TableText{.name = "t.csv",
                               .csv = "name,date,flop\nA,2019-01-01,1e22\nB,2020-01-01,1e21\n" +
                                      long_name + ",2021-01-01,1e20\n"}}));
  EXPECT_EQ(chart.points[0].y, 1e22);
  EXPECT_EQ(chart.points[2].label, std::string(42, 'n') + "…");
  ASSERT_EQ(chart.lines.size(), 2U);
  EXPECT_EQ(chart.lines[1].label, "halves every 3.61 months");
  EXPECT_THAT(chart.y.title, testing::HasSubstr("FLOP"));
}

}  // namespace
}  // namespace pfsday::report
