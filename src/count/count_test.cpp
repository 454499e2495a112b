#include "count/count.h"

#include <gtest/gtest.h>

#include "count/differentiate.h"
#include "count/step.h"
#include "graph/text.h"
#include "ops/verify.h"

namespace pfsday::count {
namespace {

using graph::Graph;

Graph parse(std::string_view text) {
  auto graph = graph::parse_graph(text, [](std::string_view name) {
    const ops::Primitive* primitive = ops::find_primitive(name);
    return primitive != nullptr ? &primitive->kind : nullptr;
  });
  if (!graph) ADD_FAILURE() << to_string(graph.error());
  const auto verified = ops::verify(*graph);
  if (!verified) ADD_FAILURE() << to_string(verified.error());
  return std::move(*graph);
}

Counts count_training(std::string_view text) {
  auto counts = count_step(parse(text), {.step = Step::training}, {});
  if (!counts) ADD_FAILURE() << to_string(counts.error());
  return *counts;
}

constexpr std::string_view two_layers = R"(
input %x: f32[2,3]
parameter %w1: f32[3,5]
parameter %w2: f32[5,7]
%h: f32[2,5] = dot(%x, %w1) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "l1"
%y: f32[2,7] = dot(%h, %w2) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "l2"
output %y
)";

TEST(Count, TwoLayers) {
  const Counts counts = count_training(two_layers);
  EXPECT_EQ(counts.pass(Pass::forward).work, ops::mul_adds(2 * 3 * 5 + 2 * 5 * 7));
  EXPECT_EQ(counts.pass(Pass::data_gradient).work, ops::mul_adds(2 * 5 * 7)) << "none for x";
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work, ops::mul_adds(2 * 3 * 5 + 2 * 5 * 7));
  EXPECT_EQ(counts.parameters.total, Count(15 + 35));
  EXPECT_EQ(counts.parameters.trainable, Count(15 + 35));
  EXPECT_EQ(counts.parameters.buffers, Count(0));
  EXPECT_TRUE(counts.complete());
}

TEST(Count, BytesReadAndWritten) {
  const Counts counts = *count_step(parse(two_layers), {.step = Step::forward}, {});
  EXPECT_EQ(counts.pass(Pass::forward).bytes, Count(4 * ((6 + 15 + 10) + (10 + 35 + 14))));
}

TEST(Count, FrozenTensorsCostNoGradient) {
  const Counts counts = count_training(R"(
input %x: f32[2,3]
tensor %w1: f32[3,5]
parameter %w2: f32[5,7]
%h: f32[2,5] = dot(%x, %w1) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
%y: f32[2,7] = dot(%h, %w2) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
output %y
)");
  EXPECT_EQ(counts.pass(Pass::data_gradient).work, Work{});
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work, ops::mul_adds(2 * 5 * 7));
  EXPECT_EQ(counts.parameters.buffers, Count(15));
}

TEST(Count, GradientsThatMeetAreAdded) {
  const Counts counts = count_training(R"(
input %x: f32[2,3]
parameter %w: f32[3,3]
%h: f32[2,3] = dot(%x, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
%y: f32[2,3] = dot(%h, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
%z: f32[2,3] = add(%y, %h)
output %z
)");
  EXPECT_EQ(counts.parameters.total, Count(9)) << "tied weights count once";
  EXPECT_EQ(counts.pass(Pass::data_gradient).work.add, Count(18 + 6)) << "at h, 2 meet";
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work.add, Count(2 * 18 + 9)) << "at w, 2 meet";
}

TEST(Count, BroadcastBiasCostsItsSums) {
  const Counts counts = count_training(R"(
input %x: f32[4,3]
parameter %b: f32[3]
%wide: f32[4,3] = broadcast(%b) {shape=[4,3]}
%y: f32[4,3] = add(%x, %wide)
output %y
)");
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work, (Work{.add = Count(9)}));
}

TEST(Count, DeadCodeIsDropped) {
  const Counts counts =
      *count_step(parse(R"(
input %x: f32[4,3]
%dead: f32[4,3] = exp(%x) from Exp "dead"
%y: f32[4,3] = add(%x, %x) from Add "live"
output %y
)"),
                  {.step = Step::forward}, {.breakdown = {.by = By::op}, .node_count = 2});
  EXPECT_EQ(counts.total.work, (Work{.add = Count(12)}));
  ASSERT_EQ(counts.rows.size(), 1U);
  EXPECT_EQ(counts.rows[0].name, "Add");
  EXPECT_EQ(counts.coverage.counted, 1U);
  EXPECT_EQ(counts.coverage.movement, 1U);
}

TEST(Count, UncountedNodesAreListedInBothDirections) {
  const Counts counts = count_training(R"(
input %x: f32[2,3]
parameter %w: f32[3,3]
%h: f32[2,3] = dot(%x, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "l1"
%u: f32[2,3] = uncounted(%h) {op="FooBar", reason="no such operator"} from FooBar "n"
%y: f32[2,3] = dot(%u, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "l2"
output %y
)");
  EXPECT_FALSE(counts.complete());
  ASSERT_EQ(counts.uncounted.size(), 2U);
  EXPECT_EQ(counts.uncounted[0].op, "FooBar");
  EXPECT_EQ(counts.uncounted[1].op, "FooBar gradient");
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work.products, Count(36)) << "the gradient goes on";
}

TEST(Count, GradientsOfUnknownTypeThatMeetAreUncounted) {
  const Counts counts = count_training(R"(
input %x: f32[2,3]
parameter %w: f32[3,3]
%h: f32[2,3] = dot(%x, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]} from Gemm "l1"
%u: ? = uncounted(%h) {op="FooBar", reason="no such operator"} from FooBar "n"
%v: ? = uncounted(%u) {op="Exp", reason="unknown type"} from Exp "exp"
%y: ? = uncounted(%u, %v) {op="Add", reason="unknown type"} from Add "residual"
output %y
)");
  EXPECT_EQ(counts.pass(Pass::weight_gradient).work.products, Count(18)) << "the gradient goes on";
  std::vector<std::string> ops;
  for (const Uncounted& node : counts.uncounted) ops.push_back(node.op);
  EXPECT_EQ(ops, (std::vector<std::string>{"FooBar", "Exp", "Add", "Add gradient", "Exp gradient",
                                           "sum of gradients", "FooBar gradient"}));
}

TEST(Differentiate, NamesTheNodeThatCutsThePath) {
  const auto step = differentiate(parse(R"(
input %x: f32[2]
parameter %w: f32[2]
%s: f32[2] = add(%x, %w) from Add "sum"
%y: f32[2] = floor(%s) from Floor "cut"
output %y
)"));
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().code, Code::no_trainable_parameter);
  EXPECT_EQ(step.error().place.node, "cut (Floor)");
}

TEST(Count, OverflowIsAFault) {
  const auto counts = count_step(parse(R"(
input %x: f32[1152921504606846976,1152921504606846976]
parameter %w: f32[1152921504606846976,1152921504606846976]
%y: f32[1152921504606846976,1152921504606846976] = dot(%x, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
output %y
)"),
                                 {.step = Step::forward}, {});
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, Code::count_overflow);
}

}  // namespace
}  // namespace pfsday::count
