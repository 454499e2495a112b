// The views of other tools against the numbers that those tools' own tests expect. Each case names
// the test that it is taken from.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "count/branches.h"
#include "count/differentiate.h"
#include "count/view.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/attention.h"

namespace pfsday {
namespace {

using count::View;
using graph::ElementType;
using graph::Pass;
using graph::Shape;
using onnx::ModelWriter;
using onnx::NodeToWrite;
using units::Count;

graph::Graph import(const ModelWriter& model) {
  const std::string bytes = model.bytes();
  auto read = importers::read_model(std::as_bytes(std::span(bytes)), {});
  if (!read) ADD_FAILURE() << to_string(read.error());
  return std::move(read->graph);
}

/// One node with these inputs.
struct OneNode {
  std::string_view source;  ///< the test in the tool's own suite
  std::string op;
  std::vector<Shape> inputs;
  std::vector<std::pair<std::string, onnx::AttributeToWrite>> attributes = {};
  std::uint64_t figure = 0;
  std::uint64_t apart = 0;
};

graph::Graph graph_of(const OneNode& c) {
  ModelWriter model(18);
  NodeToWrite node{.op = c.op, .outputs = {"y"}, .attributes = c.attributes};
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    node.inputs.push_back("x" + std::to_string(i));
    model.input(node.inputs.back(), {ElementType::f32, c.inputs[i]});
  }
  model.node(node);
  model.output("y");
  return import(model);
}

void expect_figures(std::string_view view, std::span<const OneNode> cases) {
  for (const OneNode& c : cases) {
    SCOPED_TRACE(c.source);
    const auto seen = count::count_view(graph_of(c), *count::find_view(view), {});
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->pass(Pass::forward).figure, Count(c.figure));
    EXPECT_EQ(seen->pass(Pass::forward).apart, Count(c.apart));
  }
}

Count total_of(const graph::Graph& graph, std::string_view view) {
  const auto seen = count::count_view(graph, *count::find_view(view), {});
  if (!seen) ADD_FAILURE() << to_string(seen.error());
  return seen->total.figure;
}

graph::Graph training_of(graph::Graph graph, const count::StepOptions& options = {}) {
  auto step = count::differentiate(std::move(graph), options);
  if (!step) ADD_FAILURE() << to_string(step.error());
  return std::move(step->graph);
}

/// x [rows, cols] times a matrix, as a chain of nodes.
std::string multiply(ModelWriter& model, const std::string& x, const std::string& y,
                     const Shape& matrix) {
  model.input("w_" + y, {ElementType::f32, matrix});
  model.node({.op = "MatMul", .inputs = {x, "w_" + y}, .outputs = {y}});
  return y;
}

// PyTorch, test/test_flop_counter.py at commit 00dd08a001ce2e43eec5b03592ca4957b8fb5ec1.

using Pads = graph::Axes;

TEST(TorchView, Operators) {
  const OneNode cases[] = {
      {"test_op: mm", "MatMul", {{4, 5}, {5, 6}}, {}, 240},
      {"test_op: bmm", "MatMul", {{3, 4, 5}, {3, 5, 6}}, {}, 720},
      {"test_op: addmm", "Gemm", {{4, 5}, {5, 6}, {4, 6}}, {}, 240},
      {"test_op: addmm, column", "Gemm", {{4, 5}, {5, 6}, {4, 1}}, {}, 240},
      {"test_op: addmm, row", "Gemm", {{4, 5}, {5, 6}, {6}}, {}, 240},
      {"test_op: conv2d",
       "Conv",
       {{2, 3, 6, 6}, {6, 3, 4, 4}},
       {{"pads", Pads{1, 1, 1, 1}}},
       28800},
      {"test_op: conv1d", "Conv", {{2, 3, 6}, {6, 3, 4}}, {{"pads", Pads{1, 1}}}, 1440},
      {"test_noop: cos", "Cos", {{4, 5}}, {}, 0},
  };
  expect_figures("torch", cases);
}

/// test_flop_counter_variety: mm, addmm, matmul, einsum and a linear layer.
TEST(TorchView, Variety) {
  Count sum = 0;
  const OneNode cases[] = {
      {"mm", "MatMul", {{4, 5}, {5, 6}}},
      {"addmm", "Gemm", {{4, 5}, {5, 6}, {4, 6}}, {{"alpha", 0.5}, {"beta", 0.5}}},
      {"matmul", "MatMul", {{5, 6}, {6, 7}}},
      {"einsum", "MatMul", {{6, 7}, {7, 8}}},
      {"linear", "Gemm", {{8, 9}, {10, 9}, {10}}, {{"transB", std::int64_t{1}}}},
  };
  for (const OneNode& c : cases) sum += total_of(graph_of(c), "torch");
  EXPECT_EQ(sum, Count(3012));
}

