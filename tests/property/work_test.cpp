// Counts of single primitives and of their gradients, small enough to check by hand.
#include <gtest/gtest.h>

#include "count/differentiate.h"
#include "ops/proof.h"

namespace pfsday::ops {
namespace {

/// Work of a graph of f32 parameters, forward and for the gradients of them all.
struct Counted {
  Shape y;
  Work forward, backward;
};

template <class Build>
Counted count(const std::vector<Shape>& shapes, Build&& build, Rules rules = {}) {
  Graph graph;
  Builder b(graph);
  std::vector<Value> parameters;
  for (const Shape& shape : shapes) {
    parameters.push_back(graph.add_tensor("w", {ElementType::f32, shape}));
    graph.mark_parameter(parameters.back());
  }
  const Value y = build(b, parameters);
  if (const auto fault = b.take_fault()) ADD_FAILURE() << to_string(*fault);
  graph.set_outputs({y});
  Counted counted{graph.type(y).shape, work_of(graph, rules), {}};
  const auto step = count::differentiate(graph);
  if (!step) ADD_FAILURE() << to_string(step.error());
  const Work whole = work_of(step->graph, rules);
  counted.backward = {
      whole.mul - counted.forward.mul,         whole.add - counted.forward.add,
      whole.div - counted.forward.div,         whole.special - counted.forward.special,
      whole.compare - counted.forward.compare, whole.products - counted.forward.products};
  return counted;
}

TEST(Dot, Counts) {
  const struct {
    std::string_view name;
    Shape a, b, y;
    std::uint64_t forward, backward;
  } cases[] = {
      {"plain", {2, 3}, {3, 5}, {2, 5}, 30, 60},
      {"batched", {4, 2, 3}, {4, 3, 5}, {4, 2, 5}, 120, 240},
      {"shared weight", {4, 2, 3}, {3, 5}, {4, 2, 5}, 120, 240},
      {"vectors", {7}, {7}, {}, 7, 14},
      {"nothing to add", {2, 0}, {0, 5}, {2, 5}, 0, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Counted run =
        count({c.a, c.b}, [](Builder& b, const auto& p) { return b.matmul(p[0], p[1]); });
    EXPECT_EQ(run.y, c.y);
    EXPECT_EQ(run.forward, mul_adds(c.forward));
    EXPECT_EQ(run.backward, mul_adds(c.backward));
  }
}

TEST(Convolution, Counts) {
  const struct {
    std::string_view name;
    Shape x, w;
    std::int64_t stride, pad, dilation, groups;
    Shape y;
    std::uint64_t window, real;
  } cases[] = {
      // 3 x 3 outputs of 3 x 3 taps, 2 channels, 4 filters.
      {"valid", {1, 2, 5, 5}, {4, 2, 3, 3}, 1, 0, 1, 1, {1, 4, 3, 3}, 648, 648},
      // Along each axis 5 outputs of 3 taps: 15, of which 13 are inside.
      {"same", {1, 2, 5, 5}, {4, 2, 3, 3}, 1, 1, 1, 1, {1, 4, 5, 5}, 8 * 225, 8 * 169},
      // 3 outputs at -1, 1, 3: 9 taps, of which 7 are inside.
      {"strided", {1, 2, 5, 5}, {4, 2, 3, 3}, 2, 1, 1, 1, {1, 4, 3, 3}, 8 * 81, 8 * 49},
      // Taps two apart: 5 outputs of 3 taps, of which 3 + 5 + 3 are inside.
      {"dilated", {1, 2, 5, 5}, {4, 2, 3, 3}, 1, 2, 2, 1, {1, 4, 5, 5}, 8 * 225, 8 * 121},
      {"groups", {1, 4, 5, 5}, {4, 2, 3, 3}, 1, 0, 1, 2, {1, 4, 3, 3}, 648, 648},
      {"depthwise", {3, 4, 5, 5}, {4, 1, 3, 3}, 1, 0, 1, 4, {3, 4, 3, 3}, 972, 972},
      {"one axis", {1, 1, 4}, {1, 1, 2}, 2, 0, 1, 1, {1, 1, 2}, 4, 4},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto build = [&](Builder& b, const auto& p) {
      const std::size_t n = c.x.size() - 2;
      const Window window{Axes(c.w.begin() + 2, c.w.end()), Axes(n, c.stride), Axes(n, c.pad),
                          Axes(n, c.pad), Axes(n, c.dilation)};
      return b.convolution(p[0], p[1], window, c.groups);
    };
    const Counted window = count({c.x, c.w}, build);
    EXPECT_EQ(window.y, c.y);
    EXPECT_EQ(window.forward, mul_adds(c.window));
    EXPECT_EQ(window.backward, mul_adds(2 * c.window));
    const Counted real = count({c.x, c.w}, build, {Rules::Padding::real});
    EXPECT_EQ(real.forward, mul_adds(c.real));
    EXPECT_EQ(real.backward, mul_adds(2 * c.real));
  }
}

TEST(Window, Counts) {
  // 2 x 2 outputs of 3 x 3 taps on 4 x 4 with a pad of 1 before: 36 taps, of which 5 x 5 are real.
  const Window window{{3, 3}, {2, 2}, {1, 1}, {0, 0}, {1, 1}};
  const auto sum = [&](Builder& b, const auto& p) { return b.window_sum(p[0], window); };
  const auto max = [&](Builder& b, const auto& p) { return b.window_max(p[0], window); };
  const Rules real{Rules::Padding::real};
  EXPECT_EQ(count({{4, 4}}, sum).forward, (Work{.add = 32}));
  EXPECT_EQ(count({{4, 4}}, sum).backward, (Work{.add = 36}));
  EXPECT_EQ(count({{4, 4}}, sum, real).forward, (Work{.add = 21}));
  EXPECT_EQ(count({{4, 4}}, sum, real).backward, (Work{.add = 25}));
  EXPECT_EQ(count({{4, 4}}, max).forward, (Work{.compare = 32}));
  EXPECT_EQ(count({{4, 4}}, max).backward, (Work{.add = 4}));
}

TEST(Window, OutputsWithoutRealTapsCostNothing) {
  // Outputs at -2, 0, 2, 4 of a size of 2: one of four has taps.
  const Window apart{{2}, {2}, {2}, {4}, {1}};
  const auto sum = [&](Builder& b, const auto& p) { return b.window_sum(p[0], apart); };
  EXPECT_EQ(count({{2}}, sum, {Rules::Padding::real}).forward, (Work{.add = 1}));
  EXPECT_EQ(count({{2}}, sum).forward, (Work{.add = 4}));
}

TEST(Reduce, Counts) {
  const auto sum = [](Builder& b, const auto& p) { return b.reduce_sum(p[0], {1}); };
  const auto mean = [](Builder& b, const auto& p) { return b.reduce_mean(p[0], {1}); };
  const auto max = [](Builder& b, const auto& p) { return b.reduce_max(p[0], {1}); };
  EXPECT_EQ(count({{2, 5}}, sum).forward, (Work{.add = 8}));
  EXPECT_EQ(count({{2, 5}}, sum).backward, Work{}) << "a broadcast is movement";
  EXPECT_EQ(count({{2, 0}}, sum).forward, Work{});
  EXPECT_EQ(count({{2, 5}}, mean).forward, (Work{.add = 8, .div = 2}));
  EXPECT_EQ(count({{2, 5}}, mean).backward, (Work{.div = 2}));
  EXPECT_EQ(count({{2, 5}}, max).forward, (Work{.compare = 8}));
  EXPECT_EQ(count({{2, 5}}, max).backward, (Work{.compare = 20}));
}

TEST(Movement, BroadcastGradientCostsItsSums) {
  const auto broadcast = [](Builder& b, const auto& p) { return b.broadcast(p[0], {4, 2, 3}); };
  EXPECT_EQ(count({{3}}, broadcast).forward, Work{});
  EXPECT_EQ(count({{3}}, broadcast).backward, (Work{.add = 21}));
  EXPECT_EQ(count({{2, 1}}, broadcast).backward, (Work{.add = 22}));
  EXPECT_EQ(count({{1, 2, 3}}, broadcast).backward, (Work{.add = 18}));
}

TEST(Gather, EmbeddingGradientCostsOneAddForEachElement) {
  const auto embed = [](Builder& b, const auto& p) {
    const Value tokens = b.graph().add_input("tokens", {ElementType::i64, {2, 7}});
    return b.gather(p[0], tokens, 0);
  };
  const Counted run = count({{100, 3}}, embed);
  EXPECT_EQ(run.y, (Shape{2, 7, 3}));
  EXPECT_EQ(run.forward, Work{});
  EXPECT_EQ(run.backward, (Work{.add = 42}));
}

}  // namespace
}  // namespace pfsday::ops
