#include "count/recompute.h"

#include <algorithm>

#include "base/text.h"
#include "count/attention_chains.h"
#include "graph/liveness.h"
#include "ops/primitive.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Pass;
using graph::Value;

/// The first node, and those through which its values reach the last one.
void mark_between(const Graph& step, std::size_t first, std::size_t last, Flags& is_between) {
  const auto nodes = step.nodes();
  Flags is_reached(step.value_count(), false);
  is_reached[nodes[first].output(0).index] = true;
  for (std::size_t i = first; i < last; ++i) {
    const bool follows = i == first || std::ranges::any_of(nodes[i].inputs, [&](Value v) {
                           return is_reached[v.index];
                         });
    if (follows) is_reached[nodes[i].output(0).index] = true;
  }
  Flags leads(step.value_count(), false);
  for (const Value v : nodes[last].inputs) leads[v.index] = true;
  for (std::size_t i = last; i-- > first;) {
    const Value y = nodes[i].output(0);
    if (!leads[y.index] || !is_reached[y.index]) continue;
    is_between[i] = true;
    for (const Value v : nodes[i].inputs) leads[v.index] = true;
  }
}

/// Nodes whose values may not be kept.
Flags find_unkept(const Graph& step, const StepOptions& options) {
  const auto nodes = step.nodes();
  Flags is_unkept(nodes.size(), options.recompute == Recompute::full);
  if (options.recompute == Recompute::selective) {
    for (const AttentionChain& chain : find_attention_chains(step)) {
      mark_between(step, chain.scores, chain.context, is_unkept);
    }
  }
  if (options.recompute == Recompute::named) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const std::string& name = step.origins()[nodes[i].origin].name;
      is_unkept[i] = std::ranges::any_of(options.recomputed, [&](const std::string& pattern) {
        return matches_glob(pattern, name);
      });
    }
  }
  return is_unkept;
}

}  // namespace

Flags find_recomputed(const Graph& step, const StepOptions& options) {
  const auto nodes = step.nodes();
  Flags is_recomputed(nodes.size(), false);
  if (options.recompute == Recompute::none) return is_recomputed;
  const Flags is_unkept = find_unkept(step, options);
  const Flags is_live = graph::find_live_nodes(step);
  Flags is_needed(step.value_count(), false);
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node& node = nodes[i];
    if (!is_live[i]) continue;
    const bool is_gradient = node.pass == Pass::data_gradient || node.pass == Pass::weight_gradient;
    if (node.pass == Pass::forward && is_unkept[i]) {
      for (std::uint32_t k = 0; k < node.output_count; ++k) {
        is_recomputed[i] = is_recomputed[i] || is_needed[node.output(k).index];
      }
    }
    if (!is_gradient && !is_recomputed[i]) continue;
    for (const Value v : node.inputs) is_needed[v.index] = true;
  }
  return is_recomputed;
}

}  // namespace pfsday::count
