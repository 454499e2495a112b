#include "chart/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chart/svg.h"
#include "chart/testing.h"

namespace pfsday::chart {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string page_of(const Chart& chart) {
  return to_html(chart, lay_out(chart, FixedWidth()), theme_of("light"));
}

Chart small_chart() {
  Chart chart{.title = "Compute", .y = {.unit = "pfs-days"}};
  chart.points = {{-4, 1, "A"}, {-2, 100, "B"}};
  return chart;
}

TEST(Html, HoldsThePictureTheTableAndTheData) {
  const std::string page = page_of(small_chart());
  EXPECT_THAT(page, HasSubstr(to_svg(lay_out(small_chart(), FixedWidth()), theme_of("light"))));
  EXPECT_THAT(page, HasSubstr("<tr><td>A</td><td>2016-01-01</td><td class=\"number\">1</td></tr>"));
  EXPECT_THAT(page, HasSubstr("<pre id=\"csv\" hidden>\nkind,style,name,"));
  EXPECT_EQ(page, page_of(small_chart()));
}

TEST(Html, LetsNothingElseRun) {
  const std::string page = page_of(small_chart());
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page, Not(HasSubstr(" style=\"")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
}

TEST(Html, EscapesAllThatComesFromData) {
  Chart chart = small_chart();
  const std::string evil = "</script></pre><img src=x onerror=alert(1)>\"'&";
  chart.title = chart.subtitle = chart.caption = chart.description = evil;
  chart.x.title = chart.y.title = chart.y.unit = evil;
  chart.y.other = OtherUnit{.title = evil, .unit = evil, .per_unit = 2};
  chart.groups = {evil};
  chart.points[0] = {.x = -4, .y = 1, .label = evil, .group = 0, .notes = {evil, evil}};
  chart.lines = {{.slope = 1, .from = -4, .to = -2, .label = evil}};
  chart.eras = {{evil, -4, -2}};
  chart.thresholds = {{evil, 10}};
  EXPECT_THAT(page_of(chart), Not(HasSubstr("<img")));
}

}  // namespace
}  // namespace pfsday::chart
