// Files of custom operators from any bytes: what parses can be worked out for a node or says why
// not, and what comes out are counts.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "importers/custom_operators.h"

namespace {

using namespace pfsday;

void check(const importers::CustomOperator& op, const importers::OperatorSite& site) {
  const auto figures = importers::work_out(op, site);
  if (!figures) return;
  const std::size_t counters = std::size(importers::custom_counters);
  if (figures->work.size() != counters || figures->outputs.size() != op.outputs.size()) {
    std::abort();
  }
  for (const std::int64_t count : figures->work) {
    if (count < 0) std::abort();
  }
  for (const graph::TensorType& type : figures->outputs) {
    for (const std::int64_t size : type.shape) {
      if (size < 0) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto operators = importers::parse_custom_operators(text);
  if (!operators) return 0;
  const graph::Literal contents = graph::Literal::of({graph::ElementType::i64, {2}}, {5, 7});
  const importers::OperatorSite site{
      .inputs = {graph::TensorType{graph::ElementType::f32, {6, 8, 3}},
                 {},
                 graph::TensorType{graph::ElementType::i64, {2}}},
      .attribute = [](std::string_view name) -> std::optional<std::int64_t> {
        return name == "axis" ? std::optional<std::int64_t>(-1) : std::nullopt;
      },
      .contents = [&](std::size_t) { return &contents; }};
  for (const importers::CustomOperator& op : operators->operators) check(op, site);
  return 0;
}
