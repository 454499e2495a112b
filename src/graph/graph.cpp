#include "graph/graph.h"

#include <algorithm>

namespace pfsday::graph {

std::string_view to_string(Pass pass) {
  constexpr std::string_view names[] = {"forward",         "loss",      "data_gradient",
                                        "weight_gradient", "recompute", "optimizer"};
  static_assert(std::size(names) == pass_count);
  return names[static_cast<std::size_t>(pass)];
}

Value Graph::add_value(ValueInfo info) {
  values_.push_back(std::move(info));
  return Value{static_cast<std::uint32_t>(values_.size() - 1)};
}

Value Graph::add_input(std::string name, TensorType type) {
  const Value v =
      add_value({.type = std::move(type), .source = Source::input, .name = std::move(name)});
  inputs_.push_back(v);
  return v;
}

Value Graph::add_body_input(TensorType type, bool from_weight) {
  const Value v = add_input("", std::move(type));
  values_[v.index].from_weight = from_weight;
  return v;
}

namespace {

std::shared_ptr<const Literal> share(std::optional<Literal> literal) {
  return literal ? std::make_shared<const Literal>(*std::move(literal)) : nullptr;
}

}  // namespace

Value Graph::add_tensor(std::string name, TensorType type, std::optional<Literal> literal) {
  const bool is_stored = is_real(type.element) || is_quantized(type.element);
  const bool is_weight = is_stored && type.elements() > Count(1);
  const Value v = add_value({.type = std::move(type),
                             .source = Source::tensor,
                             .name = std::move(name),
                             .literal = share(std::move(literal)),
                             .from_weight = is_weight});
  tensors_.push_back(v);
  return v;
}

Value Graph::add_constant(Literal literal) {
  TensorType type = literal.type();
  return add_value(
      {.type = std::move(type), .source = Source::tensor, .literal = share(std::move(literal))});
}

Value Graph::append(Node node, const TensorTypes& outputs) {
  bool from_weight = false;
  for (const Value v : node.inputs) from_weight = from_weight || info(v).from_weight;
  node.first_output = Value{static_cast<std::uint32_t>(values_.size())};
  node.output_count = static_cast<std::uint32_t>(outputs.size());
  for (const TensorType& type : outputs) {
    add_value({.type = type,
               .source = Source::node,
               .node = static_cast<std::uint32_t>(nodes_.size()),
               .from_weight = from_weight});
  }
  nodes_.push_back(std::move(node));
  return nodes_.back().first_output;
}

void Graph::add_bound(Bound bound) {
  if (std::ranges::find(bounds_, bound) == bounds_.end()) bounds_.push_back(std::move(bound));
}

std::uint32_t Graph::add_origin(Origin origin) {
  origins_.push_back(std::move(origin));
  return static_cast<std::uint32_t>(origins_.size() - 1);
}

}  // namespace pfsday::graph
