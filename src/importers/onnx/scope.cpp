#include "importers/onnx/scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/onnx/custom.h"
#include "importers/onnx/held_tensor.h"
#include "importers/onnx/opaque.h"
#include "importers/onnx/steering.h"

namespace pfsday::onnx {
namespace {

const AttributeView* find_attribute(std::span<const AttributeView> attributes,
                                    std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &AttributeView::name);
  return found == attributes.end() ? nullptr : &*found;
}

OnnxNode::Inputs tensors_of(const Items& items) {
  OnnxNode::Inputs inputs;
  for (const Item& item : items) inputs.push_back({item.value, item.is_initializer});
  while (!inputs.empty() && !inputs.back().value) inputs.pop_back();
  return inputs;
}

std::string reason_unknown(const NodeView& view, std::int64_t opset) {
  if (view.domain.empty()) return fmt::format("no lowering in operator set {}", opset);
  return fmt::format("no lowering in domain \"{}\"", view.domain);
}

/// What only running the model would tell, or element types that nothing is known of.
bool is_uncountable(const Error& error) {
  const bool is_unknown = error.code == Code::value_unknown || error.code == Code::type_unsupported;
  return is_unknown && error.hint.empty();
}

}  // namespace

Item capture(Builder& body, const Item& outside) {
  Item inside = outside;
  if (outside.value) inside.value = body.capture(outside.value);
  for (Item& element : inside.elements) element = capture(body, element);
  return inside;
}

void append_values(const Item& item, Values& values) {
  if (item.value) values.push_back(item.value);
  for (const Item& element : item.elements) append_values(element, values);
}

std::string_view name_of(const NodeView& node) {
  if (!node.name.empty()) return node.name;
  const auto named =
      std::ranges::find_if(node.outputs, [](std::string_view name) { return !name.empty(); });
  return named == node.outputs.end() ? std::string_view{} : *named;
}

Result<void> Scope::define(std::string_view name, const Item& item) {
  if (items_.try_emplace(name, item).second) return {};
  return fail(Code::graph_invalid, fmt::format("value \"{}\" is defined twice", name));
}

const Item* Scope::find(std::string_view name) {
  if (const auto found = items_.find(name); found != items_.end()) return &found->second;
  if (outer_ == nullptr) return nullptr;
  const Item* outside = outer_->find(name);
  if (outside == nullptr || outer_->builder_ == builder_) return outside;
  return &items_.emplace(name, capture(*builder_, *outside)).first->second;
}

std::int64_t Scope::opset_of(std::string_view domain) const {
  const auto& opsets = function_ != nullptr ? function_->view->opsets : context_->model->opsets;
  for (const auto& opset : opsets) {
    if (opset.domain == domain) return opset.version;
  }
  return 1;
}

Result<void> Scope::add_initializers(const GraphView& view) {
  for (const auto& tensor : view.initializers) {
    const Value v = TRY(add_held_tensor(tensor.name, tensor, *builder_));
    TRY(define(tensor.name, Item::of(v, true)));
  }
  return {};
}

void Scope::note_declared_types(const GraphView& view) {
  for (const ValueInfoView& info : view.value_infos) declared_.emplace(info.name, &info);
  for (const ValueInfoView& info : view.outputs) declared_.emplace(info.name, &info);
}

std::uint32_t Scope::origin_of(const NodeView& view) {
  ++context_->node_count;
  return builder_->root().add_origin({std::string(view.op), path_of(view)});
}

std::string Scope::path_of(const NodeView& view) const {
  const std::string_view name = name_of(view);
  if (function_ == nullptr) return std::string(name);
  return fmt::format("{}/{}", function_->path, name);
}

Result<void> Scope::add_nodes(Body& body) {
  view_ = &body.view;
  body.origins.resize(body.view.nodes.size());
  items_.reserve(items_.size() + body.view.initializers.size() + body.view.nodes.size());
  TRY(add_initializers(body.view));
  for (std::size_t i = 0; i < body.view.nodes.size(); ++i) {
    const NodeView& node = body.view.nodes[i];
    if (body.origins[i] == 0) body.origins[i] = origin_of(node);
    builder_->set_origin(body.origins[i]);
    auto added = add_node(node);
    if (!added) return in_node(fmt::format("{} ({})", name_of(node), node.op), std::move(added));
  }
  return {};
}

