#include "stats/matrix.h"

#include <gtest/gtest.h>

namespace pfsday::stats {
namespace {

TEST(Solve, ByHand) {
  SquareMatrix a(2);
  a(0, 0) = 4, a(0, 1) = 1, a(1, 0) = 1, a(1, 1) = 3;
  const auto x = solve(a, {1, 2});
  EXPECT_NEAR((*x)[0], 1.0 / 11, 1e-16);
  EXPECT_NEAR((*x)[1], 7.0 / 11, 1e-16);
}

TEST(Solve, ExchangesRows) {
  SquareMatrix a(3);
  a(0, 1) = 2, a(1, 2) = 4, a(2, 0) = 1e6;
  const auto x = solve(a, {2, 8, 3e6});
  EXPECT_EQ(*x, (std::vector<double>{3, 1, 2}));
}

TEST(Solve, RefusesASingularMatrix) {
  SquareMatrix a(2);
  EXPECT_FALSE(solve(a, {1, 2}));
  a(0, 0) = 1, a(0, 1) = 2, a(1, 0) = 2, a(1, 1) = 4;
  EXPECT_FALSE(solve(a, {1, 2}));
  EXPECT_FALSE(invert(a));
}

TEST(Invert, OfHilbertsMatrix) {  // the inverse is of integers
  SquareMatrix a(3);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) a(i, j) = 1.0 / static_cast<double>(i + j + 1);
  }
  const SquareMatrix inverse = *invert(a);
  EXPECT_NEAR(inverse(0, 0), 9, 1e-12);
  EXPECT_NEAR(inverse(0, 1), -36, 1e-12);
  EXPECT_NEAR(inverse(2, 2), 180, 1e-11);
}

}  // namespace
}  // namespace pfsday::stats
