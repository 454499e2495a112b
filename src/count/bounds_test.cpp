#include "count/bounds.h"

#include <gtest/gtest.h>

#include "count/count.h"
#include "ops/builder.h"

namespace pfsday::count {
namespace {

TEST(Bounds, AreThoseOfLiveNodes) {
  graph::Graph graph;
  ops::Builder b(graph);
  const graph::Value x = graph.add_input("x", {graph::ElementType::f32, {4}});
  b.set_origin(graph.add_origin({"NonZero", "/used"}));
  const graph::Value y = b.exp(x);
  b.note_bound("upper_bound", "every element may be nonzero");
  b.set_origin(graph.add_origin({"NonZero", "/dead"}));
  b.exp(x);
  b.note_bound("upper_bound", "nobody uses this");
  graph.set_outputs({y});

  const Counts counts = *count_graph(graph, {});
  ASSERT_EQ(counts.bounds.size(), 1U);
  EXPECT_EQ(counts.bounds[0].node, "/used");
  EXPECT_EQ(counts.bounds[0].kind, "upper_bound");
  EXPECT_EQ(counts.bounds[0].reason, "every element may be nonzero");
  EXPECT_TRUE(counts.complete());
}

}  // namespace
}  // namespace pfsday::count