Result<Items> Scope::outputs_of(const GraphView& view) {
  Items outputs;
  for (const ValueInfoView& info : view.outputs) {
    const Item* found = find(info.name);
    if (found == nullptr) {
      return fail(Code::graph_invalid,
                  fmt::format("output \"{}\" is computed by no node", info.name));
    }
    outputs.push_back(*found);
  }
  return outputs;
}

std::unexpected<Error> Scope::undefined(std::string_view name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    const bool comes_later = scope->view_ != nullptr &&
                             std::ranges::any_of(scope->view_->nodes, [&](const NodeView& node) {
                               return std::ranges::count(node.outputs, name) > 0;
                             });
    if (!comes_later) continue;
    return fail(Code::graph_invalid, fmt::format("it uses \"{}\" before that is computed", name),
                "the nodes are out of order or form a cycle");
  }
  return fail(Code::graph_invalid, fmt::format("it uses \"{}\", which nothing defines", name));
}

Result<Items> Scope::find_inputs(const NodeView& view) {
  Items inputs;
  inputs.reserve(view.inputs.size());
  for (const std::string_view name : view.inputs) {
    if (name.empty()) {
      inputs.emplace_back();
      continue;
    }
    const Item* found = find(name);
    if (found == nullptr) return undefined(name);
    inputs.push_back(*found);
  }
  return inputs;
}

NodeView Scope::with_attributes_of_call(const NodeView& view) const {
  NodeView copy = view;
  std::erase_if(copy.attributes, [&](AttributeView& attribute) {
    if (attribute.reference.empty()) return false;
    const AttributeView* given = find_attribute(function_->attributes, attribute.reference);
    if (given == nullptr) return true;
    const std::string_view name = attribute.name;
    attribute = *given;
    attribute.name = name;
    return false;
  });
  return copy;
}

Result<void> Scope::add_node(const NodeView& view) {
  if (context_->nodes_left-- == 0) {
    context_->nodes_left = 1;
    return fail(Code::limit_exceeded,
                "the functions and loops of the file unfold to too many nodes");
  }
  const Items inputs = TRY(find_inputs(view));
  const bool refers =
      function_ != nullptr &&
      std::ranges::any_of(view.attributes, [](const auto& a) { return !a.reference.empty(); });
  const Items outputs =
      refers ? TRY(lower(with_attributes_of_call(view), inputs)) : TRY(lower(view, inputs));
  for (std::size_t i = 0; i < view.outputs.size(); ++i) {
    if (view.outputs[i].empty()) continue;
    if (i >= outputs.size())
      return fail(Code::graph_invalid, fmt::format("it has no output {}", i));
    if (outputs[i].value) TRY(check_limits(builder_->type(outputs[i].value)));
    TRY(define(view.outputs[i], outputs[i]));
  }
  return {};
}

Result<Items> Scope::lower(const NodeView& view, const Items& inputs) {
  if (const FunctionView* function = find_function(*context_->model, view)) {
    return call_function(*this, *function, view, inputs);
  }
  LowerInScope lowering = nullptr;
  if (view.domain.empty()) {
    lowering = find_control_lowering(view.op);
    if (lowering == nullptr) lowering = find_sequence_lowering(view.op, inputs);
  } else if (view.domain == "ai.onnx.preview.training" && view.op == "Gradient") {
    lowering = lower_gradient;
  }
  if (lowering == nullptr) return lower_tensors(view, inputs);
  auto outputs = lowering(*this, view, inputs);
  if (auto fault = builder_->take_fault(); fault && outputs) outputs = fail(*std::move(fault));
  if (outputs || !is_uncountable(outputs.error())) return outputs;
  return keep_uncounted(view, inputs, outputs.error().what);
}

