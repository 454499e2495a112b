// Counts of single ONNX nodes, small enough to check by hand.
#include <gtest/gtest.h>

#include "count/step.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"

namespace pfsday::onnx {
namespace {

using count::Pass;
using graph::ElementType;
using graph::Shape;
using ops::Work;

/// Work of the two gradients together, and of the forward pass.
struct Counted {
  Work forward, backward;
};

/// One node on an f32 input "x" and held f32 tensors of these shapes.
Counted count_one_node(NodeToWrite node, const Shape& x, const std::vector<Shape>& held) {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, x});
  node.inputs = {"x"};
  for (const Shape& shape : held) {
    const std::string name = "w" + std::to_string(node.inputs.size());
    model.initializer(name, {{ElementType::f32, shape}});
    node.inputs.push_back(name);
  }
  node.outputs = {"y"};
  model.node(node);
  model.output("y");
  const std::string bytes = model.bytes();
  auto read = importers::read_model(std::as_bytes(std::span(bytes)), {});
  if (!read) {
    ADD_FAILURE() << to_string(read.error());
    return {};
  }
  const auto counts =
      count::count_step(std::move(read->graph), {.step = count::Step::training}, {});
  if (!counts) {
    ADD_FAILURE() << to_string(counts.error());
    return {};
  }
  EXPECT_TRUE(counts->complete());
  return {counts->pass(Pass::forward).work,
          counts->pass(Pass::data_gradient).work + counts->pass(Pass::weight_gradient).work};
}

TEST(OnnxCounts, MatMul) {
  const struct {
    std::string_view name;
    Shape x, w;
    std::uint64_t forward, backward;
  } cases[] = {
      {"plain", {2, 3}, {3, 5}, 30, 30},
      {"batched", {4, 2, 3}, {4, 3, 5}, 120, 120},
      {"shared weight", {4, 2, 3}, {3, 5}, 120, 120},
      {"vector", {3}, {3, 5}, 15, 15},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Counted run = count_one_node({.op = "MatMul"}, c.x, {c.w});
    EXPECT_EQ(run.forward, ops::mul_adds(c.forward));
    EXPECT_EQ(run.backward, ops::mul_adds(c.backward)) << "no gradient of the input is needed";
  }
}

TEST(OnnxCounts, Conv) {
  const struct {
    std::string_view name;
    std::int64_t group;
    Shape x, w;
    std::uint64_t products;  ///< forward and again for the weights
  } cases[] = {
      {"3x3 on 5x5", 1, {1, 2, 5, 5}, {4, 2, 3, 3}, 4 * 9 * 2 * 9},
      {"two groups", 2, {1, 4, 3, 3}, {6, 2, 1, 1}, 6 * 9 * 2},
      {"depthwise", 3, {1, 3, 4, 4}, {3, 1, 2, 2}, 3 * 9 * 4},
      {"one axis", 1, {2, 1, 6}, {1, 1, 3}, 2 * 4 * 3},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const NodeToWrite node{
        .op = "Conv", .inputs = {}, .outputs = {}, .attributes = {{"group", c.group}}};
    const Counted run = count_one_node(node, c.x, {c.w});
    EXPECT_EQ(run.forward, ops::mul_adds(c.products));
    EXPECT_EQ(run.backward, ops::mul_adds(c.products));
  }
}

TEST(OnnxCounts, GemmWithBias) {
  const Counted run = count_one_node({.op = "Gemm"}, {2, 3}, {{3, 5}, {5}});
  Work forward = ops::mul_adds(30);
  forward.add += 10;  // the bias
  EXPECT_EQ(run.forward, forward);
  Work backward = ops::mul_adds(30);
  backward.add += 5;  // its gradient sums two rows
  EXPECT_EQ(run.backward, backward);
}

TEST(OnnxCounts, BatchNormalization) {
  // Of 2 x 3 x 4 elements: subtract, divide, multiply, add; and sqrt(variance + epsilon) of each of
  // 3 channels.
  const Counted run = count_one_node({.op = "BatchNormalization"}, {2, 3, 4}, {{3}, {3}, {3}, {3}});
  EXPECT_EQ(run.forward, (Work{.mul = 24, .add = 24 + 24 + 3, .div = 24, .special = 3}));
  // dscale: 24 products summed to 3; dbias: 24 summed to 3.
  EXPECT_EQ(run.backward, (Work{.mul = 24, .add = 21 + 21}));
}

TEST(OnnxCounts, LocalResponseNormalization) {
  // Of 3 channels with a window of 3: squares, sums of 3, scale, bias, power, quotient.
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {1, 3, 2, 2}});
  model.node(
      {.op = "LRN", .inputs = {"x"}, .outputs = {"y"}, .attributes = {{"size", std::int64_t{3}}}});
  model.output("y");
  const std::string bytes = model.bytes();
  auto read = importers::read_model(std::as_bytes(std::span(bytes)), {});
  ASSERT_TRUE(read);
  const auto counts = count::count_step(std::move(read->graph), {.step = count::Step::forward}, {});
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->pass(Pass::forward).work,
            (Work{.mul = 12 + 12, .add = 24 + 12, .div = 12, .special = 12}));
}

}  // namespace
}  // namespace pfsday::onnx