/// test_backward: only the first operand needs a gradient.
TEST(TorchView, Backward) {
  ModelWriter model(18);
  model.initializer("a", {{ElementType::f32, {4, 5}}});
  multiply(model, "a", "b", {5, 6});
  model.initializer("shape", {{ElementType::i64, {3}}, {7, 4, 6}});
  model.node({.op = "Expand", .inputs = {"b", "shape"}, .outputs = {"c"}});
  model.output(multiply(model, "c", "d", {7, 6, 7}));
  EXPECT_EQ(total_of(training_of(import(model)), "torch"), Count(5184));
}

/// test_module: ResNet-18. That test gives the image a gradient; without one, the convolution that
/// would compute it is left out.
TEST(TorchView, Module) {
  std::ifstream file(PFSDAY_TEST_FILES "/exports/resnet18.onnx", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto read = [&bytes] {
    auto model = importers::read_model(std::as_bytes(std::span(bytes)), {});
    if (!model) ADD_FAILURE() << to_string(model.error());
    return std::move(model->graph);
  };
  EXPECT_EQ(total_of(training_of(read(), {.input_gradient = true}), "torch"), Count(10884440064));
  EXPECT_EQ(total_of(training_of(read()), "torch"), Count(10648412160));
}

graph::Graph attention_graph(std::int64_t keys) {
  graph::Graph graph;
  ops::Builder b(graph);
  const auto add = [&](std::string name, std::int64_t length) {
    const graph::Value v =
        graph.add_tensor(std::move(name), {ElementType::f16, {4, 8, length, 64}});
    b.use_as_parameter(v);
    return v;
  };
  const graph::Value q = add("q", 128);
  const graph::Value k = add("k", keys);
  const graph::Value v = add("v", keys);
  graph.set_outputs({ops::emit_attention(b, q, k, v, {}, {.causal = true})});
  return graph;
}

/// test_sdpa: causal attention counts in full; the gradient of "math" is twice the forward pass,
/// that of the kernels computes the scores again, which here is recomputed_work.
TEST(TorchView, Attention) {
  const struct {
    std::int64_t keys;
    std::uint64_t forward, both, both_with_scores;
  } cases[] = {{128, 134217728, 3 * 134217728ULL, 134217728ULL * 7 / 2},
               {256, 268435456, 805306368, 939524096}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.keys);
    const graph::Graph graph = training_of(attention_graph(c.keys));
    const auto seen = *count::count_view(graph, *count::find_view("torch"), {});
    EXPECT_EQ(seen.pass(Pass::forward).figure, Count(c.forward));
    EXPECT_EQ(seen.total.figure, Count(c.both));
    for (const graph::Node& node : graph.nodes()) {
      if (node.kind->name != "attention_gradient") continue;
      const auto scores = ops::recomputed_work(graph::NodeView(graph, node),
                                               {.attention = ops::Rules::Attention::full});
      EXPECT_EQ(seen.total.figure + scores.products * 2, Count(c.both_with_scores));
    }
  }
}

// fvcore, tests/test_flop_count.py at commit 017141c42f50a0328182c1fd42b1de80c3a58efe.

OneNode fvcore_conv(std::string_view source, const Shape& x, const Shape& w, std::int64_t pad,
                    std::int64_t stride, std::int64_t group, std::uint64_t figure) {
  const std::size_t rank = x.size() - 2;
  return {source,
          "Conv",
          {x, w},
          {{"pads", Pads(2 * rank, pad)}, {"strides", Pads(rank, stride)}, {"group", group}},
          figure};
}

OneNode fvcore_transposed(std::string_view source, std::int64_t stride, std::int64_t output_pad) {
  return {
      source,
      "ConvTranspose",
      {{5, 10, 15, 15}, {10, 3, 3, 3}},
      {{"pads", Pads(4, 1)}, {"strides", Pads(2, stride)}, {"output_padding", Pads(2, output_pad)}},
      5 * 10 * 3 * 9 * 225};
}

