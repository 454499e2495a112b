// Functions that a file defines: the nodes of a function take the place of its call.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "importers/onnx/scope.h"

namespace pfsday::onnx {
namespace {

/// How many nodes a call of each function comes to, all calls in it written out.
class Expansion {
 public:
  explicit Expansion(const ModelView& model) : model_(model) {}

  Result<graph::Count> nodes_of(const FunctionView& function) {
    if (const auto found = sizes_.find(&function); found != sizes_.end()) return found->second;
    if (std::ranges::count(active_, &function) > 0) {
      return fail(Code::graph_invalid, fmt::format("function \"{}\" calls itself", function.name));
    }
    if (active_.size() == depth_limit) {
      return fail(Code::limit_exceeded,
                  fmt::format("functions call functions more than {} levels deep", depth_limit));
    }
    active_.push_back(&function);
    const graph::Count sum = TRY(nodes_of(function.body));
    active_.pop_back();
    sizes_.emplace(&function, sum);
    return sum;
  }

  Result<graph::Count> nodes_of(const GraphView& graph) {
    graph::Count sum = 0;
    for (const NodeView& node : graph.nodes) {
      const FunctionView* called = find_function(model_, node);
      sum += called != nullptr ? TRY(nodes_of(*called)) : graph::Count(1);
    }
    return sum;
  }

 private:
  const ModelView& model_;
  std::map<const FunctionView*, graph::Count> sizes_;
  std::vector<const FunctionView*> active_;
};

/// The attributes that nodes of the function may refer to.
std::vector<AttributeView> attributes_of(const FunctionView& function, const NodeView& call) {
  std::vector<AttributeView> attributes = call.attributes;
  for (const AttributeView& attribute : function.defaults) {
    const bool is_given = std::ranges::count(attributes, attribute.name, &AttributeView::name) > 0;
    if (!is_given) attributes.push_back(attribute);
  }
  return attributes;
}

}  // namespace

const FunctionView* find_function(const ModelView& model, const NodeView& view) {
  for (const FunctionView& function : model.functions) {
    if (function.name == view.op && function.domain == view.domain) return &function;
  }
  return nullptr;
}

Result<void> check_functions(const ModelView& model, std::size_t node_limit) {
  if (model.functions.empty()) return {};
  const graph::Count nodes = TRY(Expansion(model).nodes_of(model.graph));
  if (nodes <= graph::Count(node_limit)) return {};
  return fail(Code::limit_exceeded,
              fmt::format("its functions unfold to {} nodes; at most {} are read",
                          to_grouped(nodes), to_grouped(graph::Count(node_limit))));
}

Result<Items> call_function(Scope& scope, const FunctionView& function, const NodeView& view,
                            const Items& inputs) {
  Context& context = scope.context();
  if (context.depth == depth_limit) {
    return fail(Code::limit_exceeded,
                fmt::format("bodies and functions are nested more than {} deep", depth_limit));
  }
  if (inputs.size() > function.inputs.size()) {
    return fail(Code::graph_invalid, fmt::format("function \"{}\" takes {} inputs", function.name,
                                                 function.inputs.size()));
  }
  Scope inside(context, scope.builder(), nullptr);
  const Scope::Function call{
      .view = &function, .attributes = attributes_of(function, view), .path = scope.path_of(view)};
  inside.enter_function(call);
  for (std::size_t i = 0; i < function.inputs.size(); ++i) {
    TRY(inside.define(function.inputs[i], i < inputs.size() ? inputs[i] : Item{}));
  }
  Body body{.view = function.body};
  ++context.depth;
  TRY(inside.add_nodes(body));
  --context.depth;
  Items outputs;
  for (const std::string_view name : function.outputs) {
    const Item* found = inside.find(name);
    if (found == nullptr) return inside.undefined(name);
    outputs.push_back(*found);
  }
  return outputs;
}

}  // namespace pfsday::onnx
