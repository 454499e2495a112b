#include "count/attention_layers.h"

#include <map>
#include <set>

#include "count/attention_chains.h"
#include "graph/liveness.h"
#include "ops/attention.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::NodeView;
using ops::Rules;

class Search {
 public:
  Search(const Graph& root, const Rules& rules) : root_(root), rules_(rules) {}

  std::vector<AttentionLayer> run() && {
    look_at(root_);
    return std::move(layers_);
  }

 private:
  void look_at(const Graph& graph) {
    std::map<std::size_t, AttentionChain> chains;
    for (const AttentionChain& chain : find_attention_chains(graph)) {
      chains.emplace(chain.scores, chain);
    }
    const std::vector<bool> is_live = graph::find_live_nodes(graph);
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      const Node& node = graph.nodes()[i];
      if (!is_live[i] || node.pass != graph::Pass::forward) continue;
      for (const graph::Body& body : node.bodies) look_at(*body);
      if (node.kind->name == "attention") add_fused(NodeView(graph, node), node.origin);
      const auto chain = chains.find(i);
      if (chain == chains.end()) continue;
      add_chain(chain->second, node.origin, graph.nodes()[chain->second.context].origin);
    }
  }

  void add_fused(const NodeView& node, std::uint32_t origin) {
    const ops::AttentionMask written = ops::written_mask(node);
    const ops::AttentionMask counted =
        ops::counted_mask(written, node.input_shape(0)[2], node.input_shape(1)[2], rules_);
    add({.is_causal = counted.causal, .is_changed = counted != written}, origin);
  }

  void add_chain(const AttentionChain& chain, std::uint32_t origin, std::uint32_t context) {
    const bool is_causal = rules_.attention == Rules::Attention::causal && chain.can_be_causal();
    add({.context = root_.origins()[context].name, .is_causal = is_causal, .is_changed = is_causal},
        origin);
  }

  void add(AttentionLayer layer, std::uint32_t origin) {
    if (!seen_.insert(origin).second) return;
    layer.node = root_.origins()[origin].name;
    layer.op = root_.origins()[origin].op;
    layers_.push_back(std::move(layer));
  }

  const Graph& root_;
  const Rules& rules_;
  std::set<std::uint32_t> seen_;
  std::vector<AttentionLayer> layers_;
};

}  // namespace

std::vector<AttentionLayer> find_attention_layers(const Graph& root, const Rules& rules) {
  return Search(root, rules).run();
}

}  // namespace pfsday::count
