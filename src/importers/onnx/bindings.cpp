#include "importers/onnx/bindings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace pfsday::onnx {

using graph::Shape;
using graph::TensorType;
using graph::to_string;

std::optional<std::int64_t> Bindings::find_size(const DimensionView& dimension) const {
  if (dimension.size || dimension.name.empty()) return dimension.size;
  return size_named(dimension.name);
}

/// A name that is bound, or a sum of such names as exporters write it: "past + seq".
std::optional<std::int64_t> Bindings::size_named(std::string_view name) const {
  if (const auto found = options_->dimensions.find(name); found != options_->dimensions.end()) {
    return found->second;
  }
  if (const auto found = from_shapes_.find(name); found != from_shapes_.end()) {
    return found->second;
  }
  if (name.find('+') == std::string_view::npos) return size_with_past(name);
  std::int64_t sum = 0;
  for (const std::string_view part : split(name, '+')) {
    const auto size = size_named(trim(part));
    if (!size) return std::nullopt;
    sum += *size;
  }
  return sum;
}

/// What --past says of dimensions that are named after the cache, and of those that hold the cache
/// and the new tokens.
std::optional<std::int64_t> Bindings::size_with_past(std::string_view name) const {
  if (!options_->past) return std::nullopt;
  if (name.find("past") != std::string_view::npos) return options_->past;
  if (!name.starts_with("total")) return std::nullopt;
  for (const std::string_view fresh : {"sequence_length", "sequence", "seq_len", "seq"}) {
    const auto found = options_->dimensions.find(fresh);
    if (found != options_->dimensions.end()) return *options_->past + found->second;
  }
  return std::nullopt;
}

void Bindings::note_used(std::string_view name) {
  for (const std::string_view part : split(name, '+')) {
    const std::string_view one = trim(part);
    if (options_->dimensions.contains(one)) {
      used_.emplace(one);
    } else if (size_with_past(one)) {
      used_.emplace("past");
    }
  }
}

Result<Shape> Bindings::check_whole_shape(const ValueInfoView& info, const Shape& given) {
  if (!info.has_shape) return given;
  if (info.dimensions.size() != given.size()) {
    return fail(Code::binding_malformed,
                fmt::format("input \"{}\" has {} dimensions, its binding {} has {}", info.name,
                            info.dimensions.size(), to_string(given), given.size()));
  }
  for (std::size_t axis = 0; axis < given.size(); ++axis) {
    const DimensionView& dimension = info.dimensions[axis];
    const auto size = find_size(dimension);
    if (size && *size != given[axis]) {
      return fail(Code::binding_malformed,
                  fmt::format("input \"{}\" has size {} along dimension {}, its binding says {}",
                              info.name, *size, axis, given[axis]));
    }
    if (!dimension.name.empty()) from_shapes_.emplace(dimension.name, given[axis]);
  }
  return given;
}

/// A whole shape that could be given: open sizes are 1.
std::string Bindings::shape_hint(const ValueInfoView& info) const {
  if (!info.has_shape) return fmt::format("pass its shape, as in --bind {}=1x3x224x224", info.name);
  std::string sizes;
  for (const DimensionView& dimension : info.dimensions) {
    sizes += fmt::format("{}{}", sizes.empty() ? "" : "x", find_size(dimension).value_or(1));
  }
  return fmt::format("pass --bind {}={}", info.name, sizes);
}

std::unexpected<Error> Bindings::unbound(const ValueInfoView& info, std::size_t axis,
                                         std::span<const ValueInfoView> all) const {
  const std::string_view name = info.dimensions[axis].name;
  if (name.empty()) {
    return fail(Code::dimension_unbound,
                fmt::format("input \"{}\" has no size for its dimension {}", info.name, axis),
                shape_hint(info));
  }
  std::set<std::string_view> listed;
  std::string hint = "pass";
  for (const ValueInfoView& input : all) {
    for (const DimensionView& dimension : input.dimensions) {
      if (find_size(dimension) || dimension.name.empty()) continue;
      if (!listed.insert(dimension.name).second) continue;
      const bool is_batch = dimension.name == "N" || dimension.name.starts_with("batch");
      hint += fmt::format(" --bind {}={}", dimension.name, is_batch ? 1 : 128);
    }
  }
  return fail(Code::dimension_unbound,
              fmt::format("input \"{}\" has no size for dimension \"{}\"", info.name, name), hint);
}

Result<TensorType> Bindings::type_of_input(const ValueInfoView& info,
                                           std::span<const ValueInfoView> all) {
  if (info.kind == ValueInfoView::Kind::other) return TensorType{};
  if (info.kind == ValueInfoView::Kind::map) return TensorType{info.element, {1}};
  if (const auto found = options_->inputs.find(info.name); found != options_->inputs.end()) {
    used_.insert(found->first);
    return TensorType{info.element, TRY(check_whole_shape(info, found->second))};
  }
  if (!info.has_shape) {
    return fail(Code::dimension_unbound, fmt::format("input \"{}\" has no shape", info.name),
                shape_hint(info));
  }
  TensorType type{info.element, {}};
  for (std::size_t axis = 0; axis < info.dimensions.size(); ++axis) {
    const DimensionView& dimension = info.dimensions[axis];
    const auto size = find_size(dimension);
    if (!size) return unbound(info, axis, all);
    if (*size < 0) {
      return fail(Code::binding_malformed,
                  fmt::format("dimension \"{}\" is bound to {}", dimension.name, *size));
    }
    note_used(dimension.name);
    type.shape.push_back(*size);
  }
  return type;
}

Result<std::vector<std::string>> Bindings::open_names(std::span<const ValueInfoView> inputs) {
  for (const ValueInfoView& info : inputs) {
    if (options_->inputs.contains(info.name)) TRY(type_of_input(info, inputs));
  }
  std::vector<std::string> names;
  for (const ValueInfoView& info : inputs) {
    if (options_->inputs.contains(info.name)) continue;
    for (const DimensionView& dimension : info.dimensions) {
      if (find_size(dimension) || dimension.name.empty()) continue;
      if (std::ranges::count(names, dimension.name) == 0) names.emplace_back(dimension.name);
    }
  }
  return names;
}

TensorType Bindings::declared_type(const ValueInfoView& info) const {
  if (info.kind != ValueInfoView::Kind::tensor || !info.has_shape) return {};
  TensorType type{info.element, {}};
  for (const DimensionView& dimension : info.dimensions) {
    const auto size = find_size(dimension);
    if (!size || *size < 0) return {};
    type.shape.push_back(*size);
  }
  return type;
}

std::optional<std::int64_t> Bindings::length_of_sequence(std::string_view name) {
  const auto found = options_->dimensions.find(name);
  if (found == options_->dimensions.end()) return std::nullopt;
  used_.emplace(name);
  return found->second;
}

std::optional<std::int64_t> Bindings::value_of_input(std::string_view name,
                                                     const TensorType& type) {
  if (type.elements() != graph::Count(1) || !graph::can_be_literal(type)) return std::nullopt;
  const auto found = options_->dimensions.find(name);
  if (found == options_->dimensions.end()) return std::nullopt;
  used_.emplace(name);
  return found->second;
}

}  // namespace pfsday::onnx
