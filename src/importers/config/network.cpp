#include "importers/config/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace pfsday::config {
namespace {

/// "model.layers.3.mlp" as the path of a module, "/model/layers.3/mlp": what a dot parts is a
/// level, but a number belongs to what it counts.
std::string to_path(std::string_view stage, std::string_view name) {
  std::string path = stage.empty() ? "/" : fmt::format("/{}/", stage);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool is_number =
        i + 1 < name.size() && std::isdigit(static_cast<unsigned char>(name[i + 1])) != 0;
    path += name[i] == '.' && !is_number ? '/' : name[i];
  }
  return path;
}

}  // namespace

Network::Scope Network::enter(std::string_view name) {
  const std::size_t length = path_.size();
  if (!name.empty()) {
    path_ += name;
    path_ += '.';
  }
  return {*this, length};
}

Network::Scope Network::enter(std::string_view name, std::int64_t index) {
  const std::size_t length = path_.size();
  path_ += fmt::format("{}.{}.", name, index);
  return {*this, length};
}

std::string Network::full_name(std::string_view name) const {
  std::string full = path_;
  full += name;
  if (name.empty() && !full.empty()) full.pop_back();
  return full;
}

void Network::begin(std::string_view name, std::string_view op) {
  builder_.set_origin(builder_.graph().add_origin(
      {.op = std::string(op), .name = to_path(stage, full_name(name))}));
}

Value Network::weight_at_root(std::string_view name, const Shape& shape) {
  const auto [found, is_new] = weights_.try_emplace(std::string(name));
  if (is_new) {
    found->second = builder_.graph().add_tensor(found->first, {element_, shape});
    builder_.use_as_parameter(found->second);
  }
  return found->second;
}

Value Network::weight(std::string_view name, const Shape& shape) {
  return weight_at_root(full_name(name), shape);
}

Value Network::bank(std::string_view name, const Shape& shape, std::int64_t used) {
  has_banks_ = true;
  if (const bool is_new = !has_weight(full_name(name)); is_new) {
    units::Count of_one = 1;
    for (const std::int64_t size : std::span(shape).subspan(1)) of_one *= size;
    inactive_ += of_one * (shape[0] - std::min(used, shape[0]));
  }
  return weight(name, shape);
}

Value Network::buffer(std::string_view name, const Shape& shape) {
  const auto [found, is_new] = weights_.try_emplace(std::string(name));
  if (is_new) found->second = builder_.graph().add_tensor(found->first, {element_, shape});
  return found->second;
}

Value Network::input(std::string_view name, ElementType element, const Shape& shape) {
  const std::string whole = stage.empty() ? std::string(name) : fmt::format("{}.{}", stage, name);
  return builder_.graph().add_input(whole, {element, shape});
}

Value Network::linear(std::string_view name, Value x, std::int64_t width_out, bool bias) {
  if (!x) return {};
  begin(name, "Linear");
  const std::string module(name);
  Value y = project(x, weight(module + ".weight", {width_out, width(x)}));
  if (bias) y = builder_.add(y, weight(module + ".bias", {width_out}));
  return y;
}

Value Network::conv1d(std::string_view name, Value x, std::int64_t width_out) {
  if (!x) return {};
  begin(name, "Conv1D");
  const std::string module(name);
  const auto last = static_cast<std::int64_t>(shape(x).size()) - 1;
  const Value y = builder_.dot(x, weight(module + ".weight", {width(x), width_out}),
                               {.contract_a = {last}, .contract_b = {0}});
  return builder_.add(y, weight(module + ".bias", {width_out}));
}

Value Network::project(Value x, Value weight) {
  if (!x) return {};
  return builder_.dot(
      x, weight,
      {.contract_a = {static_cast<std::int64_t>(shape(x).size()) - 1}, .contract_b = {1}});
}

Value Network::embedding(std::string_view name, Value indices, std::int64_t rows,
                         std::int64_t width) {
  begin(name, "Embedding");
  return builder_.gather(weight(std::string(name) + ".weight", {rows, width}), indices, 0);
}

Value Network::add(Value a, Value b) {
  begin("", "Add");
  return builder_.add(a, b);
}

Value Network::soft_cap(Value x, double cap) {
  if (cap == 0) return x;
  return builder_.with_scalar("mul", builder_.emit("tanh", {builder_.with_scalar("div", x, cap)}),
                              cap);
}

void Network::note(std::string text) {
  if (std::ranges::find(notes_, text) == notes_.end()) notes_.push_back(std::move(text));
}

Value Network::once(std::string_view name, std::string_view variant, std::string_view op,
                    const std::function<Value()>& make) {
  const auto [found, is_new] = made_.try_emplace(fmt::format("{}/{}", name, variant));
  if (!is_new) return found->second;
  const std::uint32_t origin = builder_.origin();
  const std::string path = std::exchange(path_, {});
  begin(name, op);
  found->second = make();
  builder_.set_origin(origin);
  path_ = path;
  return found->second;
}

Value Network::positions() {
  return once(positions_name, "", "Input",
              [&] { return input(positions_name, ElementType::i64, {pass.length}); });
}

std::pair<Value, Value> Network::angles(std::string_view table, std::int64_t width) {
  constexpr std::string_view op = "RotaryEmbedding";
  const Value at = positions();
  const Value angle = once(table, fmt::format("{}", width), op, [&] {
    const Value frequencies = buffer(std::string(table) + ".inv_freq", {1, width / 2});
    const Value column = builder_.reshape(builder_.cast(at, element_), {pass.length, 1});
    return builder_.mul(column, frequencies);
  });
  const auto of_angle = [&](std::string_view function) {
    return once(table, fmt::format("{}/{}", width, function), op,
                [&] { return builder_.emit(function, {angle}); });
  };
  return {of_angle("cos"), of_angle("sin")};
}

units::Count Network::weight_count() {
  units::Count count = 0;
  for (const auto& [name, value] : weights_) {
    if (is_parameter(value)) count += builder_.type(value).elements();
  }
  return count;
}

units::Count Network::weights_beyond(const Network& other) {
  units::Count count = 0;
  for (const auto& [name, value] : weights_) {
    const bool is_new = is_parameter(value) && !other.has_weight(name);
    if (is_new) count += builder_.type(value).elements();
  }
  return count;
}

}  // namespace pfsday::config
