#include "count/training.h"

#include <gtest/gtest.h>

#include "count/step.h"
#include "graph/text.h"

namespace pfsday::count {
namespace {

/// Two layers without an activation: x [2,3], u [3,5], w [5,7].
constexpr std::string_view two_layers = R"(
input %x: f32[2,3]
parameter %u: f32[3,5] "first"
parameter %w: f32[5,7] "second"
%h: f32[2,5] = dot(%x, %u) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "a"
%e: f32[2,5] = tanh(%h) from Tanh "t"
%y: f32[2,7] = dot(%e, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "b"
output %y
)";

constexpr std::uint64_t first_product = 2 * 3 * 5, second_product = 2 * 5 * 7;
constexpr std::uint64_t parameters = 3 * 5 + 5 * 7;

Counts count(StepOptions options) {
  options.step = Step::training;
  const auto graph = graph::parse_graph(two_layers, [](std::string_view name) {
    const ops::Primitive* primitive = ops::find_primitive(name);
    return primitive != nullptr ? &primitive->kind : nullptr;
  });
  auto counts = count_step(*graph, options, {});
  EXPECT_TRUE(counts) << to_string(counts.error());
  return *std::move(counts);
}

TEST(Training, OptimizersCostTheirFormulaForEachElement) {
  const struct {
    Optimizer optimizer;
    std::uint64_t mul, add, div, special;
  } cases[] = {{Optimizer::none, 0, 0, 0, 0},
               {Optimizer::sgd, 1, 1, 0, 0},
               {Optimizer::momentum, 2, 2, 0, 0},
               {Optimizer::adam, 6, 4, 2, 1},
               {Optimizer::adamw, 7, 4, 2, 1}};
  for (const auto& c : cases) {
    const Work work = count({.optimizer = c.optimizer}).pass(Pass::optimizer).work;
    EXPECT_EQ(work, (Work{.mul = c.mul * parameters,
                          .add = c.add * parameters,
                          .div = c.div * parameters,
                          .special = c.special * parameters}));
  }
}

TEST(Training, FrozenParametersCostNoGradient) {
  const Counts frozen = count({.frozen = {"first"}});
  EXPECT_EQ(frozen.pass(Pass::weight_gradient).work, ops::mul_adds(second_product));
  EXPECT_EQ(frozen.pass(Pass::data_gradient).work, Work{}) << "nobody wants it";
  EXPECT_EQ(frozen.parameters.trainable, Count(5 * 7));
  const Counts chosen = count({.trainable = {"fir*"}, .optimizer = Optimizer::sgd});
  EXPECT_EQ(chosen.pass(Pass::weight_gradient).work, ops::mul_adds(first_product));
  EXPECT_EQ(chosen.pass(Pass::data_gradient).work.products, Count(second_product));
  EXPECT_EQ(chosen.pass(Pass::optimizer).work.mul, Count(3 * 5));
}

TEST(Training, NoTrainableParameterIsAnError) {
  const auto graph = graph::parse_graph(
      two_layers, [](std::string_view name) { return &ops::find_primitive(name)->kind; });
  const auto counts = count_step(*graph, {.step = Step::training, .frozen = {"*"}}, {});
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, Code::no_trainable_parameter);
}

TEST(Training, InputGradientIsAProductMore) {
  const Counts without = count({});
  const Counts with = count({.input_gradient = true});
  EXPECT_EQ(with.pass(Pass::data_gradient).work.products,
            without.pass(Pass::data_gradient).work.products + Count(first_product));
  EXPECT_EQ(with.parameters.trainable, Count(parameters));
}

TEST(Training, RecomputeIsWhatGradientsNeedAgain) {
  const Counts full = count({.recompute = Recompute::full});
  EXPECT_EQ(full.pass(Pass::recompute).work.products, Count(first_product))
      << "the last product is not needed again";
  EXPECT_EQ(full.pass(Pass::recompute).work.special, Count(10));
  const Counts named = count({.recompute = Recompute::named, .recomputed = {"t"}});
  EXPECT_EQ(named.pass(Pass::recompute).work, (Work{.special = 10}));
  EXPECT_EQ(count({}).pass(Pass::recompute).work, Work{});
}

TEST(Training, MicroBatchesAddUpTheirGradients) {
  const Counts one = count({.optimizer = Optimizer::sgd});
  const Counts four = count({.optimizer = Optimizer::sgd, .accumulate = 4});
  Work gradients = one.pass(Pass::weight_gradient).work;
  gradients *= 4;
  gradients.add += Count(3 * parameters);
  EXPECT_EQ(four.pass(Pass::weight_gradient).work, gradients);
  EXPECT_EQ(four.pass(Pass::forward).work.products, Count(4 * (first_product + second_product)));
  EXPECT_EQ(four.pass(Pass::optimizer).work, one.pass(Pass::optimizer).work);
}

TEST(Training, LossesAreAPassOfTheirOwn) {
  const Work squared = count({.loss = Loss::mean_squared}).pass(Pass::loss).work;
  EXPECT_EQ(squared, (Work{.mul = 14, .add = 14 + 13, .div = 1}));
  const Counts counts = count({.loss = Loss::cross_entropy});
  const Work entropy = counts.pass(Pass::loss).work;
  EXPECT_EQ(entropy.special, Count(14 + 2)) << "exp of each logit, log of each row";
  EXPECT_EQ(entropy.compare, Count(2 * 6));
  EXPECT_EQ(entropy.div, Count(1));
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work.products,
            Count(first_product + second_product));
}

}  // namespace
}  // namespace pfsday::count
