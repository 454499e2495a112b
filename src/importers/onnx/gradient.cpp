// Gradient of ai.onnx.preview.training: the derivatives of one tensor of the graph by others, which
// it names in its attributes. Its inputs are the values to take for those.
#include <fmt/format.h>

#include <set>

#include "importers/onnx/scope.h"

namespace pfsday::onnx {
namespace {

/// The tensor of that name. Errors: Code::type_unsupported where nothing would be differentiated.
Result<Value> named_tensor(Scope& scope, std::string_view name) {
  const Item* found = scope.find(name);
  if (found == nullptr) return scope.undefined(name);
  if (found->is_tensor() && scope.builder().type(found->value).known()) return found->value;
  return fail(Code::type_unsupported, fmt::format("\"{}\" is no tensor of a known type", name));
}

/// What is computed of a constant is folded: no path leads from it any more.
bool is_folded(const graph::ValueInfo& info) { return info.literal && !info.from_weight; }

}  // namespace

Result<Items> lower_gradient(Scope& scope, const NodeView& view, const Items& inputs) {
  Builder& b = scope.builder();
  const OnnxNode node(view, scope.opset_of(view.domain), {});
  const auto wanted = TRY(node.texts("xs"));
  std::vector<std::string_view> names = wanted;
  for (const std::string_view held : TRY(node.texts("zs"))) names.push_back(held);
  if (inputs.size() != names.size()) {
    return fail(Code::input_missing,
                fmt::format("it has {} inputs for {} tensors", inputs.size(), names.size()));
  }
  const std::string_view target = TRY(node.text("y", ""));
  Values operands = {TRY(named_tensor(scope, target))};
  std::set<Value> named;
  for (const std::string_view name : names) {
    operands.push_back(TRY(named_tensor(scope, name)));
    if (!named.insert(operands.back()).second) {
      return fail(Code::type_unsupported, fmt::format("\"{}\" stands in it twice", name));
    }
    if (!is_folded(b.graph().info(operands.back()))) continue;
    return fail(Code::type_unsupported, fmt::format("\"{}\" is a constant", name));
  }
  for (const Item& item : inputs) {
    if (!item.is_tensor()) return fail(Code::type_unsupported, "an input is no tensor");
    operands.push_back(item.value);
  }
  Items items;
  for (const Value v : b.emit_all(
           "gradient_of", operands,
           {{"wanted", static_cast<std::int64_t>(wanted.size())},
            {"op", std::string(view.op)},
            {"reason",
             fmt::format("the way to \"{}\" leads through a loop, or is too long", target)}})) {
    items.push_back(Item::of(v));
  }
  return items;
}

}  // namespace pfsday::onnx
