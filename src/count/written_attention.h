// Attention written with primitives, as an export of a model would write it. Tests only.
#pragma once

#include <gtest/gtest.h>

#include "ops/builder.h"
#include "ops/verify.h"

namespace pfsday::count {

/// 2 examples, 3 heads.
struct WrittenOptions {
  std::int64_t queries = 8, keys = 8, width = 4, value_width = 5;
  bool has_scale = true, has_mask = true, has_maximum = true, has_dropout = true;
  bool keys_first = false;  ///< scores as keys times queries, and a softmax along the first
};

struct WrittenAttention {
  graph::Graph graph;
  std::uint32_t scores = 0, context = 0;  ///< origins
};

inline graph::Value add_softmax(ops::Builder& b, graph::Value x, std::int64_t axis,
                                bool has_maximum) {
  const graph::Axes axes = {axis};
  if (has_maximum) x = b.sub(x, b.stop_gradient(b.reduce_max(x, axes, ops::keep_dims)));
  const graph::Value e = b.exp(x);
  return b.div(e, b.reduce_sum(e, axes, ops::keep_dims));
}

inline graph::Value add_weight(graph::Graph& graph, const graph::Shape& shape) {
  const graph::Value v = graph.add_tensor("w", {graph::ElementType::f32, shape});
  graph.mark_parameter(v);
  return v;
}

/// q, k, v [2, 3, ...]; notes the origins of both products.
inline graph::Value add_attention(ops::Builder& b, graph::Value q, graph::Value k, graph::Value v,
                                  const WrittenOptions& o, WrittenAttention& w) {
  const graph::Axes batch = {0, 1};
  w.scores = b.root().add_origin({"MatMul", "layer/scores"});
  b.set_origin(w.scores);
  const ops::DotAxes axes = {batch, batch, {3}, {3}};
  graph::Value x = o.keys_first ? b.dot(k, q, axes) : b.dot(q, k, axes);
  b.set_origin(b.root().add_origin({"Softmax", "layer/softmax"}));
  if (o.has_scale) x = b.with_scalar("div", x, 2);
  if (o.has_mask) {
    const graph::Shape shape = b.shape(x);
    const graph::TensorType type{graph::ElementType::f32, {shape[2], shape[3]}};
    x = b.add(x, b.graph().add_input("mask", type));
  }
  graph::Value p = add_softmax(b, x, o.keys_first ? 2 : 3, o.has_maximum);
  if (o.has_dropout) {
    const graph::TensorType type{graph::ElementType::boolean, b.shape(p)};
    const graph::Value kept = b.graph().add_input("kept", type);
    p = b.select(kept, b.with_scalar("div", p, 0.9), b.full(b.type(p), 0));
  }
  w.context = b.root().add_origin({"MatMul", "layer/context"});
  b.set_origin(w.context);
  return b.dot(p, v, {batch, batch, {o.keys_first ? 2 : 3}, {2}});
}

inline WrittenAttention write_attention(const WrittenOptions& o) {
  WrittenAttention w;
  ops::Builder b(w.graph);
  const graph::Value q = add_weight(w.graph, {2, 3, o.queries, o.width});
  const graph::Value k = add_weight(w.graph, {2, 3, o.keys, o.width});
  const graph::Value v = add_weight(w.graph, {2, 3, o.keys, o.value_width});
  w.graph.set_outputs({add_attention(b, q, k, v, o, w)});
  EXPECT_FALSE(b.take_fault());
  EXPECT_TRUE(ops::verify(w.graph));
  return w;
}

}  // namespace pfsday::count
