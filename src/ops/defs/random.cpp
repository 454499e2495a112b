// Random numbers.
#include <fmt/format.h>

#include <numbers>

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

constexpr std::string_view random_normal_doc = R"(
Normal random numbers of mean 0 and variance 1.

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

/// Multiples of the golden ratio, from the first on: evenly spread in [0, 1).
Exact spread(std::size_t i) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15U;
  return std::ldexp(static_cast<Exact>(golden * (i + 1)), -64);
}

template <class Scalar>
void evaluate_random(const NodeView&, Evaluation<Scalar>& run) {
  auto& y = run.output(0).data;
  for (std::size_t i = 0; i < y.size(); ++i) {
    count_one<Scalar>(&Work::special);
    y[i] = spread(i);
  }
}

/// The transform of Box and Muller (1958) of two evenly spread numbers.
template <class Scalar>
void evaluate_random_normal(const NodeView&, Evaluation<Scalar>& run) {
  auto& y = run.output(0).data;
  for (std::size_t i = 0; i < y.size(); ++i) {
    count_one<Scalar>(&Work::special);
    const Exact radius = std::sqrt(-2 * std::log(1 - spread(2 * i)));
    y[i] = radius * std::cos(2 * std::numbers::pi_v<Exact> * spread(2 * i + 1));
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "random", .inputs = 0, .doc = random_doc},
     .infer = infer_random,
     .work = work_of_random,
     .evaluate = {evaluate_random<Exact>, evaluate_random<Tally>}},
    {.kind = {.name = "random_normal", .inputs = 0, .doc = random_normal_doc},
     .infer = infer_random,
     .work = work_of_random,
     .evaluate = {evaluate_random_normal<Exact>, evaluate_random_normal<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily random{"Random numbers", defs};

}  // namespace pfsday::ops
