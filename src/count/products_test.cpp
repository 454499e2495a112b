#include "count/products.h"

#include <gtest/gtest.h>

#include "count/step.h"
#include "graph/text.h"
#include "ops/attention.h"

namespace pfsday::count {
namespace {

using graph::ElementType;
using graph::Graph;
using graph::Value;
using ops::Builder;
using ops::Rules;

BuiltStep built(Graph graph, StepOptions options = {}) {
  auto step = build_step(std::move(graph), options);
  EXPECT_TRUE(step) << to_string(step.error());
  return *std::move(step);
}

BuiltStep parsed(std::string_view text, StepOptions options = {}) {
  auto graph = graph::parse_graph(text, [](std::string_view name) {
    const ops::Primitive* primitive = ops::find_primitive(name);
    return primitive != nullptr ? &primitive->kind : nullptr;
  });
  EXPECT_TRUE(graph) << to_string(graph.error());
  return built(*std::move(graph), options);
}

/// "2 x 5 x 3: 1 times, 30" in each pass, a line each.
std::string lines_of(const BuiltStep& step, const Rules& rules = {}) {
  std::string lines;
  Count sum = 0;
  for (const ProductUse& use : list_products(step, rules)) {
    for (std::size_t i = 0; i < graph::pass_count; ++i) {
      const ProductUse::Done& done = use.passes[i];
      if (done.times == Count(0)) continue;
      lines += std::string(graph::to_string(static_cast<Pass>(i))) + " " + to_string(use.product) +
               ": " + to_digits(done.times) + " times, " + to_digits(done.macs) +
               (done.one_hot == Count(0) ? "\n" : " one-hot\n");
    }
    sum += use.total().macs;
  }
  Count counted = 0;
  const auto counts = count_built(step, {.rules = rules});
  for (const PassCount& pass : counts->passes) counted += pass.work.products;
  EXPECT_EQ(sum, counted) << "all products are listed";
  return lines;
}

TEST(Products, OfATrainingStep) {
  const BuiltStep step = parsed(R"(
input %x: f32[2,3]
parameter %u: f32[3,5] "first"
parameter %w: f32[5,7] "second"
%h: f32[2,5] = dot(%x, %u) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "a"
%e: f32[2,5] = tanh(%h) from Tanh "t"
%y: f32[2,7] = dot(%e, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "b"
output %y
)",
                                {.step = Step::training});
  EXPECT_EQ(lines_of(step),
            "forward 5 x 2 x 3: 1 times, 30\n"
            "forward 7 x 2 x 5: 1 times, 70\n"
            "data_gradient 5 x 2 x 7: 1 times, 70\n"
            "weight_gradient 7 x 5 x 2: 1 times, 70\n"
            "weight_gradient 5 x 3 x 2: 1 times, 30\n");
}

TEST(Products, BatchesStandApart) {
  const BuiltStep step = parsed(R"(
input %a: f32[4,2,3,6]
input %b: f32[4,6,5]
%y: f32[4,2,3,5] = dot(%a, %b) {batch_a=[0], batch_b=[0], contract_a=[3], contract_b=[1]} from dot "y"
output %y
)");
  EXPECT_EQ(lines_of(step), "forward 4 of 6 x 5 x 6: 1 times, 720\n");
}

TEST(Products, WithAOneHotMatrix) {
  const BuiltStep step = parsed(R"(
input %ids: i32[2,9]
input %all: i32[2,9]
parameter %w: f32[9,4] "table"
%is: bool[2,9] = equal(%ids, %all) from eq "eq"
%one: f32[2,9] = cast(%is) {to="f32"} from convert "convert"
%y: f32[2,4] = dot(%one, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from dot "y"
output %y
)");
  EXPECT_EQ(lines_of(step), "forward 4 x 2 x 9: 1 times, 72 one-hot\n");
}

/// q [2, 6, 5, 4], k [2, 3, 7, 4], v [2, 3, 7, 8]: two heads of queries for each head of keys.
Graph attention(const ops::AttentionOptions& options) {
  Graph graph;
  Builder b(graph);
  const auto tensor = [&](const char* name, graph::Shape shape) {
    const Value v = graph.add_tensor(name, {ElementType::f32, std::move(shape)});
    graph.mark_parameter(v);
    return v;
  };
  const Value q = tensor("q", {2, 6, 5, 4});
  const Value k = tensor("k", {2, 3, 7, 4});
  const Value v = tensor("v", {2, 3, 7, 8});
  graph.set_outputs({ops::emit_attention(b, q, k, v, {}, options)});
  return graph;
}

TEST(Products, InsideAttention) {
  // 12 heads of 5 x 7 pairs, or of 3 + 4 + 5 + 6 + 7 = 25.
  EXPECT_EQ(lines_of(built(attention({}), {.step = Step::training})),
            "forward 6 of 10 x 7 x 4: 1 times, 1680\n"
            "recompute 6 of 10 x 7 x 4: 1 times, 1680\n"
            "forward 6 of 10 x 8 x 7: 1 times, 3360\n"
            "weight_gradient 6 of 8 x 7 x 10: 1 times, 3360\n"
            "weight_gradient 6 of 10 x 7 x 8: 1 times, 3360\n"
            "weight_gradient 6 of 10 x 4 x 7: 1 times, 1680\n"
            "weight_gradient 6 of 7 x 4 x 10: 1 times, 1680\n");
  const std::string_view causal =
      "forward 6 of 10 x 7 x 4: 1 times, 1200\n"
      "forward 6 of 10 x 8 x 7: 1 times, 2400\n";
  EXPECT_EQ(lines_of(built(attention({.causal = true}))), causal);
  EXPECT_EQ(lines_of(built(attention({})), {.attention = Rules::Attention::causal}), causal);
}

/// x [2, 4, 8], w [6, 2, 3]: two groups, 6 places.
TEST(Products, OfAConvolutionAndItsGradients) {
  const BuiltStep step = parsed(R"(
parameter %x: f32[2,4,8] "x"
parameter %w: f32[6,2,3] "w"
%y: f32[2,6,6] = convolution(%x, %w) {strides=[1], pads_low=[0], pads_high=[0], dilations=[1], groups=2} from Conv "y"
output %y
)",
                                {.step = Step::training});
  EXPECT_EQ(lines_of(step),
            "forward 2 of 12 x 3 x 6: 1 times, 432\n"
            "weight_gradient 2 of 12 x 6 x 3: 1 times, 432\n"
            "weight_gradient 2 of 6 x 3 x 12: 1 times, 432\n");
}

/// Operators that only say how much they do.
TEST(Products, WithoutSizes) {
  Graph graph;
  Builder b(graph);
  const Value x = graph.add_input("x", {ElementType::f32, {2, 3}});
  b.set_origin(graph.add_origin({"ragged-dot", "y"}));
  graph.set_outputs(b.custom({x}, {{ElementType::f32, {2, 3}}}, "ragged-dot", {7, 7, 0, 0, 0, 7}));
  EXPECT_EQ(lines_of(built(std::move(graph))), "forward ragged-dot: 1 times, 7\n");
}

}  // namespace
}  // namespace pfsday::count
