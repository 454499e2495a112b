// Operators nobody knows, kept with their name.
#include "ops/builder.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view uncounted_doc = R"(
An operator that cannot be counted: it makes the count a lower bound.

  inputs   any
  attrs    op   its name; reason   why it is not counted
  outputs  as many as it has; of unknown type where the file does not tell
  derive   one uncounted node, so that the gradient reaches what stands before it
)";

/// The types stand in the file or nowhere: nothing can be inferred.
Result<TensorTypes> infer_uncounted(const NodeView& node) {
  TRY(require_text(node, "op"));
  TRY(require_text(node, "reason"));
  TensorTypes types;
  for (std::size_t i = 0; i < node.output_count(); ++i) types.push_back(node.output_type(i));
  return types;
}

void derive_uncounted(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  Values inputs(dy.begin(), dy.end());
  TensorTypes types;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    inputs.push_back(node.input(i));
    if (out.needs(i)) types.push_back(node.input_type(i));
  }
  const Values adjoints =
      out.graph().uncounted(inputs, types, node.text("op") + " gradient", node.text("reason"));
  for (std::size_t i = 0, next = 0; i < node.input_count(); ++i) {
    if (out.needs(i)) out.add(i, adjoints[next++]);
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "uncounted", .inputs = 0, .variadic = true, .doc = uncounted_doc},
     .cost = Cost::uncounted,
     .infer = infer_uncounted,
     .derive = derive_uncounted},
};

}  // namespace

extern constinit const PrimitiveFamily uncounted{"Uncounted", defs};

}  // namespace pfsday::ops
