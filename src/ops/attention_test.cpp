#include "ops/attention.h"

#include <gtest/gtest.h>

#include "ops/work.h"

namespace pfsday::ops {
namespace {

TEST(AttentionPairs, ByHand) {
  const struct {
    std::string_view name;
    std::int64_t queries, keys;
    AttentionMask mask;
    std::uint64_t pairs, rows;
  } cases[] = {
      {"full", 3, 5, {}, 15, 3},
      {"no keys", 3, 0, {}, 0, 0},
      {"causal: S (S + 1) / 2", 4, 4, {.causal = true}, 10, 4},
      {"one new token after 7", 1, 8, {.causal = true, .offset = 7}, 8, 1},
      {"3 new tokens after 2: 3 + 4 + 5", 3, 5, {.causal = true, .offset = 2}, 12, 3},
      {"window 2: 1 + 2 + 2 + 2", 4, 4, {.causal = true, .window = 2}, 7, 4},
      {"window 2 after 3: 2 + 2", 2, 5, {.causal = true, .offset = 3, .window = 2}, 4, 2},
      {"window wider than all", 4, 4, {.causal = true, .window = 9}, 10, 4},
      {"queries before the first key", 4, 2, {.causal = true, .offset = -2}, 3, 2},
      {"more queries than keys: 1 + 2 + 2 + 2", 4, 2, {.causal = true}, 7, 4},
      {"the window leaves the keys: 1 + 1", 4, 2, {.causal = true, .window = 1}, 2, 2},
      {"it never meets them", 3, 2, {.causal = true, .offset = 9, .window = 1}, 0, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(attention_pairs(c.queries, c.keys, c.mask), Count(c.pairs));
    EXPECT_EQ(attention_rows(c.queries, c.keys, c.mask), Count(c.rows));
  }
}

/// Against a loop over every pair.
TEST(AttentionPairs, ClosedFormIsTheLoop) {
  for (std::int64_t code = 0; code < 6 * 6 * 9 * 5; ++code) {
    const std::int64_t queries = code % 6;
    const std::int64_t keys = code / 6 % 6;
    const AttentionMask mask = {.causal = true, .offset = code / 36 % 9 - 4, .window = code / 324};
    Count pairs;
    Count rows;
    for (std::int64_t i = 0; i < queries; ++i) {
      std::int64_t seen = 0;
      for (std::int64_t j = 0; j < keys; ++j) {
        const std::int64_t distance = mask.offset + i - j;
        if (distance >= 0 && (mask.window == 0 || distance < mask.window)) ++seen;
      }
      pairs += seen;
      rows += seen > 0 ? 1 : 0;
    }
    EXPECT_EQ(attention_pairs(queries, keys, mask), pairs) << "case " << code;
    EXPECT_EQ(attention_rows(queries, keys, mask), rows) << "case " << code;
  }
}

/// Sizes near the largest that a tensor may have.
TEST(AttentionPairs, HugeSizesAreExact) {
  constexpr std::int64_t size = std::int64_t{1} << 60;
  const Count whole = Count(size) * size;
  EXPECT_EQ(attention_pairs(size, size, {}), whole);
  EXPECT_EQ(attention_pairs(size, size, {.causal = true}) * 2, whole + size);
}

Value add_input(Builder& b, const Shape& shape) {
  return b.graph().add_input("x", {ElementType::f32, shape});
}

Work work_of(const Graph& graph, const Rules& rules) {
  const graph::Node& node = graph.nodes().back();
  return primitive_of(*node.kind).work(NodeView(graph, node), rules);
}

constexpr Rules full = {.attention = Rules::Attention::full};
constexpr Rules causal = {.attention = Rules::Attention::causal};

/// 2 examples, 6 query heads on 3 key heads, 4 tokens, widths 5 and 7.
Graph make_attention(const AttentionOptions& options) {
  Graph graph;
  Builder b(graph);
  const Value q = add_input(b, {2, 6, 4, 5});
  const Value k = add_input(b, {2, 3, 4, 5});
  const Value v = add_input(b, {2, 3, 4, 7});
  EXPECT_TRUE(emit_attention(b, q, k, v, {}, options));
  EXPECT_FALSE(b.take_fault());
  return graph;
}

TEST(Attention, BothTotals) {
  const Graph written = make_attention({.causal = true});
  EXPECT_EQ(work_of(written, {}).products, Count(12 * 10 * (5 + 7)));
  EXPECT_EQ(work_of(written, full).products, Count(12 * 16 * (5 + 7)));
  EXPECT_EQ(work_of(written, causal), work_of(written, {}));

  const Graph open = make_attention({});
  EXPECT_EQ(work_of(open, {}), work_of(written, full));
  EXPECT_EQ(work_of(open, causal), work_of(written, {}));
}

TEST(Attention, EachPartByHand) {
  const Graph graph = make_attention({.scale = 0.5, .softcap = 30});
  const Count pairs = 12 * 16;
  const Count rows = 12 * 4;
  const Work expected = mul_adds(pairs * (5 + 7)) + Work{.mul = pairs * 2,
                                                         .add = pairs * 2 - rows,
                                                         .div = pairs * 2,
                                                         .special = pairs * 2,
                                                         .compare = pairs - rows};
  EXPECT_EQ(work_of(graph, {}), expected);
}

TEST(Attention, AFlashKernelComputesTheScoresAgain) {
  Graph graph = make_attention({.causal = true, .scale = 0.5});
  Builder b(graph);
  const graph::Node node = graph.nodes().front();
  Values inputs = node.inputs;
  inputs.push_back(node.output(0));
  Attributes attributes = node.attributes;
  attributes.push_back({"wrt", Axes{0, 1, 2}});
  ASSERT_EQ(b.emit_all("attention_gradient", inputs, attributes).size(), 3U);
  const Count pairs = 12 * 10;
  EXPECT_EQ(work_of(graph, {}).products, pairs * 2 * (5 + 7)) << "4 products";
  const NodeView view(graph, graph.nodes().back());
  EXPECT_EQ(
      recomputed_work(view, {}),
      (mul_adds(pairs * 5) + Work{.mul = pairs, .add = pairs, .div = pairs, .special = pairs}));
}

TEST(Attention, RefusesWhatDoesNotFit) {
  const struct {
    std::string_view name;
    Shape q, k, v, bias;
  } cases[] = {
      {"3 axes", {6, 4, 5}, {6, 4, 5}, {6, 4, 5}, {}},
      {"heads", {2, 4, 4, 5}, {2, 3, 4, 5}, {2, 3, 4, 5}, {}},
      {"widths", {2, 3, 4, 5}, {2, 3, 4, 6}, {2, 3, 4, 5}, {}},
      {"keys without values", {2, 3, 4, 5}, {2, 3, 4, 5}, {2, 3, 3, 5}, {}},
      {"bias", {2, 3, 4, 5}, {2, 3, 4, 5}, {2, 3, 4, 5}, {5, 4}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Graph graph;
    Builder b(graph);
    const Value q = add_input(b, c.q);
    const Value k = add_input(b, c.k);
    const Value v = add_input(b, c.v);
    const Value bias = c.bias.empty() ? Value{} : add_input(b, c.bias);
    EXPECT_FALSE(emit_attention(b, q, k, v, bias, {}));
    EXPECT_TRUE(b.take_fault());
  }
}

}  // namespace
}  // namespace pfsday::ops
