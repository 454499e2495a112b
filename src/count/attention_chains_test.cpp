#include "count/attention_chains.h"

#include <gtest/gtest.h>

#include "count/differentiate.h"
#include "graph/text.h"
#include "ops/attention.h"
#include "ops/primitive.h"
#include "ops/verify.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Value;
using ops::Builder;
using units::Count;

struct Options {
  std::int64_t queries = 8, keys = 8;
  bool has_scale = true, has_mask = true, has_maximum = true, has_dropout = true;
  bool keys_first = false;  ///< scores as keys times queries, and a softmax along the first
};

/// 2 examples, 3 heads, widths 4 and 5, written with primitives as an export of a model would.
struct Written {
  Graph graph;
  std::uint32_t scores = 0, context = 0;  ///< origins
};

Value add_softmax(Builder& b, Value x, std::int64_t axis, bool has_maximum) {
  const graph::Axes axes = {axis};
  if (has_maximum) x = b.sub(x, b.stop_gradient(b.reduce_max(x, axes, ops::keep_dims)));
  const Value e = b.exp(x);
  return b.div(e, b.reduce_sum(e, axes, ops::keep_dims));
}

Value add_weight(Graph& graph, const graph::Shape& shape) {
  const Value v = graph.add_tensor("w", {graph::ElementType::f32, shape});
  graph.mark_parameter(v);
  return v;
}

Written write_attention(const Options& o) {
  Written w;
  Builder b(w.graph);
  const Value q = add_weight(w.graph, {2, 3, o.queries, 4});
  const Value k = add_weight(w.graph, {2, 3, o.keys, 4});
  const Value v = add_weight(w.graph, {2, 3, o.keys, 5});
  const graph::Axes batch = {0, 1};
  w.scores = w.graph.add_origin({"MatMul", "layer/scores"});
  b.set_origin(w.scores);
  const ops::DotAxes axes = {batch, batch, {3}, {3}};
  Value x = o.keys_first ? b.dot(k, q, axes) : b.dot(q, k, axes);
  b.set_origin(w.graph.add_origin({"Softmax", "layer/softmax"}));
  if (o.has_scale) x = b.with_scalar("div", x, 2);
  if (o.has_mask) {
    const graph::Shape shape = b.shape(x);
    const graph::TensorType type{graph::ElementType::f32, {shape[2], shape[3]}};
    x = b.add(x, w.graph.add_input("mask", type));
  }
  Value p = add_softmax(b, x, o.keys_first ? 2 : 3, o.has_maximum);
  if (o.has_dropout) {
    const Value kept = w.graph.add_input("kept", {graph::ElementType::boolean, b.shape(p)});
    p = b.select(kept, b.with_scalar("div", p, 0.9), b.full(b.type(p), 0));
  }
  w.context = w.graph.add_origin({"MatMul", "layer/context"});
  b.set_origin(w.context);
  const Value y = b.dot(p, v, {batch, batch, {o.keys_first ? 2 : 3}, {2}});
  w.graph.set_outputs({y});
  EXPECT_FALSE(b.take_fault());
  EXPECT_TRUE(ops::verify(w.graph));
  return w;
}

