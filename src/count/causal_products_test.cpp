#include "count/causal_products.h"

#include <gtest/gtest.h>

#include "count/differentiate.h"
#include "count/step.h"
#include "count/written_attention.h"
#include "ops/attention.h"
#include "ops/body.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Value;
using ops::Builder;
using ops::Rules;
using ops::Work;
using units::Count;

constexpr Rules causal_rules{.attention = Rules::Attention::causal};

/// Of the products of a graph that are no others than those of its attention.
Work work_of_products(const Graph& graph, const Rules& rules) {
  const CausalProducts causal = find_causal_products(graph);
  Work work;
  for (const graph::Node& node : graph.nodes()) {
    if (node.kind->name == "dot") work += work_of_node(graph, node, node.pass, rules, causal);
  }
  return work;
}

Work work_of_step(const WrittenOptions& options, const Rules& rules) {
  const auto step = differentiate(write_attention(options).graph);
  EXPECT_TRUE(step);
  return work_of_products(step->graph, rules);
}

/// 2 products forward and 4 of their gradients, over 8 * 9 / 2 pairs of 8 * 8.
TEST(CausalProducts, OfAWholeStep) {
  EXPECT_EQ(work_of_step({}, {}), ops::mul_adds(3 * 6 * 8 * 8 * (4 + 5)));
  EXPECT_EQ(work_of_step({}, causal_rules), ops::mul_adds(3 * 6 * 36 * (4 + 5)));
  EXPECT_EQ(work_of_step({.keys_first = true}, causal_rules), ops::mul_adds(3 * 6 * 36 * (4 + 5)));
}

/// Without the first add of each sum: a sum for each of P pairs in the scores and in the gradient
/// of the weights; for each query and key in the others.
TEST(CausalProducts, FirstAddsAreSpared) {
  const Rules spared{.attention = Rules::Attention::causal, .first_add = Rules::FirstAdd::spared};
  const struct {
    std::string_view name;
    WrittenOptions options;
    std::uint64_t pairs, rows;
  } cases[] = {
      {"all sizes differ", {.queries = 7, .keys = 8}, 6 * (2 + 3 + 4 + 5 + 6 + 7 + 8), 7},
      {"sizes that are equal", {.queries = 5, .keys = 5, .width = 5, .value_width = 5}, 6 * 15, 5},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto width = static_cast<std::uint64_t>(c.options.width);
    const auto value_width = static_cast<std::uint64_t>(c.options.value_width);
    const auto keys = static_cast<std::uint64_t>(c.options.keys);
    const std::uint64_t products = 3 * c.pairs * (width + value_width);
    const std::uint64_t sums =
        2 * c.pairs + 6 * value_width * (c.rows + keys) + 6 * width * (c.rows + keys);
    EXPECT_EQ(work_of_step(c.options, spared),
              (Work{.mul = products, .add = products - sums, .products = products}));
  }
}

TEST(CausalProducts, QueriesAfterAPastSeeItAll) {
  const Graph graph = write_attention({.queries = 2, .keys = 8}).graph;
  EXPECT_EQ(work_of_products(graph, causal_rules), ops::mul_adds(6 * (7 + 8) * (4 + 5)));
}

TEST(CausalProducts, WhatCannotBeCausalIsLeftAsItIs) {
  EXPECT_TRUE(find_causal_products(write_attention({.queries = 8, .keys = 2}).graph).empty());
}

/// Written out or as one primitive: the same products.
TEST(CausalProducts, AgreeWithThePrimitive) {
  Graph graph;
  Builder b(graph);
  const Value q = add_weight(graph, {2, 3, 8, 4});
  const Value k = add_weight(graph, {2, 3, 8, 4});
  const Value v = add_weight(graph, {2, 3, 8, 5});
  graph.set_outputs({ops::emit_attention(b, q, k, v, {}, {})});
  const auto fused = count_step(graph, {.step = Step::training}, {.rules = causal_rules});
  const auto written =
      count_step(write_attention({}).graph, {.step = Step::training}, {.rules = causal_rules});
  ASSERT_TRUE(fused && written);
  EXPECT_EQ(fused->total.work.products, written->total.work.products);
  // The gradient of the primitive computes its scores again: the fifth product.
  EXPECT_EQ(fused->pass(Pass::recompute).work.products, Count(6 * 36 * 4));
  EXPECT_EQ(written->pass(Pass::recompute).work, Work{});
}

/// Three trips over other queries and the same keys and values, whose gradients are products over
/// all trips.
TEST(CausalProducts, InTheBodyOfALoopAndOfItsGradient) {
  WrittenAttention w;
  Builder b(w.graph);
  const Value q = add_weight(w.graph, {3, 2, 3, 8, 4});
  const Value k = add_weight(w.graph, {2, 3, 8, 4});
  const Value v = add_weight(w.graph, {2, 3, 8, 5});
  const auto trip = [&](Builder& body, const ops::LoopValues& in) -> Result<ops::LoopValues> {
    const Value y = add_attention(body, in.scanned[0], body.capture(k), body.capture(v),
                                  {.has_mask = false, .has_dropout = false}, w);
    return ops::LoopValues{.carried = {}, .scanned = {y}};
  };
  const auto loop = ops::build_loop(b, 3, {.carried = {}, .scanned = {q}}, trip);
  ASSERT_TRUE(loop);
  w.graph.set_outputs(loop->scanned);
  const auto full = count_step(w.graph, {.step = Step::training}, {});
  const auto causal = count_step(w.graph, {.step = Step::training}, {.rules = causal_rules});
  ASSERT_TRUE(full && causal);
  EXPECT_EQ(full->total.work.products, Count(3 * 3 * 6 * 64 * (4 + 5)));
  EXPECT_EQ(causal->total.work.products, Count(3 * 3 * 6 * 36 * (4 + 5)));
  ASSERT_EQ(causal->attention.size(), 1U);
  EXPECT_EQ(causal->attention[0].node, "layer/scores");
  EXPECT_EQ(causal->attention[0].context, "layer/context");
  EXPECT_TRUE(causal->attention[0].is_changed);
}

}  // namespace
}  // namespace pfsday::count
