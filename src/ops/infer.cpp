#include "ops/infer.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::ops {
namespace {

std::unexpected<Error> missing(const NodeView& node, std::string_view name) {
  return fail(Code::attribute_invalid,
              fmt::format("{} lacks the attribute {}", node.kind().name, name));
}

Result<void> check_range(const NodeView& node, std::string_view name, std::int64_t value,
                         std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return {};
  return fail(Code::attribute_invalid, fmt::format("{}: {} is {}, which is not in {}..{}",
                                                   node.kind().name, name, value, low, high));
}

/// The first size that is too large; null if none is.
const std::int64_t* find_too_large(const TensorType& type) {
  for (const std::int64_t& size : type.shape) {
    if (size > size_limit) return &size;
  }
  return nullptr;
}

std::unexpected<Error> too_large(std::int64_t size) {
  return fail(Code::limit_exceeded, fmt::format("a size of {} is more than {}", size, size_limit));
}

/// Whether its inputs may be values of no known type: a sequence of open length is one.
bool takes_unknown_types(const graph::Kind& kind) {
  return primitive_of(kind).cost == Cost::uncounted || kind.name == "opaque";
}

Result<void> check_inputs(const NodeView& node) {
  const auto count = static_cast<int>(node.input_count());
  const bool fits =
      node.kind().variadic ? count >= node.kind().inputs : count == node.kind().inputs;
  if (!fits) {
    return fail(Code::graph_invalid, fmt::format("{} has {} inputs", node.kind().name, count));
  }
  if (takes_unknown_types(node.kind())) return {};
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!node.input_type(i).known()) {
      return fail(Code::graph_invalid,
                  fmt::format("input {} of {} has no known type", i, node.kind().name));
    }
    if (const auto* size = find_too_large(node.input_type(i))) return too_large(*size);
  }
  return {};
}

}  // namespace

Result<TensorTypes> infer_node(const NodeView& node) {
  TRY(check_inputs(node));
  TensorTypes outputs = TRY(primitive_of(node.kind()).infer(node));
  for (const TensorType& type : outputs) {
    if (const auto* size = find_too_large(type)) return too_large(*size);
  }
  return outputs;
}

Result<Axes> require_axes(const NodeView& node, std::string_view name, std::int64_t low,
                          std::int64_t high) {
  const Axes* axes = graph::find_attribute<Axes>(node.attributes(), name);
  if (axes == nullptr) return missing(node, name);
  for (const std::int64_t value : *axes) TRY(check_range(node, name, value, low, high));
  return *axes;
}

Result<Axes> require_sizes(const NodeView& node, std::string_view name, std::size_t size,
                           std::int64_t low, std::int64_t high) {
  Axes axes = TRY(require_axes(node, name, low, high));
  if (axes.size() == size) return axes;
  return fail(Code::attribute_invalid, fmt::format("{}: {} has {} entries instead of {}",
                                                   node.kind().name, name, axes.size(), size));
}

Result<std::int64_t> require_integer(const NodeView& node, std::string_view name, std::int64_t low,
                                     std::int64_t high) {
  const auto* value = graph::find_attribute<std::int64_t>(node.attributes(), name);
  if (value == nullptr) return missing(node, name);
  TRY(check_range(node, name, *value, low, high));
  return *value;
}

Result<std::string> require_text(const NodeView& node, std::string_view name) {
  const auto* value = graph::find_attribute<std::string>(node.attributes(), name);
  if (value == nullptr) return missing(node, name);
  return *value;
}

Result<Axes> require_distinct_axes(const NodeView& node, std::string_view name, std::int64_t rank) {
  Axes axes = TRY(require_axes(node, name, 0, rank - 1));
  Axes sorted = axes;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end()) return axes;
  return fail(Code::attribute_invalid,
              fmt::format("{}: {} names an axis twice", node.kind().name, name));
}

Result<void> require_numbers(const NodeView& node) {
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const ElementType element = node.input_type(i).element;
    if (graph::is_real(element) || graph::is_integer(element)) continue;
    return fail(Code::type_unsupported, fmt::format("{} is not defined for {}", node.kind().name,
                                                    graph::to_string(element)));
  }
  return require_same_element(node);
}

Result<void> require_same_element(const NodeView& node) {
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    const ElementType a = node.input_type(0).element;
    const ElementType b = node.input_type(i).element;
    if (a == b) continue;
    return fail(Code::type_unsupported, fmt::format("{} of {} and {}", node.kind().name,
                                                    graph::to_string(a), graph::to_string(b)));
  }
  return {};
}

}  // namespace pfsday::ops
