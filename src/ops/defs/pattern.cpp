// Tensors and masks of a regular pattern: they follow from shapes alone.
#include <fmt/format.h>

#include <variant>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view iota_doc = R"(
Evenly spaced numbers: start, start + step, ...

  attrs    element; size; start, step   numbers
  output   y [size]

What a kernel does to make them is index arithmetic and is not counted.
)";
constexpr std::string_view triangle_doc = R"(
The last two axes of x below or above a diagonal, and zeros elsewhere.

  inputs   x [batch..., n, m]
  attrs    upper   1: elements with column - row >= diagonal, 0: <= diagonal; diagonal
  derive   the same triangle of dy
)";

/// An attribute that is written as an integer or as a real number.
Result<Exact> require_number(const NodeView& node, std::string_view name) {
  if (const auto* whole = graph::find_attribute<std::int64_t>(node.attributes(), name)) {
    return static_cast<Exact>(*whole);
  }
  if (const auto* real = graph::find_attribute<double>(node.attributes(), name)) return *real;
  return fail(Code::attribute_invalid, fmt::format("{} lacks a number {}", node.kind().name, name));
}

Result<TensorTypes> infer_iota(const NodeView& node) {
  const auto element = graph::find_element_type(TRY(require_text(node, "element")));
  if (!element || !(graph::is_real(*element) || graph::is_integer(*element))) {
    return fail(Code::attribute_invalid, "evenly spaced numbers are real or integers");
  }
  TRY(require_number(node, "start"));
  TRY(require_number(node, "step"));
  return TensorTypes{{*element, {TRY(require_integer(node, "size", 0, size_limit))}}};
}

template <class Scalar>
void evaluate_iota(const NodeView& node, Evaluation<Scalar>& run) {
  const Exact start = *require_number(node, "start");
  const Exact step = *require_number(node, "step");
  auto& y = run.output(0).data;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = start + step * static_cast<Exact>(i);
}

Result<TensorTypes> infer_triangle(const NodeView& node) {
  TRY(require_integer(node, "upper", 0, 1));
  TRY(require_integer(node, "diagonal", -size_limit, size_limit));
  if (node.input_shape(0).size() >= 2) return TensorTypes{node.input_type(0)};
  return fail(Code::shapes_disagree,
              fmt::format("{} has no rows and columns", to_string(node.input_shape(0))));
}

void derive_triangle(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, out.graph().emit("triangle", {dy[0]}, node.attributes()));
}

template <class Scalar>
void evaluate_triangle(const NodeView& node, Evaluation<Scalar>& run) {
  const std::int64_t diagonal = node.integer("diagonal");
  const bool is_upper = node.integer("upper") != 0;
  for_each_index(node.input_shape(0), [&](const Axes& at, std::size_t position) {
    const std::int64_t offset = at[at.size() - 1] - at[at.size() - 2];
    const bool is_kept = is_upper ? offset >= diagonal : offset <= diagonal;
    run.output(0).data[position] = is_kept ? run.input(0).data[position] : Scalar(0);
  });
}

constexpr Primitive defs[] = {
    {.kind = {.name = "iota", .inputs = 0, .doc = iota_doc},
     .cost = Cost::movement,
     .infer = infer_iota,
     .evaluate = {evaluate_iota<Exact>, evaluate_iota<Tally>}},
    {.kind = {.name = "triangle", .inputs = 1, .doc = triangle_doc},
     .cost = Cost::movement,
     .infer = infer_triangle,
     .derive = derive_triangle,
     .evaluate = {evaluate_triangle<Exact>, evaluate_triangle<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily pattern{"Patterns", defs};

}  // namespace pfsday::ops
