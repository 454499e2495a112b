#include "chart/data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::chart {
namespace {

TEST(Data, HasARowForEachThingDrawn) {
  Chart chart{.groups = {"a, b"}};
  chart.points = {{.x = -7.2525667351129363,
                   .y = 0.0058,
                   .label = "Alex\"Net",
                   .interval = Interval{0.002, 0.02},
                   .group = 0,
                   .notes = {.method = "counting", .source = "paper, 2012"}}};
  chart.lines = {{.slope = 1, .height = 2, .from = -2, .to = 0, .label = "fit"}};
  chart.bands = {{.label = "band", .edges = {{0, 1, 2}}}};
  chart.eras = {{"era", -1, 0}};
  chart.thresholds = {{"limit", 1e25}};
  chart.dates = {{"break", 0, -1, 1}, {"day", 0}};
  EXPECT_EQ(to_csv(chart),
            "kind,style,name,date,until,value,to,low,high,group,method,source\n"
            "point,solid,\"Alex\"\"Net\",2012-09-30,,0.0058,,0.002,0.02,\"a, b\",counting,\"paper, "
            "2012\"\n"
            "line,main,fit,2017-12-31,2020-01-01,1,100,,,,,\n"
            "band,interval,band,2020-01-01,,,,1,2,,,\n"
            "era,,era,2019-01-01,2020-01-01,,,,,,,\n"
            "threshold,,limit,,,1e+25,,,,,,\n"
            "date,,break,2020-01-01,,,,2019-01-01,2020-12-31,,,\n"
            "date,,day,2020-01-01,,,,,,,,\n");
}

}  // namespace
}  // namespace pfsday::chart
