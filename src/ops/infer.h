// What the types rules of the primitives share.
#pragma once

#include "ops/primitive.h"

namespace pfsday::ops {

/// The attribute as a list of integers, each in [low, high]. Errors: Code::attribute_invalid.
Result<Axes> require_axes(const NodeView& node, std::string_view name, std::int64_t low,
                          std::int64_t high);
/// The same, with exactly `size` entries.
Result<Axes> require_sizes(const NodeView& node, std::string_view name, std::size_t size,
                           std::int64_t low, std::int64_t high);
Result<std::int64_t> require_integer(const NodeView& node, std::string_view name, std::int64_t low,
                                     std::int64_t high);
Result<std::string> require_text(const NodeView& node, std::string_view name);

/// Distinct axes of a tensor of that rank.
Result<Axes> require_distinct_axes(const NodeView& node, std::string_view name, std::int64_t rank);

/// Errors: Code::type_unsupported if an input does not hold numbers.
Result<void> require_numbers(const NodeView& node);
/// Errors: Code::type_unsupported if the inputs are not all of one element type.
Result<void> require_same_element(const NodeView& node);

/// No size, stride or offset in a graph may exceed this, so that sums of a few fit 64 bits.
constexpr std::int64_t size_limit = std::int64_t{1} << 60;

/// The types rule of the node's primitive, after the checks that every rule relies on: the number
/// of inputs, known input types, no size above size_limit. Errors: Code::graph_invalid,
/// Code::limit_exceeded, or what the rule finds.
Result<TensorTypes> infer_node(const NodeView& node);

}  // namespace pfsday::ops