TEST(FvcoreView, Products) {
  const OneNode cases[] = {
      {"test_linear", "Gemm", {{5, 10}, {20, 10}, {20}}, {{"transB", std::int64_t{1}}}, 1000},
      fvcore_conv("test_conv 1", {5, 10, 15, 15}, {3, 10, 3, 3}, 1, 1, 1, 5 * 10 * 3 * 9 * 225),
      fvcore_conv("test_conv 2", {2, 10, 20, 20}, {6, 10, 3, 3}, 1, 2, 1, 2 * 10 * 6 * 9 * 100),
      fvcore_conv("test_conv 3", {5, 16, 15, 15}, {8, 4, 5, 5}, 2, 1, 4, 5 * 4 * 8 * 25 * 225),
      fvcore_conv("test_conv 4", {5, 16, 15, 15}, {8, 2, 3, 3}, 1, 1, 8, 5 * 2 * 8 * 9 * 225),
      fvcore_conv("test_conv 5", {5, 10, 15}, {3, 10, 3}, 1, 1, 1, 5 * 10 * 3 * 3 * 15),
      fvcore_conv("test_conv 6", {5, 10, 15, 15, 15}, {3, 10, 3, 3, 3}, 1, 1, 1,
                  5 * 10 * 3 * 27 * 3375),
      fvcore_transposed("test_conv 7", 1, 0),
      fvcore_transposed("test_conv 8", 2, 0),
      fvcore_transposed("test_conv 9", 3, 2),
      {"test_matmul", "MatMul", {{20, 10}, {10, 100}}, {}, 20000},
      {"test_matmul_broadcast 2", "MatMul", {{2, 2, 20, 10}, {2, 2, 10, 100}}, {}, 80000},
      {"test_matmul_broadcast 4", "MatMul", {{2, 20, 10}, {10, 100}}, {}, 40000},
      {"test_bmm", "MatMul", {{2, 5, 2}, {2, 2, 12}}, {}, 240},
      {"test_torch_mm", "MatMul", {{3, 4}, {4, 5}}, {}, 60},
      {"test_skip_ops: sigmoid", "Sigmoid", {{10, 4}}, {}, 0},
  };
  expect_figures("fvcore", cases);
}

TEST(FvcoreView, Norms) {
  const OneNode cases[] = {
      {"test_batch_norm 1", "BatchNormalization", {{2, 2, 2, 2}, {2}, {2}, {2}, {2}}, {}, 32},
      {"test_batch_norm 3",
       "BatchNormalization",
       {{2, 2, 2, 2}, {2}, {2}, {2}, {2}},
       {{"training_mode", std::int64_t{1}}},
       80},
      {"test_group_norm 1",
       "GroupNormalization",
       {{2, 2, 2, 2}, {2}, {2}},
       {{"num_groups", std::int64_t{2}}},
       80},
  };
  expect_figures("fvcore", cases);
}

/// test_threeNet: a convolution, a pool over all of the image, two linear layers.
TEST(FvcoreView, ThreeNet) {
  ModelWriter model(18);
  const auto input = [&](const std::string& name, const Shape& shape) {
    model.input(name, {ElementType::f32, shape});
  };
  input("x", {4, 2, 10, 10});
  input("w", {5, 2, 1, 1});
  input("w1", {5, 3});
  input("w2", {3, 1});
  model.node({.op = "Conv", .inputs = {"x", "w"}, .outputs = {"conv"}});
  model.node({.op = "GlobalAveragePool", .inputs = {"conv"}, .outputs = {"pool"}});
  model.node({.op = "Flatten", .inputs = {"pool"}, .outputs = {"flat"}});
  model.node({.op = "Gemm", .inputs = {"flat", "w1"}, .outputs = {"linear1"}});
  model.node({.op = "Gemm", .inputs = {"linear1", "w2"}, .outputs = {"linear2"}});
  model.output("linear2");
  EXPECT_EQ(total_of(import(model), "fvcore"), Count(4 * 5 * 2 * 100 + 2000 + 4 * 5 * 3 + 4 * 3));
}

// XLA, tensorflow/compiler/xla/service/hlo_cost_analysis_test.cc at commit
// 0bb965056e8d3896512f5b8a6092af3888fabafe.

TEST(XlaView, Operators) {
  const OneNode cases[] = {
      {"MatrixMultiply", "MatMul", {{10, 5}, {5, 30}}, {}, 2 * 10 * 30 * 5},
      {"Convolution", "Conv", {{1, 1, 10, 20}, {1, 1, 3, 3}}, {}, 8 * 18 * 2 * 3 * 3},
      {"MatmulAndConvolutionCanBeTheSameComputation",
       "Conv",
       {{64, 64, 1, 1}, {64, 64, 1, 1}},
       {},
       2 * 64 * 64 * 64},
  };
  expect_figures("xla", cases);
}

TEST(XlaView, Reduce) {
  graph::Graph graph;
  ops::Builder b(graph);
  graph.set_outputs({b.reduce_sum(graph.add_input("x", {ElementType::f32, {10, 20}}), {1})});
  EXPECT_EQ(total_of(graph, "xla"), Count(10 * 20 - 10));
}

