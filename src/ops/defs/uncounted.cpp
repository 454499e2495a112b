// Operators that only their name is known of: those whose cost somebody states, and the others.
#include <limits>

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

void derive_as_uncounted(const NodeView& node, std::span<const Value> dy, Gradients& out,
                         const std::string& reason) {
  Values inputs(dy.begin(), dy.end());
  TensorTypes types;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    inputs.push_back(node.input(i));
    if (out.needs(i)) types.push_back(node.input_type(i));
  }
  const Values adjoints =
      out.graph().uncounted(inputs, types, node.text("op") + " gradient", reason);
  for (std::size_t i = 0, next = 0; i < node.input_count(); ++i) {
    if (out.needs(i)) out.add(i, adjoints[next++]);
  }
}

void derive_uncounted(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  derive_as_uncounted(node, dy, out, node.text("reason"));
}

constexpr std::string_view gradient_of_doc = R"(
The derivatives of a tensor by others. Counting replaces it by the nodes that compute them.

  inputs   y; x..., which y may depend on; at..., of the same types: the values to take for x
  attrs    wanted   how many of the x a derivative is wanted of: the first ones; the others are held
           op, reason   as of uncounted
  outputs  for each of those the derivative of the sum of y, of its type
  derive   one uncounted node

It stays, and is uncounted, where the way from x to y leads through a loop or is too long.
)";

Result<TensorTypes> infer_gradient_of(const NodeView& node) {
  TRY(require_text(node, "op"));
  TRY(require_text(node, "reason"));
  const std::size_t count = (node.input_count() - 1) / 2;
  bool fits = node.input_count() == 2 * count + 1;
  for (std::size_t i = 1; fits && i <= count; ++i) {
    fits = node.input_type(i) == node.input_type(count + i);
  }
  if (!fits) return fail(Code::shapes_disagree, "gradient_of: x and the values for it disagree");
  const auto wanted = TRY(require_integer(node, "wanted", 0, static_cast<std::int64_t>(count)));
  TensorTypes types;
  for (std::size_t i = 1; i <= static_cast<std::size_t>(wanted); ++i) {
    types.push_back(node.input_type(i));
  }
  return types;
}

constexpr std::string_view custom_doc = R"(
An operator whose cost the user states, as formulas (docs/custom-operators.md).

  inputs   any
  attrs    op        its name
           work      mul, add, div, special, compare, products
           gradient  the same six for the adjoint of each input, one after the other; may be empty
  outputs  as many as it has, of the types that the formulas give
  work     as the attribute says
  derive   for each input one custom node with the work stated for it; where none is stated for an
           input that needs it, one uncounted node
)";

constexpr std::size_t counters = 6;

Result<TensorTypes> infer_custom(const NodeView& node) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  TRY(require_text(node, "op"));
  TRY(require_sizes(node, "work", counters, 0, most));
  const Axes gradient = TRY(require_axes(node, "gradient", 0, most));
  if (gradient.size() % counters != 0) {
    return fail(Code::attribute_invalid, "custom: gradient does not hold six counters per input");
  }
  TensorTypes types;
  for (std::size_t i = 0; i < node.output_count(); ++i) types.push_back(node.output_type(i));
  return types;
}

Work work_of_custom(const NodeView& node, const Rules&) {
  const Axes& work = node.axes("work");
  return {.mul = work[0],
          .add = work[1],
          .div = work[2],
          .special = work[3],
          .compare = work[4],
          .products = work[5]};
}

void derive_custom(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  const Axes& gradient = node.axes("gradient");
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!out.needs(i) || (i + 1) * counters <= gradient.size()) continue;
    return derive_as_uncounted(node, dy, out, "the work of its gradient is not stated");
  }
  Values inputs(dy.begin(), dy.end());
  for (std::size_t i = 0; i < node.input_count(); ++i) inputs.push_back(node.input(i));
  const std::string op = node.text("op") + " gradient";
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!out.needs(i)) continue;
    const auto first = gradient.begin() + i * counters;
    const Axes work(first, first + counters);
    out.add(i, out.graph().custom(inputs, {node.input_type(i)}, op, work)[0]);
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "custom", .inputs = 0, .variadic = true, .doc = custom_doc},
     .infer = infer_custom,
     .work = work_of_custom,
     .derive = derive_custom},
    {.kind = {.name = "gradient_of", .inputs = 1, .variadic = true, .doc = gradient_of_doc},
     .cost = Cost::uncounted,
     .infer = infer_gradient_of,
     .derive = derive_uncounted},
    {.kind = {.name = "uncounted", .inputs = 0, .variadic = true, .doc = uncounted_doc},
     .cost = Cost::uncounted,
     .infer = infer_uncounted,
     .derive = derive_uncounted},
};

}  // namespace

extern constinit const PrimitiveFamily uncounted{"Custom and uncounted", defs};

}  // namespace pfsday::ops
