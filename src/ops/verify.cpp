#include "ops/verify.h"

#include <fmt/format.h>

#include "ops/primitive.h"

namespace pfsday::ops {
namespace {

Result<void> verify_node(const NodeView& node) {
  const Primitive& primitive = primitive_of(node.kind());
  const auto count = static_cast<int>(node.input_count());
  const bool fits =
      node.kind().variadic ? count >= node.kind().inputs : count == node.kind().inputs;
  if (!fits) {
    return fail(Code::graph_invalid, fmt::format("{} has {} inputs", node.kind().name, count));
  }
  for (std::size_t i = 0; primitive.cost != Cost::uncounted && i < node.input_count(); ++i) {
    if (node.input_type(i).known()) continue;
    return fail(Code::graph_invalid, fmt::format("input {} has no known type", i));
  }
  const TensorTypes inferred = TRY(primitive.infer(node));
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    if (i < inferred.size() && inferred[i] == node.output_type(i)) continue;
    return fail(Code::graph_invalid,
                fmt::format("output {} is {} instead of {}", i, to_string(node.output_type(i)),
                            i < inferred.size() ? to_string(inferred[i]) : "nothing"));
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