TEST(XlaView, Windows) {
  const struct {
    std::string_view source;
    std::string_view kind;
    std::vector<Shape> inputs;
    std::uint64_t figure;
  } cases[] = {
      {"ReduceWindow", "window_sum", {{10, 20}}, 2 * 4 * (4 * 5 - 1)},
      {"SelectAndScatter", "window_max_gradient", {{10, 20}, {2, 4}}, 2 * 4 * (4 * 5 - 1 + 1)}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.source);
    graph::Graph graph;
    ops::Builder b(graph);
    graph::Values inputs;
    for (const Shape& shape : c.inputs)
      inputs.push_back(graph.add_input("x", {ElementType::f32, shape}));
    graph.set_outputs({b.emit(c.kind, inputs,
                              {{"size", Pads{4, 5}},
                               {"strides", Pads{4, 5}},
                               {"pads_low", Pads{0, 0}},
                               {"pads_high", Pads{0, 0}},
                               {"dilations", Pads{1, 1}}})});
    EXPECT_EQ(total_of(graph, "xla"), Count(c.figure));
  }
}

/// FullyConnectedForward: a product, a bias, and a sigmoid written as 1 / (1 + exp(-x)).
TEST(XlaView, FullyConnectedForward) {
  ModelWriter model(18);
  model.input("x", {ElementType::f32, {10, 5}});
  model.input("bias", {ElementType::f32, {20}});
  model.input("one", {ElementType::f32, {10, 20}});
  multiply(model, "x", "xw", {5, 20});
  model.node({.op = "Add", .inputs = {"xw", "bias"}, .outputs = {"z"}});
  model.node({.op = "Neg", .inputs = {"z"}, .outputs = {"neg"}});
  model.node({.op = "Exp", .inputs = {"neg"}, .outputs = {"exp"}});
  model.node({.op = "Add", .inputs = {"one", "exp"}, .outputs = {"sum"}});
  model.node({.op = "Div", .inputs = {"one", "sum"}, .outputs = {"y"}});
  model.output("y");
  const auto seen = *count::count_view(import(model), *count::find_view("xla"), {});
  EXPECT_EQ(seen.total.figure, Count(2 * 1000 + 200 + 3 * 200));
  EXPECT_EQ(seen.total.apart, Count(200));
}

/// LoopFusion: add, clamp, exp, mul and sub of four elements each.
TEST(XlaView, LoopFusion) {
  ModelWriter model(18);
  for (const std::string name : {"c1", "c2", "c3"}) {
    model.input(name, {ElementType::f32, {2, 2}});
  }
  model.initializer("low", {{ElementType::f32, {}}, {0}});
  model.initializer("high", {{ElementType::f32, {}}, {6}});
  model.node({.op = "Add", .inputs = {"c1", "c2"}, .outputs = {"add"}});
  model.node({.op = "Clip", .inputs = {"c2", "low", "high"}, .outputs = {"clamp"}});
  model.node({.op = "Exp", .inputs = {"add"}, .outputs = {"exp"}});
  model.node({.op = "Mul", .inputs = {"exp", "c3"}, .outputs = {"mul"}});
  model.node({.op = "Sub", .inputs = {"mul", "clamp"}, .outputs = {"sub"}});
  model.output("sub");
  const auto seen = *count::count_view(import(model), *count::find_view("xla"), {});
  EXPECT_EQ(seen.total.figure, Count(16));
  EXPECT_EQ(seen.total.apart, Count(4));
}

// Ours, by hand.

TEST(OwnViews, OneProductAndABias) {
  const OneNode gemm{"", "Gemm", {{4, 5}, {5, 6}, {6}}};
  const struct {
    std::string_view view;
    std::uint64_t figure;
  } cases[] = {
      {"openai", 2 * 120 + 24}, {"mac", 120}, {"strict", 2 * 120 - 24 + 24}, {"eu", 2 * 120 + 24}};
  for (const auto& c : cases)
    EXPECT_EQ(total_of(graph_of(gemm), c.view), Count(c.figure)) << c.view;
}

TEST(OwnViews, EuCountsEveryOperation) {
  const OneNode softmax{"", "Softmax", {{3, 4}}};
  EXPECT_EQ(total_of(graph_of(softmax), "eu"), Count(3 * (3 + 4 + 4 + 3 + 4)));
  EXPECT_EQ(total_of(graph_of(softmax), "openai"), Count(3 * (4 + 3)));
}

TEST(OwnViews, EveryOneIsDocumented) {
  EXPECT_EQ(count::views()[0]->name, "openai");
  for (const View* view : count::views()) {
    EXPECT_FALSE(view->doc.empty() || view->unit.empty()) << view->name;
    EXPECT_EQ(count::find_view(view->name), view);
  }
  EXPECT_EQ(count::find_view("no such"), nullptr);
}

}  // namespace
}  // namespace pfsday