Result<Items> Scope::lower_tensors(const NodeView& view, const Items& inputs) {
  const OnnxNode node(view, opset_of(view.domain), tensors_of(inputs));
  const Lowering* lowering = find_lowering(view.domain, view.op, node.opset());
  if (lowering == nullptr) return lower_unknown(view, node, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].is_sequence()) {
      return keep_uncounted(view, inputs, fmt::format("\"{}\" is no tensor", view.inputs[i]));
    }
    if (!inputs[i].value || builder_->type(inputs[i].value).known()) continue;
    return keep_uncounted(view, inputs,
                          fmt::format("the type of \"{}\" is unknown", view.inputs[i]));
  }
  for (std::size_t i = 0; i < lowering->inputs; ++i) {
    if (!node.has_input(i)) return fail(Code::input_missing, fmt::format("input {} is missing", i));
  }
  auto outputs = lower_with(*lowering, node);
  if (!outputs && outputs.error().code == Code::value_unknown) {
    outputs = lower_as_declared(*lowering, node, view, std::move(outputs).error());
  }
  if (!outputs) {
    if (!is_uncountable(outputs.error())) return fail(std::move(outputs).error());
    return keep_uncounted(view, inputs, outputs.error().what);
  }
  Items items;
  items.reserve(outputs->size());
  for (const Value v : *outputs) items.push_back(Item::of(v));
  for (std::size_t i = 0; i < view.outputs.size(); ++i) {
    const bool is_missing = i >= items.size() || !items[i].value;
    if (is_missing && !view.outputs[i].empty()) {
      return fail(Code::graph_invalid, fmt::format("it has no output {}", i));
    }
  }
  return items;
}

Result<Values> Scope::lower_with(const Lowering& lowering, const OnnxNode& node) {
  auto outputs = lowering.lower(node, *builder_);
  if (auto fault = builder_->take_fault(); fault && outputs) return fail(*std::move(fault));
  return outputs;
}

/// What is computed from the values taken is not known: nothing may be steered by it in turn.
Result<Values> Scope::lower_as_declared(const Lowering& lowering, const OnnxNode& node,
                                        const NodeView& view, Error unknown) {
  const graph::TensorTypes declared = declared_outputs(view);
  const auto steering = assume_steering(node, declared, *builder_);
  if (!steering) return fail(std::move(unknown));
  auto outputs = lower_with(lowering, node.with_inputs(steering->inputs));
  if (!outputs) return fail(std::move(unknown));
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    Value& y = (*outputs)[i];
    const TensorType type = builder_->type(y);
    if (i < declared.size() && declared[i].known() && declared[i] != type) {
      return fail(std::move(unknown));
    }
    if (builder_->known(y) == nullptr || builder_->graph().info(y).from_weight) continue;
    y = opaque(node, steering->open, type, *builder_);
  }
  builder_->note_bound(std::string(steering->kind), steering->reason);
  return outputs;
}

Result<Items> Scope::lower_unknown(const NodeView& view, const OnnxNode& node,
                                   const Items& inputs) {
  const importers::CustomOperators* operators = context_->options->operators.get();
  const importers::CustomOperator* found =
      operators != nullptr ? operators->find(view.domain, view.op) : nullptr;
  if (found == nullptr || std::ranges::any_of(inputs, &Item::is_sequence)) {
    return keep_uncounted(view, inputs, reason_unknown(view, node.opset()));
  }
  const auto outputs = lower_custom(*found, node, *builder_);
  if (!outputs && outputs.error().code == Code::value_unknown) {
    return keep_uncounted(view, inputs, outputs.error().what);
  }
  Items items;
  for (const Value v : TRY(outputs)) items.push_back(Item::of(v));
  std::string path = path_of(view);
  if (context_->custom_nodes.insert(path).second) {
    context_->custom.push_back({std::move(path), std::string(view.op)});
  }
  return items;
}

Result<Items> Scope::keep_uncounted(const NodeView& view, const Items& inputs, std::string reason) {
  Values values;
  for (const Item& item : inputs) append_values(item, values);
  TRY(add_captured(view, values));
  Items items;
  for (const Value v : builder_->uncounted(values, declared_outputs(view), std::string(view.op),
                                           std::move(reason))) {
    items.push_back(Item::of(v));
  }
  return items;
}

/// Unknown where the file does not say.
graph::TensorTypes Scope::declared_outputs(const NodeView& view) {
  if (declared_.empty()) note_declared_types(*view_);
  graph::TensorTypes types;
  for (const std::string_view name : view.outputs) {
    const auto found = declared_.find(name);
    types.push_back(found == declared_.end() ? TensorType{}
                                             : context_->bindings->declared_type(*found->second));
  }
  return types;
}

Result<void> Scope::add_captured(const NodeView& view, Values& inputs) {
  for (const auto& attribute : view.attributes) {
    for (const auto body : attribute.graphs) {
      for (const std::string_view name : TRY(read_names_used(body))) {
        if (const Item* found = find(name)) append_values(*found, inputs);
      }
    }
  }
  std::ranges::sort(inputs);
  inputs.erase(std::ranges::unique(inputs).begin(), inputs.end());
  return {};
}

}  // namespace pfsday::onnx
