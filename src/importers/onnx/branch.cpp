// If: a branch that is known is inlined, another becomes a branch of the graph.
#include <fmt/format.h>

#include "importers/onnx/control.h"
#include "ops/body.h"

namespace pfsday::onnx {
namespace {

/// Which side is taken, where that is known.
std::optional<bool> known_side(Scope& scope, const NodeView& view, const Item& condition) {
  const auto& named = scope.context().options->branches;
  if (const auto found = named.find(scope.path_of(view)); found != named.end()) {
    scope.context().used_names.insert(found->first);
    return found->second;
  }
  const Literal* known = scope.builder().known(condition.value);
  if (known == nullptr || known->type().elements() != Count(1)) return std::nullopt;
  return known->at(0) != 0;
}

ops::BuildSide side_of(Scope& scope, Body& body) {
  return [&scope, &body](Builder& side) -> Result<Values> {
    const Nested nested(scope.context());
    TRY(nested.check());
    Scope inside(scope.context(), side, &scope);
    const Items outputs = TRY(run_body(inside, body, {}));
    const auto values = only_tensors(outputs);
    if (!values) return no_tensor();
    return *values;
  };
}

/// Adds and multiplies of a side on its own; the fault if it cannot be counted.
Result<Count> operations_of(Scope& scope, Body& body) {
  graph::Graph scratch;
  Builder side(scratch, scope.builder());
  const Nested nested(scope.context());
  TRY(nested.check());
  Scope inside(scope.context(), side, &scope);
  TRY(run_body(inside, body, {}));
  Count sum = 0;
  for (const graph::Node& node : scratch.nodes()) {
    const auto& primitive = ops::primitive_of(*node.kind);
    if (primitive.work != nullptr) {
      sum += primitive.work(graph::NodeView(scratch, node), {}).operations();
    }
  }
  return sum;
}

/// Both sides give values of other types, or one of them is impossible: the larger one is taken.
Result<Items> take_larger(Scope& scope, Body& then_body, Body& else_body) {
  const auto first = operations_of(scope, then_body);
  const auto second = operations_of(scope, else_body);
  if (!first && !second) return fail(first.error());
  const bool takes_else = !first || (second && *second > *first);
  const auto describe = [](const Result<Count>& side) {
    return side ? to_grouped(*side) + " FLOP" : "cannot be counted: " + side.error().what;
  };
  scope.builder().note_bound(
      "larger_branch",
      fmt::format("{}: {}; the other side: {}", takes_else ? "else" : "then",
                  describe(takes_else ? second : first), describe(takes_else ? first : second)));
  return inline_body(scope, takes_else ? else_body : then_body, {});
}

}  // namespace

Result<Items> lower_if(Scope& scope, const NodeView& view, const Items& inputs) {
  if (inputs.empty()) return fail(Code::input_missing, "its condition is missing");
  Body then_body = TRY(read_body(view, "then_branch"));
  Body else_body = TRY(read_body(view, "else_branch"));
  if (const auto side = known_side(scope, view, inputs[0])) {
    return inline_body(scope, *side ? then_body : else_body, {});
  }
  Builder& b = scope.builder();
  if (!inputs[0].is_tensor() || b.type(inputs[0].value).element != ElementType::boolean) {
    return take_larger(scope, then_body, else_body);
  }
  const std::size_t nodes_left = scope.context().nodes_left;
  auto outputs =
      ops::build_branch(b, inputs[0].value, side_of(scope, then_body), side_of(scope, else_body));
  if (auto fault = b.take_fault(); fault && outputs) outputs = fail(*std::move(fault));
  if (outputs) return items_of(*outputs);
  if (outputs.error().code == Code::limit_exceeded) return fail(std::move(outputs).error());
  scope.context().nodes_left = nodes_left;
  return take_larger(scope, then_body, else_body);
}

}  // namespace pfsday::onnx
