#include "uncertainty/bulk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "stats/distributions.h"

namespace pfsday::uncertainty {
namespace {

/// By the definition in the header, without a table.
double normal_of(std::uint64_t bits) {
  const double twice = (2 * static_cast<double>(bits >> 12) + 1) * 0x1p-53;
  const double value = stats::normal_quantile(twice / 2);
  return (bits & 1) == 0 ? value : -value;
}

TEST(DrawNormals, AreQuantilesOfTheRandomBits) {
  const stats::RandomStream random(2018, 7);
  std::vector<double> scores(20'000);
  draw_normals(random, scores);
  double largest = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    largest = std::max(largest, std::abs(scores[i] - normal_of(random.peek(i))));
  }
  EXPECT_LT(largest, 1e-6);
}

TEST(DrawNormals, DoNotDependOnHowManyAreDrawn) {
  std::vector<double> many(1000);
  draw_normals(stats::RandomStream(1, 2), many);
  for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{64}}) {
    std::vector<double> few(count);
    draw_normals(stats::RandomStream(1, 2), few);
    EXPECT_TRUE(std::ranges::equal(few, std::span(many).first(count)));
  }
}

/// Kolmogorov's distance of n normal values is below 1.95 / sqrt(n) in 999 of 1000 cases; the seed
/// is fixed.
TEST(DrawNormals, AreNormal) {
  std::vector<double> scores(100'000);
  draw_normals(stats::RandomStream(2018, 0), scores);
  std::ranges::sort(scores);
  const auto n = static_cast<double>(scores.size());
  double distance = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double expected = stats::normal_probability(scores[i]);
    distance = std::max(distance, std::abs((static_cast<double>(i) + 0.5) / n - expected));
  }
  EXPECT_LT(distance * std::sqrt(n), 1.95);
}

TEST(Exponentiate, AgreesWithTheLibrary) {
  std::vector<double> x;
  for (int i = -7000; i <= 7000; ++i) x.push_back(0.0999 * i);
  std::vector<double> results = x;
  exponentiate(results);
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(results[i] / std::exp(x[i]), 1, 1e-15);
}

TEST(Exponentiate, StopsAtTheEnds) {
  double x[] = {-1e300, -701, 701, 1e300};
  exponentiate(x);
  EXPECT_EQ(x[0], x[1]);
  EXPECT_EQ(x[2], x[3]);
  EXPECT_NEAR(x[0] / std::exp(-700), 1, 1e-15);
  EXPECT_NEAR(x[3] / std::exp(700), 1, 1e-15);
}

TEST(AddScaled, AddsToEach) {
  std::vector<double> sum = {1, 2, 3};
  add_scaled(10, std::vector<double>{1, 0, -1}, sum);
  EXPECT_EQ(sum, (std::vector<double>{11, 2, -7}));
}

TEST(SumsOf, SumsAllElementsAndProducts) {
  std::vector<double> a;
  std::vector<double> b;
  double sum = 0;
  double products = 0;
  for (int i = 0; i < 37; ++i) {
    const Sums sums = sums_of(a, b);
    EXPECT_EQ(sums.of_a, sum);
    EXPECT_EQ(sums.of_products, products);
    a.push_back(i);
    b.push_back(i + 1);
    sum += i;
    products += i * (i + 1);
  }
}

}  // namespace
}  // namespace pfsday::uncertainty
