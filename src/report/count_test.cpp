#include "report/count.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::report {
namespace {

TEST(Count, StatesBounds) {
  CountReport report;
  report.counts.bounds = {{"/keep", "upper_bound", "at most 100 boxes"}};
  EXPECT_EQ(bound_grid(report).rows,
            (std::vector<std::vector<std::string>>{{"/keep", "upper bound", "at most 100 boxes"}}));
  EXPECT_THAT(count_json(report, JsonStyle::line),
              testing::HasSubstr(R"("bounds":[{"node":"/keep","kind":"upper_bound",)"
                                 R"("reason":"at most 100 boxes"}],"complete":true)"));
}

}  // namespace
}  // namespace pfsday::report
