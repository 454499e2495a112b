#include "stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::stats {
namespace {

TEST(StudentT, PrintedTable) {  // two-sided 90 % and 95 %, as tables of the distribution print them
  const struct {
    double probability, freedom, quantile;
  } cases[] = {{0.95, 1, 6.314},
               {0.95, 12, 1.782},
               {0.95, 13, 1.771},
               {0.975, 10, 2.228},
               {0.975, 100, 1.984}};
  for (const auto& c : cases) {
    EXPECT_NEAR(student_t_quantile(c.probability, c.freedom), c.quantile, 5e-4);
    EXPECT_NEAR(student_t_quantile(1 - c.probability, c.freedom), -c.quantile, 5e-4);
  }
}

TEST(Normal, MpmathTo50Digits) {
  EXPECT_NEAR(chi_squared_quantile(0.95, 3), 7.814727903251179, 1e-12);
  EXPECT_NEAR(normal_quantile(0.95), 1.6448536269514722, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400545, 1e-15);
  EXPECT_NEAR(normal_probability(-5), 2.866515718791939e-7, 1e-21);
  EXPECT_NEAR(normal_probability(1.5), 0.9331927987311419, 1e-15);
  EXPECT_NEAR(normal_density(1.5), 0.12951759566589174, 1e-16);
  EXPECT_EQ(normal_probability(-INFINITY), 0);
  EXPECT_EQ(normal_probability(INFINITY), 1);
}

TEST(StudentT, ProbabilityUndoesTheQuantile) {
  for (const double probability : {0.01, 0.3, 0.5, 0.9}) {
    EXPECT_NEAR(student_t_probability(student_t_quantile(probability, 7), 7), probability, 1e-14);
  }
  EXPECT_EQ(student_t_probability(-INFINITY, 7), 0);
  EXPECT_NEAR(student_t_density(0, 1), 0.31830988618379067, 1e-16);  // 1 / pi
}

}  // namespace
}  // namespace pfsday::stats
