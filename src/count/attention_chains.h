// Finds attention that a model writes out: product, scale, mask, softmax, dropout, product.
//
//   for (const AttentionChain& chain : find_attention_chains(graph)) {
//     graph.nodes()[chain.scores].origin  // of "/h.0/attn/MatMul"
//   }
//
// A product of such a chain computes every pair of a query and a key, whatever the mask hides. What
// is left of it where only causal pairs count is in causal_products.h.
#pragma once

#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

struct AttentionChain {
  std::size_t scores = 0;     ///< node of the product of queries and keys
  std::size_t context = 0;    ///< node of the product of the softmax and the values
  graph::Value weights = {};  ///< the operand of the latter that comes from the softmax
  units::Count heads = {};    ///< of all examples
  std::int64_t queries = 0, keys = 0;
  std::int64_t width = 0;        ///< of queries and keys
  std::int64_t value_width = 0;  ///< of values

  /// No query precedes the first key: a causal reading makes sense.
  bool can_be_causal() const { return queries <= keys; }
};

/// In the order of the graph. Between the products stand only elementwise primitives and movement,
/// and one softmax, written as exp over its sum along one axis, with or without its maximum.
std::vector<AttentionChain> find_attention_chains(const graph::Graph& graph);

}  // namespace pfsday::count