TEST(AttentionChains, AreFoundHoweverTheyAreWritten) {
  const struct {
    std::string_view name;
    Options options;
  } cases[] = {
      {"all parts", {}},
      {"without scale", {.has_scale = false}},
      {"without mask", {.has_mask = false}},
      {"without maximum", {.has_maximum = false}},
      {"without dropout", {.has_dropout = false}},
      {"products and softmax alone",
       {.has_scale = false, .has_mask = false, .has_maximum = false, .has_dropout = false}},
      {"keys first", {.keys_first = true}},
      {"more keys than queries", {.queries = 2}},
      {"more queries than keys", {.keys = 2}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Written w = write_attention(c.options);
    const auto chains = find_attention_chains(w.graph);
    ASSERT_EQ(chains.size(), 1U);
    EXPECT_EQ(w.graph.nodes()[chains[0].scores].origin, w.scores);
    EXPECT_EQ(w.graph.nodes()[chains[0].context].origin, w.context);
    EXPECT_EQ(chains[0].scores_layer, "layer/scores");
    EXPECT_EQ(chains[0].context_layer, "layer/context");
    EXPECT_EQ(chains[0].heads, Count(6));
    EXPECT_EQ(chains[0].queries, c.options.queries);
    EXPECT_EQ(chains[0].keys, c.options.keys);
    EXPECT_EQ(chains[0].width, 4);
    EXPECT_EQ(chains[0].value_width, 5);
  }
}

/// Heads folded into the batch: reshapes between the products.
TEST(AttentionChains, AreFoundThroughReshapes) {
  Graph graph;
  Builder b(graph);
  const Value q = add_weight(graph, {6, 8, 4});
  const Value k = add_weight(graph, {6, 8, 4});
  const Value v = add_weight(graph, {6, 8, 5});
  const Value scores = b.dot(q, k, {{0}, {0}, {2}, {2}});
  const Value masked = b.add(b.reshape(scores, {2, 3, 8, 8}),
                             graph.add_input("mask", {graph::ElementType::f32, {2, 1, 8, 8}}));
  const Value p = add_softmax(b, b.reshape(masked, {6, 8, 8}), 2, true);
  graph.set_outputs({b.dot(p, v, {{0}, {0}, {2}, {1}})});
  const auto chains = find_attention_chains(graph);
  ASSERT_EQ(chains.size(), 1U);
  EXPECT_EQ(chains[0].heads, Count(6));
  EXPECT_EQ(chains[0].queries, 8);
}

TEST(AttentionChains, OtherSoftmaxesAreNone) {
  Graph graph;
  Builder b(graph);
  // The last layer of a classifier, and one whose result is no operand of a product.
  const Value x = add_weight(graph, {2, 7});
  const Value logits = b.dot(x, add_weight(graph, {7, 5}), {{}, {}, {1}, {0}});
  const Value p = add_softmax(b, logits, 1, true);
  graph.set_outputs({p});
  EXPECT_TRUE(find_attention_chains(graph).empty());
}

Count products_of(const Graph& graph, std::size_t node) {
  const graph::Node& n = graph.nodes()[node];
  return ops::primitive_of(*n.kind).work(graph::NodeView(graph, n), {}).products;
}

TEST(AttentionChains, CausalWorkOfAWholeStep) {
  const Written w = write_attention({});
  const auto step = differentiate(w.graph);
  ASSERT_TRUE(step);
  const auto corrected = causal_work_of_chains(step->graph, find_attention_chains(step->graph));
  Count full;
  Count causal;
  for (const auto& [node, work] : corrected) {
    full += products_of(step->graph, node);
    causal += work.products;
  }
  EXPECT_EQ(corrected.size(), 6U) << "2 products and the 4 of their gradients";
  EXPECT_EQ(full, Count(3 * 6 * 8 * 8 * (4 + 5)));
  EXPECT_EQ(causal, Count(3 * 6 * 36 * (4 + 5))) << "8 * 9 / 2 pairs of 8 * 8";
}

TEST(AttentionChains, QueriesAfterAPastSeeItAll) {
  const Written w = write_attention({.queries = 2, .keys = 8});
  const auto chains = find_attention_chains(w.graph);
  const auto corrected = causal_work_of_chains(w.graph, chains);
  ASSERT_EQ(corrected.size(), 2U);
  EXPECT_EQ(corrected.at(chains[0].scores), ops::mul_adds(6 * (7 + 8) * 4));
  EXPECT_EQ(corrected.at(chains[0].context), ops::mul_adds(6 * (7 + 8) * 5));
}

TEST(AttentionChains, WhatCannotBeCausalIsLeftAsItIs) {
  const Written w = write_attention({.queries = 8, .keys = 2});
  EXPECT_TRUE(causal_work_of_chains(w.graph, find_attention_chains(w.graph)).empty());
}

/// Written out or as one primitive: the same products.
TEST(AttentionChains, AgreeWithThePrimitive) {
  const Written w = write_attention({});
  Count written;
  for (const auto& [node, work] : causal_work_of_chains(w.graph, find_attention_chains(w.graph))) {
    written += work.products;
  }
  Graph graph;
  Builder b(graph);
  const Value q = add_weight(graph, {2, 3, 8, 4});
  const Value v = add_weight(graph, {2, 3, 8, 5});
  ops::emit_attention(b, q, q, v, {}, {.causal = true});
  EXPECT_EQ(products_of(graph, 0), written);
}

}  // namespace
}  // namespace pfsday::count
