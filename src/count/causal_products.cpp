#include "count/causal_products.h"

#include <algorithm>
#include <vector>

#include "count/attention_chains.h"
#include "ops/attention.h"

namespace pfsday::count {
namespace {

using graph::Axes;
using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Pass;
using graph::Value;
using ops::Rules;
using ops::Work;
using units::Count;

bool is_dot(const Node& node) { return node.kind->name == "dot"; }

/// Multiply-adds of a product.
Count size_of(const Graph& graph, const Node& dot) {
  const NodeView view(graph, dot);
  Count size = view.output_type(0).elements();
  for (const std::int64_t axis : view.axes("contract_a")) {
    size *= view.input_shape(0)[static_cast<std::size_t>(axis)];
  }
  return size;
}

class Finder {
 public:
  CausalProducts run(const Graph& root) {
    add_chains(root, {1});
    if (!originals_.empty()) add_gradients(root);
    return std::move(products_);
  }

 private:
  /// A product of a chain, as its gradients need it.
  struct Original {
    Count multiply_adds = {};             ///< that are left
    Count pairs = {}, causal_pairs = {};  ///< of all heads
    Value weights = {};  ///< of a product of weights and values: the weights; else empty
    const Graph* graph = nullptr;
  };

  /// trips: how many of this graph one product of a gradient may stand for, because those of a
  /// value that all trips of a loop share are made at once.
  void add_chains(const Graph& graph, const std::vector<Count>& trips) {
    for (const AttentionChain& chain : find_attention_chains(graph)) {
      if (chain.can_be_causal()) add_chain(graph, chain, trips);
    }
    for (const Node& node : graph.nodes()) {
      for (const graph::Body& body : node.bodies) {
        const auto* count = graph::find_attribute<std::int64_t>(node.attributes, "trips");
        std::vector<Count> inside = {1};
        for (const Count outside : trips) inside.push_back(outside * (count ? *count : 1));
        add_chains(*body, inside);
      }
    }
  }

  void add_chain(const Graph& graph, const AttentionChain& chain, const std::vector<Count>& trips) {
    const ops::AttentionMask mask{.causal = true, .offset = chain.keys - chain.queries};
    const Count pairs = chain.heads * chain.queries * chain.keys;
    const Count causal = chain.heads * ops::attention_pairs(chain.queries, chain.keys, mask);
    const auto add = [&](std::size_t index, std::int64_t width, Count sums, Value weights) {
      const Node& node = graph.nodes()[index];
      products_[&node] = {causal * width, sums};
      for (const Count times : trips) {
        originals_[{node.origin, pairs * width * times}] = {causal * width * times, pairs, causal,
                                                            weights, &graph};
      }
    };
    add(chain.scores, chain.width, causal, {});
    add(chain.context, chain.value_width, chain.heads * chain.queries * chain.value_width,
        chain.weights);
  }

  /// The products of gradients have the origin of the product they are of, and its size.
  void add_gradients(const Graph& graph) {
    for (const Node& node : graph.nodes()) {
      for (const graph::Body& body : node.bodies) add_gradients(*body);
      if (node.pass == Pass::forward || !is_dot(node)) continue;
      const auto found = originals_.find({node.origin, size_of(graph, node)});
      if (found == originals_.end()) continue;
      const Original& original = found->second;
      const Count elements = graph.type(node.output(0)).elements();
      const bool is_of_pairs = is_gradient_of_weights(graph, node, original);
      products_[&node] = {original.multiply_adds, is_of_pairs ? original.causal_pairs : elements};
    }
  }

  /// That of the weights is a sum for each pair; those of queries, keys and values add up pairs.
  static bool is_gradient_of_weights(const Graph& graph, const Node& node,
                                     const Original& original) {
    if (!original.weights || graph.type(node.output(0)).elements() != original.pairs) return false;
    const bool uses_weights = &graph == original.graph &&
                              std::ranges::find(node.inputs, original.weights) != node.inputs.end();
    return !uses_weights;
  }

  CausalProducts products_;
  std::map<std::pair<std::uint32_t, Count>, Original> originals_;  ///< by origin and size
};

}  // namespace

CausalProducts find_causal_products(const Graph& root) { return Finder().run(root); }

bool has_recomputed_scores(const Node& node) { return node.kind->name == "attention_gradient"; }

Work work_of_node(const Graph& graph, const Node& node, Pass pass, const Rules& rules,
                  const CausalProducts& causal) {
  const ops::Primitive& primitive = ops::primitive_of(*node.kind);
  if (primitive.cost != ops::Cost::work) return {};
  const NodeView view(graph, node);
  if (pass == Pass::recompute && has_recomputed_scores(node)) {
    return ops::recomputed_work(view, rules);
  }
  if (rules.attention == Rules::Attention::causal && is_dot(node)) {
    const auto found = causal.find(&node);
    if (found != causal.end()) {
      return ops::sums_of_products(found->second.multiply_adds, found->second.sums, rules);
    }
  }
  return primitive.work(view, rules);
}

}  // namespace pfsday::count
