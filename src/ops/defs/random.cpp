// Random numbers.
#include <fmt/format.h>

#include "ops/evaluation.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view random_doc = R"(
Uniform random numbers in [0, 1).

  attrs    shape; element   an element type, such as "f32"
  work     one special for each element

The reference evaluation gives the same ones each time.
)";

Result<TensorTypes> infer_random(const NodeView& node) {
  const auto element = graph::find_element_type(TRY(require_text(node, "element")));
  if (!element || !graph::is_real(*element)) {
    return fail(Code::attribute_invalid, "random numbers are real");
  }
  return TensorTypes{{*element, TRY(require_axes(node, "shape", 0, size_limit))}};
}

Work work_of_random(const NodeView& node, const Rules&) {
  return {.special = node.output_type(0).elements()};
}

/// Multiples of the golden ratio: evenly spread, and the same on every run.
template <class Scalar>
void evaluate_random(const NodeView&, Evaluation<Scalar>& run) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;
  std::uint64_t state = golden;
  for (Scalar& x : run.output(0).data) {
    count_one<Scalar>(&Work::special);
    x = std::ldexp(static_cast<Exact>(state), -64);
    state += golden;
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "random", .inputs = 0, .doc = random_doc},
     .infer = infer_random,
     .work = work_of_random,
     .evaluate = {evaluate_random<Exact>, evaluate_random<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily random{"Random numbers", defs};

}  // namespace pfsday::ops
