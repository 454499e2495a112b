// The products of attention that a model writes out, where only causal pairs are to count.
//
//   const CausalProducts causal = find_causal_products(graph);
//   work_of_node(graph, node, node.pass, {.attention = ops::Rules::Attention::causal}, causal);
//
// Of attention that is one primitive, the rules say which pairs count; of a chain (see
// attention_chains.h) they cannot, because its products are products like any other. Scale, mask
// and softmax between the products stay as they are written.
#pragma once

#include <map>

#include "graph/graph.h"
#include "ops/primitive.h"

namespace pfsday::count {

/// What is left of a product: multiply-adds, and the sums that they form.
struct CausalProduct {
  units::Count multiply_adds = {};
  units::Count sums = {};
};

/// By node, of the graph and the bodies in it.
using CausalProducts = std::map<const graph::Node*, CausalProduct>;

/// Both products of each chain, and those of the gradients of these two. The last query sees the
/// last key: S (S + 1) / 2 pairs where there are as many keys as queries. Chains that cannot be
/// causal are left out. The graph must outlive the result.
CausalProducts find_causal_products(const graph::Graph& root);

/// The work of a node under the rules. In the pass `recompute`, that of the gradient of attention
/// is what a kernel that keeps no scores computes again for it. None of movement and of uncounted
/// nodes.
///   causal   consulted where the rules take attention as causal
ops::Work work_of_node(const graph::Graph& graph, const graph::Node& node, graph::Pass pass,
                       const ops::Rules& rules, const CausalProducts& causal);

/// A fused gradient of attention: it has work in the pass `recompute`, too.
bool has_recomputed_scores(const graph::Node& node);

}  // namespace pfsday::count
