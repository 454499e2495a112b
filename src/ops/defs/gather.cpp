// Elements picked by index, and added back to where they came from.
#include <fmt/format.h>

#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view gather_doc = R"(
Slices of x along an axis, picked by an integer tensor.

  inputs   x [outer..., size, inner...]   indices [picked...]   integer
  attrs    axis
  output   y [outer..., picked..., inner...]
  derive   dx = scatter_add(dy, indices)

Negative indices count from the end; an index outside the axis picks zeros.
)";
constexpr std::string_view scatter_add_doc = R"(
Adjoint of gather: slices are added to a zeroed tensor where the indices say.

  inputs   dy [outer..., picked..., inner...]   indices [picked...]   integer
  attrs    axis, size   of the axis in the output
  output   dx [outer..., size, inner...]
  work     one add for each element of dy
  derive   ddy = gather(g, indices)
)";

Result<void> check_indices(const NodeView& node) {
  if (graph::is_integer(node.input_type(1).element)) return {};
  return fail(Code::type_unsupported, fmt::format("indices are {} instead of integers",
                                                  to_string(node.input_type(1).element)));
}

Result<TensorTypes> infer_gather(const NodeView& node) {
  TRY(check_indices(node));
  const Shape& x = node.input_shape(0);
  const Shape& indices = node.input_shape(1);
  const auto axis = TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - 1));
  Shape shape(x.begin(), x.begin() + axis);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), x.begin() + axis + 1, x.end());
  return TensorTypes{{node.input_type(0).element, shape}};
}

Result<TensorTypes> infer_scatter_add(const NodeView& node) {
  TRY(check_indices(node));
  const Shape& dy = node.input_shape(0);
  const Shape& indices = node.input_shape(1);
  const auto picked = static_cast<std::int64_t>(indices.size());
  const auto axis = TRY(require_integer(node, "axis", 0, node.input_type(0).rank() - picked));
  const auto size = TRY(require_integer(node, "size", 0, size_limit));
  if (!std::equal(indices.begin(), indices.end(), dy.begin() + axis)) {
    return fail(Code::shapes_disagree, fmt::format("{} at axis {} does not hold the indices {}",
                                                   to_string(dy), axis, to_string(indices)));
  }
  Shape shape(dy.begin(), dy.begin() + axis);
  shape.push_back(size);
  shape.insert(shape.end(), dy.begin() + axis + picked, dy.end());
  return TensorTypes{{node.input_type(0).element, shape}};
}

Work work_of_scatter_add(const NodeView& node, const Rules&) {
  return {.add = node.input_type(0).elements()};
}

void derive_gather(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (!out.needs(0)) return;
  const std::int64_t axis = node.integer("axis");
  const std::int64_t size = node.input_shape(0)[static_cast<std::size_t>(axis)];
  out.add(
      0, out.graph().emit("scatter_add", {dy[0], node.input(1)}, {{"axis", axis}, {"size", size}}));
}

void derive_scatter_add(const NodeView& node, std::span<const Value> g, Gradients& out) {
  if (out.needs(0)) out.add(0, out.graph().gather(g[0], node.input(1), node.integer("axis")));
}

/// Calls visit(whole, part) with the offsets in the whole tensor and in the picked one. An index
/// outside the axis is passed over.
template <class Visit>
void for_each_pick(const Shape& whole, const Shape& part, std::size_t axis, std::size_t index_rank,
                   const auto& indices, Visit&& visit) {
  const Axes strides = strides_of(whole);
  const Shape index_shape(part.begin() + static_cast<std::ptrdiff_t>(axis),
                          part.begin() + static_cast<std::ptrdiff_t>(axis + index_rank));
  const Axes index_strides = strides_of(index_shape);
  for_each_index(part, [&](const Axes& at, std::size_t position) {
    const auto first = at.begin() + static_cast<std::ptrdiff_t>(axis);
    const Axes picked(first, first + static_cast<std::ptrdiff_t>(index_rank));
    Exact chosen = value_of(indices[offset_of(picked, index_strides)]);
    if (chosen < 0) chosen += static_cast<Exact>(whole[axis]);
    if (chosen < 0 || chosen >= static_cast<Exact>(whole[axis])) return;
    Axes from(at.begin(), first);
    from.push_back(static_cast<std::int64_t>(chosen));
    from.insert(from.end(), first + static_cast<std::ptrdiff_t>(index_rank), at.end());
    visit(offset_of(from, strides), position);
  });
}

template <class Scalar>
void evaluate_gather(const NodeView& node, Evaluation<Scalar>& run) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  for_each_pick(node.input_shape(0), node.output_shape(0), axis, node.input_shape(1).size(),
                run.input(1).data, [&](std::size_t whole, std::size_t part) {
                  run.output(0).data[part] = run.input(0).data[whole];
                });
}

/// What lies outside the axis is added to nothing, and counted.
template <class Scalar>
void evaluate_scatter_add(const NodeView& node, Evaluation<Scalar>& run) {
  const auto axis = static_cast<std::size_t>(node.integer("axis"));
  std::size_t outside = run.input(0).data.size();
  for_each_pick(node.output_shape(0), node.input_shape(0), axis, node.input_shape(1).size(),
                run.input(1).data, [&](std::size_t whole, std::size_t part) {
                  Scalar& sum = run.output(0).data[whole];
                  sum = add(sum, run.input(0).data[part]);
                  --outside;
                });
  for (; outside > 0; --outside) add<Scalar>(0, 0);
}

constexpr Primitive defs[] = {
    {.kind = {.name = "gather", .inputs = 2, .doc = gather_doc},
     .cost = Cost::movement,
     .infer = infer_gather,
     .derive = derive_gather,
     .evaluate = {evaluate_gather<Exact>, evaluate_gather<Tally>}},
    {.kind = {.name = "scatter_add", .inputs = 2, .doc = scatter_add_doc},
     .infer = infer_scatter_add,
     .work = work_of_scatter_add,
     .derive = derive_scatter_add,
     .evaluate = {evaluate_scatter_add<Exact>, evaluate_scatter_add<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily gather{"Gather and scatter", defs};

}  // namespace pfsday::ops
