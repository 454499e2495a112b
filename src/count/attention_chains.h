// Finds attention that a model writes out: product, scale, mask, softmax, dropout, product.
//
//   for (const AttentionChain& chain : find_attention_chains(graph)) {
//     chain.scores_layer  // "/h.0/attn/MatMul"
//   }
//   const auto corrected = causal_work_of_chains(graph, find_attention_chains(graph));
//
// A product of such a chain computes every pair of a query and a key, whatever the mask hides. The
// view `--attention causal` counts only the pairs of which the key does not follow the query.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/work.h"

namespace pfsday::count {

struct AttentionChain {
  std::size_t scores = 0;   ///< node of the product of queries and keys
  std::size_t context = 0;  ///< node of the product of the softmax and the values
  std::string scores_layer = {}, context_layer = {};
  units::Count heads = {};  ///< of all examples
  std::int64_t queries = 0, keys = 0;
  std::int64_t width = 0;        ///< of queries and keys
  std::int64_t value_width = 0;  ///< of values

  /// No query precedes the first key: a causal reading makes sense.
  bool can_be_causal() const { return queries <= keys; }
};

/// In the order of the graph. Between the products stand only elementwise primitives and movement,
/// and one softmax, written as exp over its sum along one axis, with or without its maximum.
std::vector<AttentionChain> find_attention_chains(const graph::Graph& graph);

/// The work that nodes do where the chains are causal, by index of node: of the two products of
/// each chain, and of the products of the same size that the gradients and the recomputation of
/// these two make. The last query sees the last key: S (S + 1) / 2 pairs where there are as many
/// keys as queries. Chains that cannot be causal are left out.
std::map<std::size_t, ops::Work> causal_work_of_chains(const graph::Graph& graph,
                                                       const std::vector<AttentionChain>& chains);

}  // namespace pfsday::count
