#include "ops/coverage.h"

#include "ops/primitive.h"

namespace pfsday::ops {

const graph::Node* find_uncounted(const graph::Graph& graph) {
  for (const graph::Node& node : graph.nodes()) {
    if (primitive_of(*node.kind).cost == Cost::uncounted) return &node;
    for (const graph::Body& body : node.bodies) {
      if (const graph::Node* found = find_uncounted(*body)) return found;
    }
  }
  return nullptr;
}

}  // namespace pfsday::ops
