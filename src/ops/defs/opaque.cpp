// What happens to texts and maps: nothing that is arithmetic, whatever characters it looks at.
#include <fmt/format.h>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view opaque_doc = R"(
Texts or entries of maps that are joined, split, looked up, read as numbers or written as texts; and
what is moved in a way that only the run of a model tells.

  inputs   any
  attrs    op        what the front end calls it
           element   of the output, such as "text"
           shape     of the output
  derive   none

Texts have no arithmetic. The evaluation does not know them: each element is 0. The builder folds
none of it, so that no such 0 steers a shape.
)";

Result<TensorTypes> infer_opaque(const NodeView& node) {
  TRY(require_text(node, "op"));
  const auto element = graph::find_element_type(TRY(require_text(node, "element")));
  if (!element) return fail(Code::attribute_invalid, "opaque: there is no such element type");
  return TensorTypes{{*element, TRY(require_axes(node, "shape", 0, size_limit))}};
}

template <class Scalar>
void evaluate_opaque(const NodeView&, Evaluation<Scalar>&) {}

constexpr Primitive defs[] = {
    {.kind = {.name = "opaque", .inputs = 1, .variadic = true, .doc = opaque_doc},
     .cost = Cost::movement,
     .infer = infer_opaque,
     .evaluate = {evaluate_opaque<Exact>, evaluate_opaque<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily opaque{"Texts and maps", defs};

}  // namespace pfsday::ops
