#include "count/attention_chains.h"

#include <gtest/gtest.h>

#include "count/written_attention.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Value;
using ops::Builder;
using units::Count;

TEST(AttentionChains, AreFoundHoweverTheyAreWritten) {
  const struct {
    std::string_view name;
    WrittenOptions options;
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
    const WrittenAttention w = write_attention(c.options);
    const auto chains = find_attention_chains(w.graph);
    ASSERT_EQ(chains.size(), 1U);
    EXPECT_EQ(w.graph.nodes()[chains[0].scores].origin, w.scores);
    EXPECT_EQ(w.graph.nodes()[chains[0].context].origin, w.context);
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

}  // namespace
}  // namespace pfsday::count
