#include "uncertainty/evaluate.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "uncertainty/sample.h"

namespace pfsday::uncertainty {
namespace {

Uncertain between(double low, double high, std::string name = "") {
  Uncertain amount;
  amount.distribution = log_normal_between(low, high);
  amount.name = std::move(name);
  return amount;
}

/// The product of (k to 10 k), k = 1 to 5.
Expression product_of_five() {
  Expression product;
  product.begin_term();
  for (int k = 1; k <= 5; ++k) {
    EXPECT_TRUE(product.multiply(between(k, 10 * k), 1, "factor " + std::to_string(k)));
  }
  return product;
}

Evaluation sampled(const Expression& sum, const Options& options = {}) {
  return sample(sum.terms(), sum.variables(), options);
}

TEST(Evaluate, AProductOfLogNormalsIsExact) {
  const Evaluation result = evaluate(product_of_five());
  EXPECT_NEAR(result.mid, 37'947.332, 5e-4);
  EXPECT_NEAR(result.low, 2'891.660, 5e-4);
  EXPECT_NEAR(result.high, 497'983.82, 5e-3);
  EXPECT_NEAR(result.mean, 120 * std::pow(4.0400132, 5), 1);
  EXPECT_FALSE(result.sampled);
  ASSERT_EQ(result.budget.size(), 5);
  for (const Share& one : result.budget) EXPECT_DOUBLE_EQ(one.share, 0.2);
  EXPECT_EQ(result.unexplained, 0);
}

TEST(Evaluate, SamplingAgreesWithinItsPrintedError) {
  const Evaluation exact = evaluate(product_of_five());
  const Evaluation result = sampled(product_of_five());
  ASSERT_TRUE(result.sampled);
  EXPECT_NEAR(result.low, exact.low, result.sampled->low_error);
  EXPECT_NEAR(result.mid, exact.mid, result.sampled->mid_error);
  EXPECT_NEAR(result.high, exact.high, result.sampled->high_error);
  EXPECT_LT(result.sampled->high_error, 0.01 * result.high);
  EXPECT_NEAR(result.mean / exact.mean, 1, 0.02);
  for (const Share& one : result.budget) EXPECT_NEAR(one.share, 0.2, 0.003);
}

/// The errors promise 99 of 100.
TEST(Evaluate, ThePrintedErrorHoldsAsOftenAsItSays) {
  const Expression product = product_of_five();
  const Evaluation exact = evaluate(product);
  int outside = 0;
  constexpr int runs = 300;
  for (int seed = 0; seed < runs; ++seed) {
    const Evaluation one =
        sampled(product, {.seed = static_cast<std::uint64_t>(seed), .samples = 4000});
    outside += std::abs(one.low - exact.low) > one.sampled->low_error ? 1 : 0;
    outside += std::abs(one.mid - exact.mid) > one.sampled->mid_error ? 1 : 0;
    outside += std::abs(one.high - exact.high) > one.sampled->high_error ? 1 : 0;
  }
  EXPECT_GT(outside, 0) << "an error that always holds is too wide";
  EXPECT_LT(outside, 3 * runs * 0.02);
}

TEST(Evaluate, IsTheSameOnEveryRunAndAnyNumberOfThreads) {
  Expression sum = product_of_five();
  sum.begin_term();
  EXPECT_TRUE(sum.multiply(between(1e4, 1e5), 1, "other"));
  const Evaluation one = evaluate(sum, {.samples = 10'001});
  for (const std::size_t threads : {1, 2, 7}) {
    const Evaluation other = evaluate(sum, {.samples = 10'001, .threads = threads});
    EXPECT_EQ(one.low, other.low);
    EXPECT_EQ(one.mid, other.mid);
    EXPECT_EQ(one.high, other.high);
    EXPECT_EQ(one.mean, other.mean);
    EXPECT_EQ(one.unexplained, other.unexplained);
  }
  EXPECT_NE(one.mid, evaluate(sum, {.seed = 1, .samples = 10'001}).mid);
}

TEST(Evaluate, PowersOfOneVariableAddBeforeVariancesDo) {
  Expression product;
  product.begin_term();
  EXPECT_TRUE(product.multiply(between(1, 10, "x"), 1, "a"));
  EXPECT_TRUE(product.multiply(between(1, 10, "x"), 1, "b"));
  const Evaluation square = evaluate(product);
  EXPECT_NEAR(square.low, 1, 1e-12);
  EXPECT_NEAR(square.high, 100, 1e-10);
  ASSERT_EQ(square.budget.size(), 1);
  EXPECT_EQ(square.budget[0].label, "x");

  EXPECT_TRUE(product.multiply(between(1, 10, "x"), -2, "c"));
  EXPECT_TRUE(product.multiply(6, 1, "six"));
  const Evaluation nothing = evaluate(product);
  EXPECT_EQ(nothing.mid, 6);
  EXPECT_EQ(nothing.high, 6);
  EXPECT_TRUE(nothing.budget.empty());
}

TEST(Evaluate, QuotientsAndRootsAreExact) {
  Expression quotient;
  quotient.begin_term();
  EXPECT_TRUE(quotient.multiply(between(1, 100), 0.5, "a"));
  EXPECT_TRUE(quotient.multiply(between(2, 2.5), -1, "b"));
  const Evaluation result = evaluate(quotient);
  EXPECT_DOUBLE_EQ(result.mid, std::sqrt(10) / std::sqrt(5));
  const double of_a = std::pow(std::log(100) / 2, 2);
  const double of_b = std::pow(std::log(1.25), 2);
  EXPECT_NEAR(std::log(result.high / result.low), std::sqrt(of_a + of_b), 1e-12);
  EXPECT_EQ(result.budget[0].label, "a");
  EXPECT_NEAR(result.budget[0].share, of_a / (of_a + of_b), 1e-12);
}

TEST(Evaluate, TermsWithTheSameVariablesAreOneProduct) {
  Expression sum;
  for (const double coefficient : {2.0, 3.0}) {
    sum.begin_term();
    EXPECT_TRUE(sum.multiply(coefficient, 1, "coefficient"));
    EXPECT_TRUE(sum.multiply(between(1, 10, "x"), 1, "x"));
  }
  const Evaluation result = evaluate(sum);
  EXPECT_FALSE(result.sampled);
  EXPECT_NEAR(result.low, 5, 1e-12);
}

TEST(Evaluate, OneNameForTwoAmountsIsRefused) {
  Expression product;
  product.begin_term();
  EXPECT_TRUE(product.multiply(between(1, 10, "x"), 1, "a"));
  const auto second = product.multiply(between(1, 11, "x"), 1, "b");
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, testing::HasSubstr("\"x\" stands for two different amounts"));
}

/// Of n independent equal summands; the shared ones are as wide as one.
TEST(Evaluate, ASharedNameIsOneVariable) {
  const auto ratio_of = [](const std::string& name) {
    Expression sum;
    for (int i = 0; i < 4; ++i) {
      sum.begin_term();
      EXPECT_TRUE(sum.multiply(between(1, 10, name), 1, "x"));
      EXPECT_TRUE(sum.multiply(between(1, 1.0001), 1, "so that the terms differ"));
    }
    const Evaluation result = evaluate(sum, {.samples = 100'000});
    return result.high / result.low;
  };
  EXPECT_NEAR(ratio_of("x"), 10, 0.3);
  EXPECT_LT(ratio_of(""), 5);
}

/// The sum of a uniform variable and 1: quantiles and mean by hand.
TEST(Evaluate, ASumIsSampled) {
  Uncertain rounded;
  rounded.distribution = uniform(1, 0.5);
  Expression sum;
  sum.begin_term();
  EXPECT_TRUE(sum.multiply(rounded, 1, "rounded"));
  sum.begin_term();
  const Evaluation result = evaluate(sum);
  ASSERT_TRUE(result.sampled);
  EXPECT_NEAR(result.low, 1.55, result.sampled->low_error);
  EXPECT_NEAR(result.mid, 2, result.sampled->mid_error);
  EXPECT_NEAR(result.high, 2.45, result.sampled->high_error);
  EXPECT_NEAR(result.mean, 2, 0.001);
  EXPECT_GT(result.budget.at(0).share, 0.9);
  EXPECT_NEAR(result.budget[0].share + result.unexplained, 1, 1e-12);
}

TEST(Evaluate, AClippedVariableIsSampledAndStaysBelow) {
  Uncertain share = between(0.3, 0.9);
  share.distribution.most = 1;
  Expression product;
  product.begin_term();
  EXPECT_TRUE(product.multiply(share, 1, "utilization"));
  const Evaluation wide = evaluate(product, {.level = 0.99, .samples = 100'000});
  ASSERT_TRUE(wide.sampled);
  EXPECT_NEAR(wide.high, 1, 1e-12);
  EXPECT_NEAR(evaluate(product).low, 0.3, 0.001);
}

TEST(Evaluate, OtherLevelsAreOtherQuantiles) {
  Expression product;
  product.begin_term();
  EXPECT_TRUE(product.multiply(between(1, 10), 1, "x"));
  const Evaluation half = evaluate(product, {.level = 0.5});
  EXPECT_NEAR(std::log(half.high / half.low), 2 * 0.6744897502 * 0.699936169, 1e-8);
  EXPECT_EQ(half.level, 0.5);
}

}  // namespace
}  // namespace pfsday::uncertainty
