#include "chart/geometry.h"

#include <gtest/gtest.h>

#include <numbers>

namespace pfsday::chart {
namespace {

constexpr double quarter_turn = std::numbers::pi / 2;

TEST(Geometry, Overlap) {
  const Box square{.half = {1, 1}};
  const struct {
    std::string_view name;
    Box other;
    bool expected;
  } cases[] = {
      {"itself", square, true},
      {"shifted", {{1.5, 1.5}, {1, 1}}, true},
      {"touching", {{2, 0}, {1, 1}}, false},
      {"apart", {{0, 3}, {1, 1}}, false},
      {"inside", {{0, 0}, {0.1, 0.1}}, true},
      {"turned, corner inside", {{2.3, 0}, {1, 1}, quarter_turn / 2}, true},
      {"turned, corner outside", {{2.5, 0}, {1, 1}, quarter_turn / 2}, false},
      {"near in x and y, yet apart on the slant", {{1.9, 1.9}, {1, 1}, quarter_turn / 2}, false},
      {"line through", box_around({{-5, -5}, {5, 5}}, 0), true},
      {"line beside", box_around({{-5, -2.2}, {5, 7.8}}, 0), false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(overlap(square, c.other), c.expected);
    EXPECT_EQ(overlap(c.other, square), c.expected);
  }
}

TEST(Geometry, Holds) {
  const Box frame{.center = {5, 5}, .half = {5, 5}};
  EXPECT_TRUE(holds(frame, {{2, 2}, {2, 1}}));
  EXPECT_FALSE(holds(frame, {{1, 2}, {2, 1}}));
  EXPECT_TRUE(holds(frame, {{1, 5}, {4, 1}, quarter_turn}));
}

TEST(Geometry, NearestPoint) {
  const Box box{.center = {10, 0}, .half = {2, 1}, .angle = quarter_turn};  // 2 wide, 4 high
  EXPECT_NEAR(distance(box, {10, 5}), 3, 1e-12);
  EXPECT_NEAR(distance(box, {14, 5}), 3 * std::numbers::sqrt2, 1e-12);
  EXPECT_NEAR(distance(box, {10.5, 1}), 0, 1e-12);
  EXPECT_NEAR(nearest_point(box, {0, 0}).x, 9, 1e-12);
}

}  // namespace
}  // namespace pfsday::chart
