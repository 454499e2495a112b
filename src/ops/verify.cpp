#include "ops/verify.h"

#include <fmt/format.h>

#include "ops/infer.h"

namespace pfsday::ops {
namespace {

Result<void> verify_node(const NodeView& node) {
  for (std::size_t i = 0; i < node.body_count(); ++i) TRY(verify(node.body(i)));
  const TensorTypes inferred = TRY(infer_node(node));
  if (inferred.size() != node.output_count()) {
    return fail(Code::graph_invalid,
                fmt::format("{} outputs instead of {}", node.output_count(), inferred.size()));
  }
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    if (inferred[i] == node.output_type(i)) continue;
    return fail(Code::graph_invalid,
                fmt::format("output {} is {} instead of {}", i, to_string(node.output_type(i)),
                            to_string(inferred[i])));
  }
  return {};
}

}  // namespace

Result<void> verify(const Graph& graph) {
  for (const graph::Node& node : graph.nodes()) {
    TRY(in_node(fmt::format("%{} ({})", node.first_output.index, node.kind->name),
                verify_node(NodeView(graph, node))));
  }
  return {};
}

}  // namespace pfsday::ops
