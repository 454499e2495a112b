#include "trend/select.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pfsday::trend {
namespace {

units::Date on(std::string_view date) { return *units::parse_date(date); }

std::vector<Point> points() {
  return {{.id = "b", .name = "Bert", .date = on("2018-10-11"), .flop = 1},
          {.id = "a", .name = "Ada", .date = on("2012-09-30"), .flop = 1},
          {.id = "c", .name = "Carl", .date = on("2020-05-28"), .flop = 1}};
}

std::vector<std::string> ids_of(const std::vector<Point>& selected) {
  std::vector<std::string> ids;
  for (const Point& point : selected) ids.push_back(point.id);
  return ids;
}

TEST(Select, WindowHoldsItsEndsAndNamesAreLeftOut) {
  const struct {
    std::string_view name;
    Selection selection;
    std::vector<std::string> ids;
  } cases[] = {
      {"all", {}, {"b", "a", "c"}},
      {"from that day", {.from = on("2018-10-11")}, {"b", "c"}},
      {"from the next day", {.from = on("2018-10-12")}, {"c"}},
      {"to that day", {.to = on("2018-10-11")}, {"b", "a"}},
      {"left out by name and id", {.leave_out = {"Bert", "c"}}, {"a"}},
      {"nothing remains", {.from = on("2030-01-01")}, {}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(ids_of(*select(points(), c.selection)), c.ids);
  }
}

TEST(Select, RefusesANameThatNoPointHas) {
  const Error error = select(points(), {.leave_out = {"Bart"}}).error();
  EXPECT_EQ(error.code, Code::usage);
  EXPECT_EQ(error.hint, "did you mean \"Bert\"?");
}

TEST(Select, WindowOfPointsRunsFromFirstToLast) {
  const Window window = window_of(points());
  EXPECT_EQ(window.from, on("2012-09-30"));
  EXPECT_EQ(window.to, on("2020-05-28"));
}

}  // namespace
}  // namespace pfsday::trend
