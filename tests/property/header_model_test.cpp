// What is counted of a header: the products of its linear weights, and nothing more.
#include "importers/header/header_model.h"

#include <gtest/gtest.h>

#include "count/step.h"

namespace pfsday::importers {
namespace {

HeaderTensor tensor_of(std::string name, const graph::Shape& shape) {
  return {{std::move(name), "F32", shape}, graph::ElementType::f32};
}

count::Counts count(Header header, count::Step step) {
  Model model = model_of_header(std::move(header));
  return count::count_step(std::move(model.graph), {.step = step}, {}).value();
}

/// 12 weights in products, 20 in an embedding, 3 beside them.
Header decoder() {
  return {.format = "test",
          .tensors = {tensor_of("embed.weight", {10, 2}), tensor_of("up_proj.weight", {3, 2}),
                      tensor_of("down_proj.weight", {2, 3}), tensor_of("norm.weight", {3})}};
}

TEST(HeaderModel, EachLinearWeightIsMultipliedOnce) {
  const count::Counts counts = count(decoder(), count::Step::forward);
  EXPECT_EQ(counts.total.work.operations(), units::Count(2 * 12));
  EXPECT_EQ(counts.parameters.total, units::Count(35));
  EXPECT_FALSE(counts.complete());
}

TEST(HeaderModel, ATrainingStepHasBothGradients) {
  const count::Counts counts = count(decoder(), count::Step::training);
  EXPECT_EQ(counts.pass(graph::Pass::data_gradient).work.products, units::Count(12));
  EXPECT_EQ(counts.pass(graph::Pass::weight_gradient).work.products, units::Count(12));
  EXPECT_EQ(counts.parameters.trainable, units::Count(35));
}

// Without an embedding the first product needs no gradient of its input, and which one is the first
// nobody knows.
TEST(HeaderModel, WithoutEmbeddingsNoInputGradientIsCertain) {
  const count::Counts counts = count(
      {.format = "test", .tensors = {tensor_of("fc1.weight", {3, 2})}}, count::Step::training);
  EXPECT_EQ(counts.pass(graph::Pass::data_gradient).work.products, units::Count(0));
  EXPECT_EQ(counts.pass(graph::Pass::weight_gradient).work.products, units::Count(6));
}

TEST(HeaderModel, OfExpertsThoseCountThatAreUsed) {
  Header header{.format = "test", .tensors = {tensor_of("blk.0.ffn_up_exps.weight", {8, 3, 2})}};
  EXPECT_EQ(count(header, count::Step::forward).total.work.products, units::Count(0));
  header.experts_used = 2;
  const count::Counts counts = count(header, count::Step::forward);
  EXPECT_EQ(counts.total.work.products, units::Count(2 * 6));
  EXPECT_EQ(counts.parameters.total, units::Count(8 * 6));
}

TEST(HeaderModel, WithoutTensorsItSaysSo) {
  const Model model = model_of_header({.format = "test"});
  ASSERT_EQ(model.notes.size(), 1U);
  EXPECT_NE(model.notes[0].find("lists no tensors"), std::string::npos);
}

}  // namespace
}  // namespace pfsday::importers
