// Gradient of ai.onnx.preview.training: derivatives that are part of the file, worked out by hand.
#include "count/expand_gradients.h"
#include "property/onnx_evaluate.h"

namespace pfsday::onnx {
namespace {

using count::Pass;
using graph::Axes;
using graph::ElementType;
using graph::Exact;
using ops::Work;

using Texts = std::vector<std::string>;

void add_gradient(ModelWriter& model, const Texts& inputs, const Texts& outputs, const Texts& xs,
                  const std::string& y, const Texts& zs = {}) {
  NodeToWrite node{.op = "Gradient",
                   .inputs = inputs,
                   .outputs = outputs,
                   .attributes = {{"xs", xs}, {"y", y}},
                   .domain = "ai.onnx.preview.training"};
  if (!zs.empty()) node.attributes.emplace_back("zs", zs);
  model.node(node);
  for (const std::string& output : outputs) model.output(output);
}

/// c = a + b, d = c a, of three elements.
ModelWriter product_of_sum() {
  ModelWriter model(17);
  model.opset("ai.onnx.preview.training", 1);
  const graph::TensorType type{ElementType::f32, {3}};
  model.initializer("a", {type, {1, 2, 3}});
  model.initializer("b", {type, {10, 20, 30}});
  model.initializer("at", {type, {5, 0, -1}});
  model.node({.op = "Add", .inputs = {"a", "b"}, .outputs = {"c"}});
  model.node({.op = "Mul", .inputs = {"c", "a"}, .outputs = {"d"}});
  return model;
}

std::vector<ops::Tensor<Exact>> run(const ModelWriter& model) {
  auto graph = count::expand_gradients(import(model));
  EXPECT_TRUE(graph);
  if (!graph) return {};
  auto outputs = ops::evaluate_graph<Exact>(*graph, {}, {});
  EXPECT_TRUE(outputs) << to_string(outputs.error());
  return outputs ? *std::move(outputs) : std::vector<ops::Tensor<Exact>>{};
}

TEST(OnnxGradient, ByBothFactors) {
  ModelWriter model = product_of_sum();
  add_gradient(model, {"a", "b"}, {"da", "db"}, {"a", "b"}, "d");
  const auto y = run(model);
  ASSERT_EQ(y.size(), 2U);
  expect_near(y[0].data, {12, 24, 36});  // 2 a + b
  expect_near(y[1].data, {1, 2, 3});
  // Forward a + b; then 1 a and 1 c, and their sum: d itself is dead, as no output needs it.
  const auto counts = count_model(model, count::Step::forward);
  EXPECT_EQ(counts.pass(Pass::forward).work, (Work{.mul = 6, .add = 6}));
  EXPECT_EQ(counts.coverage.counted, 2U);
}

TEST(OnnxGradient, WhatIsNamedIsTakenAsGiven) {
  ModelWriter model = product_of_sum();
  add_gradient(model, {"a", "c"}, {"da", "dc"}, {"a", "c"}, "d");
  add_gradient(model, {"a", "c"}, {"da_held"}, {"a"}, "d", {"c"});
  add_gradient(model, {"d"}, {"dd"}, {"d"}, "d");
  add_gradient(model, {"at"}, {"none"}, {"at"}, "d");
  const auto y = run(model);
  ASSERT_EQ(y.size(), 5U);
  expect_near(y[0].data, {11, 22, 33});
  expect_near(y[1].data, {1, 2, 3});
  expect_near(y[2].data, {11, 22, 33});
  expect_near(y[3].data, {1, 1, 1});
  expect_near(y[4].data, {0, 0, 0});
}

TEST(OnnxGradient, AtOtherValues) {
  ModelWriter model = product_of_sum();
  add_gradient(model, {"at"}, {"da"}, {"a"}, "d");
  const auto y = run(model);
  ASSERT_EQ(y.size(), 1U);
  expect_near(y[0].data, {20, 20, 28});
  // The sum again at those values.
  EXPECT_EQ(count_model(model, count::Step::forward).pass(Pass::forward).work,
            (Work{.mul = 6, .add = 6}));
}

TEST(OnnxGradient, OfAGradient) {
  ModelWriter model = product_of_sum();
  add_gradient(model, {"a"}, {"da"}, {"a"}, "d");
  add_gradient(model, {"a"}, {"daa"}, {"a"}, "da");
  const auto y = run(model);
  ASSERT_EQ(y.size(), 2U);
  expect_near(y[1].data, {2, 2, 2});
}

/// Each is several times as long as the one before: the later ones stay, and say so.
TEST(OnnxGradient, DerivativesOfDerivativesStayWithinBounds) {
  ModelWriter model = product_of_sum();
  model.node({.op = "Exp", .inputs = {"d"}, .outputs = {"y0"}});
  for (int i = 0; i < 12; ++i) {
    const std::string n = std::to_string(i);
    model.node({.op = "Mul", .inputs = {"y" + n, "y" + n}, .outputs = {"square" + n}});
    model.node({.op = "Mul", .inputs = {"square" + n, "y" + n}, .outputs = {"cube" + n}});
    add_gradient(model, {"a"}, {"y" + std::to_string(i + 1)}, {"a"}, "cube" + n);
  }
  const auto counts = count::count_step(import(model), {}, {});
  ASSERT_TRUE(counts);
  EXPECT_FALSE(counts->complete());
  EXPECT_LT(counts->uncounted.size(), 8U);
}

TEST(OnnxGradient, IsUncountedWhereNothingIsDifferentiated) {
  ModelWriter by_constant(17);
  by_constant.opset("ai.onnx.preview.training", 1);
  by_constant.initializer("a", {{ElementType::f32, {}}, {2}});
  by_constant.node({.op = "Exp", .inputs = {"a"}, .outputs = {"y"}});
  add_gradient(by_constant, {"a"}, {"da"}, {"a"}, "y");
  const auto counts = count::count_step(import(by_constant), {}, {});
  ASSERT_TRUE(counts);
  ASSERT_EQ(counts->uncounted.size(), 1U);
  EXPECT_EQ(counts->uncounted[0].reason, "\"a\" is a constant");
}

TEST(OnnxGradient, FaultsNameWhatIsMissing) {
  ModelWriter model = product_of_sum();
  add_gradient(model, {"a"}, {"da"}, {"a"}, "nothing");
  const auto graph = try_import(model);
  ASSERT_FALSE(graph);
  EXPECT_EQ(graph.error().code, Code::graph_invalid);
  ModelWriter fewer = product_of_sum();
  add_gradient(fewer, {"a"}, {"da"}, {"a", "b"}, "d");
  EXPECT_EQ(try_import(fewer).error().code, Code::input_missing);
}

}  // namespace
}  // namespace pfsday::onnx
