// What reads as a graph prints as text that reads back the same; verification and counting end.

#include <cstdint>
#include <cstdlib>

#include "graph/text.h"
#include "ops/primitive.h"
#include "ops/verify.h"

namespace {

using namespace pfsday;

void require(bool holds) {
  if (!holds) std::abort();
}

const graph::Kind* find_kind(std::string_view name) {
  const ops::Primitive* primitive = ops::find_primitive(name);
  return primitive != nullptr ? &primitive->kind : nullptr;
}

void count(const graph::Graph& graph, const ops::Rules& rules) {
  ops::Work work;
  for (const graph::Node& node : graph.nodes()) {
    const ops::Primitive& primitive = ops::primitive_of(*node.kind);
    if (primitive.work != nullptr) work += primitive.work(graph::NodeView(graph, node), rules);
  }
  require(work.overflowed() || work.products <= work.mul);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto graph = graph::parse_graph(text, find_kind);
  if (!graph) return 0;
  const std::string printed = to_string(*graph);
  const auto again = graph::parse_graph(printed, find_kind);
  require(again && to_string(*again) == printed);
  if (!ops::verify(*graph)) return 0;
  count(*graph, {ops::Rules::Padding::window});
  count(*graph, {ops::Rules::Padding::real});
  return 0;
}
