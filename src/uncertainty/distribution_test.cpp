#include "uncertainty/distribution.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pfsday::uncertainty {
namespace {

TEST(LogNormal, OneToTen) {
  const Distribution tokens = log_normal_between(1, 10);
  EXPECT_NEAR(std::log(tokens.median), 1.151292546, 1e-9);
  EXPECT_NEAR(tokens.spread, 0.699936169, 1e-9);
  EXPECT_NEAR(mean(tokens), 4.040013, 5e-7);
  EXPECT_NEAR(quantile(tokens, 0.05), 1, 1e-12);
  EXPECT_NEAR(quantile(tokens, 0.95), 10, 1e-12);
}

TEST(LogNormal, OfEqualEndsIsExact) {
  EXPECT_EQ(log_normal_between(5, 5), exactly(5));
  EXPECT_EQ(log_normal_within(5, 0), exactly(5));
}

TEST(LogNormal, WithinAShareKeepsTheMiddleAndIsNotNarrower) {
  for (const double share : {0.01, 0.1, 0.3, 0.5, 0.99}) {
    SCOPED_TRACE(share);
    const Distribution figure = log_normal_within(1e25, share);
    EXPECT_EQ(quantile(figure, 0.5), 1e25);
    EXPECT_NEAR(quantile(figure, 0.05) / (1e25 * (1 - share)), 1, 1e-12);
    EXPECT_NEAR(quantile(figure, 0.95) / (1e25 / (1 - share)), 1, 1e-12);
    EXPECT_GT(quantile(figure, 0.95), 1e25 * (1 + share));
  }
}

TEST(LogitNormal, StaysBetweenZeroAndOne) {
  const Distribution share = logit_normal(0.32, 0.337);
  EXPECT_DOUBLE_EQ(quantile(share, 0.5), 0.32);
  EXPECT_NEAR(std::log(quantile(share, 0.95) / (1 - quantile(share, 0.95))),
              std::log(0.32 / 0.68) + 0.337 * score_of_95_percent, 1e-12);
  EXPECT_LE(value_at(share, 1e5), 1);
  EXPECT_GE(value_at(share, -1e5), 0);
}

TEST(Uniform, HasItsQuantiles) {
  const Distribution rounded = uniform(1500, 50);
  for (const double probability : {0.01, 0.05, 0.3, 0.5, 0.95}) {
    EXPECT_NEAR(quantile(rounded, probability), 1450 + 100 * probability, 1e-9);
  }
}

TEST(Clipping, CountsTheValuesThatItChanges) {
  const struct {
    std::string_view name;
    Distribution distribution;
    double most, share;
  } cases[] = {
      {"exact below", exactly(0.4), 1, 0},
      {"exact above", exactly(2), 1, 1},
      {"log-normal", log_normal_between(0.5, 1), 1, 0.05},
      {"logit-normal", logit_normal(0.5, 1), 0.5, 0.5},
      {"logit-normal below one", logit_normal(0.5, 1), 1, 0},
      {"uniform", uniform(0.9, 0.2), 1, 0.25},
      {"uniform below", uniform(0.5, 0.2), 1, 0},
      {"uniform above", uniform(2, 0.2), 1, 1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Distribution clipped = c.distribution;
    EXPECT_EQ(clipped_share(clipped), 0);
    clipped.most = c.most;
    EXPECT_NEAR(clipped_share(clipped), c.share, 1e-12);
    EXPECT_EQ(is_clipped(clipped), c.share > 0);
    EXPECT_LE(value_at(clipped, 8), c.most);
  }
}

}  // namespace
}  // namespace pfsday::uncertainty
