// Counts and values of transposed convolutions, products by equation, matrices and quantized
// operators, small enough to check by hand.
#include <gtest/gtest.h>

#include "property/onnx_evaluate.h"

namespace pfsday::onnx {
namespace {

using count::Pass;
using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::Graph;
using graph::Shape;
using ops::Work;

/// A model of one node on an f32 input "x" and held f32 tensors of these shapes.
ModelWriter one_node(NodeToWrite node, const Shape& x, const std::vector<Shape>& held) {
  ModelWriter model(21);
  model.input("x", {ElementType::f32, x});
  node.inputs = {"x"};
  for (const Shape& shape : held) {
    node.inputs.push_back("w" + std::to_string(node.inputs.size()));
    model.initializer(node.inputs.back(), {{ElementType::f32, shape}});
  }
  node.outputs = {"y"};
  model.node(node);
  model.output("y");
  return model;
}

TEST(OnnxConvTranspose, Counts) {
  const struct {
    std::string_view name;
    Shape x, w;
    Axes strides, pads;
    std::uint64_t window, real;
  } cases[] = {
      {"2x2, stride 2", {1, 4, 30, 2}, {4, 8, 2, 2}, {2, 2}, {0, 0, 0, 0}, 7680, 7680},
      // 4 inputs of 3 taps, of which the crops of 1 at both ends leave out two.
      {"cropped", {1, 1, 4}, {1, 1, 3}, {2}, {1, 1}, 12, 10},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const NodeToWrite node{.op = "ConvTranspose",
                           .attributes = {{"strides", c.strides}, {"pads", c.pads}}};
    const Graph graph = import(one_node(node, c.x, {c.w}));
    const auto forward = [&](ops::Rules::Padding padding) {
      return count::count_graph(graph, {.rules = {padding}})->pass(Pass::forward).work;
    };
    EXPECT_EQ(forward(ops::Rules::Padding::window), ops::mul_adds(c.window));
    EXPECT_EQ(forward(ops::Rules::Padding::real), ops::mul_adds(c.real));
  }
}

TEST(OnnxEinsum, Counts) {
  const struct {
    std::string_view equation;
    Shape x;
    std::vector<Shape> held;
    Work work;
  } cases[] = {
      {"ij,jk->ik", {2, 3}, {{3, 5}}, ops::mul_adds(30)},
      {"bhid,bhjd->bhij", {2, 4, 3, 8}, {{2, 4, 5, 8}}, ops::mul_adds(2 * 4 * 3 * 5 * 8)},
      // From the left: 2 x 3 x 4, then 2 x 4 x 5.
      {"ij,jk,kl->il", {2, 3}, {{3, 4}, {4, 5}}, ops::mul_adds(24 + 40)},
      // j of the first is summed before the product.
      {"ij,kl->ik", {2, 3}, {{4, 1}}, {.mul = 8, .add = 4 + 8, .products = 8}},
      {"...ii->...i", {2, 3, 3}, {}, {}},
      {"ij->", {2, 3}, {}, {.add = 5}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.equation);
    const NodeToWrite node{.op = "Einsum", .attributes = {{"equation", std::string(c.equation)}}};
    const auto counts = count_model(one_node(node, c.x, c.held), count::Step::forward);
    EXPECT_EQ(counts.pass(Pass::forward).work, c.work);
  }
}

TEST(OnnxDet, Counts) {
  // 3 x 3: pivots of 2 + 1 compares, as many quotients, 4 + 1 updates, and 2 products of pivots.
  const auto counts = count_model(one_node({.op = "Det"}, {5, 3, 3}, {}), count::Step::forward);
  EXPECT_EQ(counts.pass(Pass::forward).work,
            (Work{.mul = 5 * (5 + 2), .add = 5 * 5, .div = 5 * 3, .compare = 5 * 3}));
}

TEST(OnnxInverse, Values) {
  ModelWriter model(13);
  model.opset("com.microsoft", 1);
  model.initializer("x", {{ElementType::f64, {2, 2}}, {0, 2, 4, 8}});
  model.node({.op = "Inverse", .inputs = {"x"}, .outputs = {"y"}, .domain = "com.microsoft"});
  model.output("y");
  const std::vector<Exact> expected = {-1, 0.25L, 0.5L, 0};
  EXPECT_EQ(evaluate(model), expected);
}

/// x to i8 or u8 and back, with that scale and zero point, times a weight.
ModelWriter quantized_layer(ElementType element, Exact zero_point) {
  ModelWriter model(21);
  model.input("x", {ElementType::f32, {2, 3}});
  model.initializer("scale", {{ElementType::f32, {}}, {0.5}});
  model.initializer("zero", {{element, {}}, {zero_point}});
  model.initializer("w", {{ElementType::f32, {3, 5}}});
  model.initializer("v", {{ElementType::f32, {2, 2}}});
  model.node({.op = "MatMul", .inputs = {"v", "x"}, .outputs = {"a"}});
  model.node({.op = "QuantizeLinear", .inputs = {"a", "scale", "zero"}, .outputs = {"q"}});
  model.node({.op = "DequantizeLinear", .inputs = {"q", "scale", "zero"}, .outputs = {"d"}});
  model.node({.op = "MatMul", .inputs = {"d", "w"}, .outputs = {"y"}});
  model.output("y");
  return model;
}

TEST(OnnxQuantizeLinear, CountsAndPassesGradients) {
  const Work products = ops::mul_adds(2 * 2 * 3 + 2 * 3 * 5);
  // Of 6 elements: a quotient, rounding, two compares of saturation; and a product on the way back.
  const Work pair{.mul = 6, .div = 6, .compare = 6 + 12};
  const auto symmetric = count_model(quantized_layer(ElementType::i8, 0), count::Step::training);
  EXPECT_EQ(symmetric.pass(Pass::forward).work, products + pair);
  const auto shifted = count_model(quantized_layer(ElementType::u8, 3), count::Step::training);
  EXPECT_EQ(shifted.pass(Pass::forward).work, products + pair + Work{.add = 6 + 6});
  // The gradient of w, of d, and through the pair that of v.
  EXPECT_EQ(symmetric.parameters.trainable, graph::Count(15 + 4));
  EXPECT_EQ(symmetric.pass(Pass::weight_gradient).work.products, graph::Count(30 + 12));
}

TEST(OnnxDequantizeLinear, HeldIntegersAreParameters) {
  ModelWriter model(21);
  model.input("x", {ElementType::f32, {2, 3}});
  model.initializer("scale", {{ElementType::f32, {5}}});
  model.initializer("w", {{ElementType::i8, {3, 5}}, std::vector<Exact>(15, 1)});
  model.node({.op = "DequantizeLinear", .inputs = {"w", "scale"}, .outputs = {"d"}});
  model.node({.op = "MatMul", .inputs = {"x", "d"}, .outputs = {"y"}});
  model.output("y");
  const auto counts = count_model(model, count::Step::forward);
  EXPECT_EQ(counts.parameters.total, graph::Count(15));
  EXPECT_EQ(counts.parameters.buffers, graph::Count(5)) << "scales";
  Work work = ops::mul_adds(30);
  work.mul += 15;
  EXPECT_EQ(counts.pass(Pass::forward).work, work);
}

TEST(OnnxDequantizeLinear, BlocksAreRepeated) {
  ModelWriter model(21);
  model.initializer("x", {{ElementType::i8, {1, 5}}, {1, 2, 3, 4, 5}});
  model.initializer("scale", {{ElementType::f32, {1, 3}}, {1, 10, 100}});
  model.initializer("zero", {{ElementType::i8, {1, 3}}, {0, 1, 0}});
  model.node({.op = "DequantizeLinear",
              .inputs = {"x", "scale", "zero"},
              .outputs = {"y"},
              .attributes = {{"block_size", std::int64_t{2}}}});
  model.output("y");
  const std::vector<Exact> expected = {1, 2, 20, 30, 500};
  EXPECT_EQ(evaluate(model), expected);
}

TEST(OnnxQLinearConv, CountsLikeFloats) {
  ModelWriter model(13);
  model.input("x", {ElementType::u8, {1, 2, 5, 5}});
  for (const char* scale : {"sx", "sw", "sy"}) {
    model.initializer(scale, {{ElementType::f32, {}}, {0.5}});
  }
  model.initializer("zx", {{ElementType::u8, {}}, {7}});
  model.initializer("zw", {{ElementType::i8, {}}, {0}});
  model.initializer("w", {{ElementType::i8, {4, 2, 3, 3}}, std::vector<Exact>(72, 1)});
  model.initializer("bias", {{ElementType::i32, {4}}, {1, 2, 3, 4}});
  model.node({.op = "QLinearConv",
              .inputs = {"x", "sx", "zx", "w", "sw", "zw", "sy", "zx", "bias"},
              .outputs = {"y"}});
  model.output("y");
  const auto counts = count_model(model, count::Step::forward);
  Work work = ops::mul_adds(4 * 9 * 2 * 9);
  work.add += 50 + 36 + 36;  // zero points of x and y, bias
  work.mul += 36;
  work.compare += 3 * 36;
  EXPECT_EQ(counts.pass(Pass::forward).work, work);
  EXPECT_EQ(counts.parameters.total, graph::Count(72 + 4));
}

}  // namespace
}  // namespace pfsday::onnx
