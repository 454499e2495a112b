// The attention of a model, by name: what the option --attention reads in another way.
//
//   for (const AttentionLayer& layer : find_attention_layers(graph, rules)) layer.is_changed;
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"
#include "ops/primitive.h"

namespace pfsday::count {

struct AttentionLayer {
  std::string node = {};  ///< front-end node; of a chain, that of the product of queries and keys
  std::string context = {};  ///< of a chain, that of the product of its weights and the values
  std::string op = {};       ///< front-end operator of the node
  bool is_causal = false;    ///< as it is counted under the rules
  bool is_changed = false;   ///< from what is written

  bool is_fused() const { return context.empty(); }
};

/// Fused attention and recognized chains of the forward pass, in bodies too, each front-end node
/// once, in the order of the graph. A chain is written in full.
std::vector<AttentionLayer> find_attention_layers(const graph::Graph& root,
                                                  const ops::Rules& rules);

}  // namespace pfsday::count
