#include "importers/onnx/control.h"

#include <fmt/format.h>

namespace pfsday::onnx {

Result<Body> read_body(const NodeView& view, std::string_view name) {
  for (const AttributeView& attribute : view.attributes) {
    if (attribute.name != name || attribute.graphs.empty()) continue;
    return Body{.view = TRY(read_body_view(attribute.graphs.front()))};
  }
  return fail(Code::attribute_invalid, fmt::format("it has no body \"{}\"", name));
}

Result<void> Nested::check() const {
  if (context_.depth <= depth_limit) return {};
  return fail(Code::limit_exceeded,
              fmt::format("bodies and functions are nested more than {} deep", depth_limit));
}

Result<Items> run_body(Scope& inside, Body& body, const Items& inputs) {
  if (inputs.size() < body.view.inputs.size()) {
    return fail(Code::graph_invalid, fmt::format("its body takes {} inputs instead of {}",
                                                 body.view.inputs.size(), inputs.size()));
  }
  for (std::size_t i = 0; i < body.view.inputs.size(); ++i) {
    TRY(inside.define(body.view.inputs[i].name, inputs[i]));
  }
  TRY(inside.add_nodes(body));
  return inside.outputs_of(body.view);
}

Result<Items> inline_body(Scope& scope, Body& body, const Items& inputs) {
  const Nested nested(scope.context());
  TRY(nested.check());
  const std::uint32_t origin = scope.builder().origin();
  Scope inside(scope.context(), scope.builder(), &scope);
  Items outputs = TRY(run_body(inside, body, inputs));
  scope.builder().set_origin(origin);
  return outputs;
}

std::optional<Values> only_tensors(const Items& items) {
  Values values;
  for (const Item& item : items) {
    if (!item.is_tensor()) return std::nullopt;
    values.push_back(item.value);
  }
  return values;
}

Items items_of(const Values& values) {
  Items items;
  for (const Value v : values) items.push_back(Item::of(v));
  return items;
}

std::unexpected<Error> no_tensor() {
  return fail(Code::type_unsupported, "a body hands on what is no tensor");
}

LowerInScope find_control_lowering(std::string_view op) {
  if (op == "If") return lower_if;
  if (op == "Loop") return lower_loop;
  if (op == "Scan") return lower_scan;
  return op == "SequenceMap" ? lower_sequence_map : nullptr;
}

}  // namespace pfsday::onnx
