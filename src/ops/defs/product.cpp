// Products of two tensors over contracting axes.
#include <fmt/format.h>

#include <algorithm>

#include "graph/type.h"
#include "ops/builder.h"
#include "ops/evaluation.h"
#include "ops/gradients.h"
#include "ops/infer.h"

namespace pfsday::ops {
namespace {

constexpr std::string_view dot_doc = R"(
Product of two tensors over the contracting axes; batch axes are shared.

  inputs   a, b   axes named by the attributes
  attrs    batch_a, batch_b, contract_a, contract_b   axes, in pairs of equal size
  output   y [batch..., free axes of a..., free axes of b...]
  work     P mul, P add, where P = elements(y) * product of the contracted sizes
  derive   da = dot(dy, b), db = dot(dy, a), each only where it is needed

The add into the zeroed accumulator is counted, so adds equal muls.
)";

DotAxes dot_axes(const NodeView& node) {
  return {node.axes("batch_a"), node.axes("batch_b"), node.axes("contract_a"),
          node.axes("contract_b")};
}

bool contains(const Axes& axes, std::int64_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// The axes of a tensor of that rank that are in neither list, in order.
Axes free_axes(std::size_t rank, const Axes& batch, const Axes& contract) {
  Axes free;
  for (std::int64_t axis = 0; axis < static_cast<std::int64_t>(rank); ++axis) {
    if (!contains(batch, axis) && !contains(contract, axis)) free.push_back(axis);
  }
  return free;
}

Axes concat_axes(Axes a, const Axes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The sizes of those axes.
Shape sizes_of(const Shape& shape, const Axes& axes) {
  Shape sizes;
  for (const std::int64_t axis : axes) sizes.push_back(shape[static_cast<std::size_t>(axis)]);
  return sizes;
}

Result<void> check_pairs(const NodeView& node, const Axes& a, const Axes& b,
                         std::string_view what) {
  if (sizes_of(node.input_shape(0), a) == sizes_of(node.input_shape(1), b)) return {};
  return fail(Code::shapes_disagree,
              fmt::format("{} dimensions differ: a is {}, b is {}", what,
                          to_string(node.input_shape(0)), to_string(node.input_shape(1))));
}

Result<TensorTypes> infer_dot(const NodeView& node) {
  TRY(require_numbers(node));
  const auto rank_a = node.input_type(0).rank();
  const auto rank_b = node.input_type(1).rank();
  const DotAxes axes = {TRY(require_distinct_axes(node, "batch_a", rank_a)),
                        TRY(require_distinct_axes(node, "batch_b", rank_b)),
                        TRY(require_distinct_axes(node, "contract_a", rank_a)),
                        TRY(require_distinct_axes(node, "contract_b", rank_b))};
  const bool overlaps =
      std::ranges::any_of(axes.batch_a, [&](auto x) { return contains(axes.contract_a, x); }) ||
      std::ranges::any_of(axes.batch_b, [&](auto x) { return contains(axes.contract_b, x); });
  if (overlaps) return fail(Code::attribute_invalid, "an axis is both batch and contracted");
  TRY(check_pairs(node, axes.batch_a, axes.batch_b, "batch"));
  TRY(check_pairs(node, axes.contract_a, axes.contract_b, "inner"));
  const Axes free_a = free_axes(node.input_shape(0).size(), axes.batch_a, axes.contract_a);
  const Axes free_b = free_axes(node.input_shape(1).size(), axes.batch_b, axes.contract_b);
  const Shape shape = concat_axes(sizes_of(node.input_shape(0), concat_axes(axes.batch_a, free_a)),
                                  sizes_of(node.input_shape(1), free_b));
  return TensorTypes{{node.input_type(0).element, shape}};
}

Work work_of_dot(const NodeView& node, const Rules& rules) {
  const Count terms = graph::element_count(sizes_of(node.input_shape(0), node.axes("contract_a")));
  const Count sums = terms == Count(0) ? Count(0) : node.output_type(0).elements();
  return sums_of_products(sums * terms, sums, rules);
}

/// The adjoint of one operand: dy times the other operand, over the other's free axes, with the
/// axes put back in the operand's order.
Value adjoint_of_operand(Builder& b, const NodeView& node, Value dy, bool of_a) {
  const DotAxes axes = dot_axes(node);
  const Axes& batch = of_a ? axes.batch_a : axes.batch_b;
  const Axes& contract = of_a ? axes.contract_a : axes.contract_b;
  const Axes& other_batch = of_a ? axes.batch_b : axes.batch_a;
  const Axes& other_contract = of_a ? axes.contract_b : axes.contract_a;
  const std::size_t rank = node.input_shape(of_a ? 0 : 1).size();
  const Axes free = free_axes(rank, batch, contract);
  const std::size_t other_rank = node.input_shape(of_a ? 1 : 0).size();
  const Axes other_free = free_axes(other_rank, other_batch, other_contract);

  const auto batches = static_cast<std::int64_t>(batch.size());
  const std::size_t first_free = batch.size() + (of_a ? free.size() : 0);
  Axes dy_batch;
  Axes dy_contract;
  for (std::int64_t i = 0; i < batches; ++i) dy_batch.push_back(i);
  for (std::size_t i = 0; i < other_free.size(); ++i) {
    const std::size_t start = of_a ? first_free : batch.size();
    dy_contract.push_back(static_cast<std::int64_t>(start + i));
  }
  const Value product =
      b.dot(dy, node.input(of_a ? 1 : 0), {dy_batch, other_batch, dy_contract, other_free});

  // The product's axes: batch, free, then the other operand's contracted axes in its own order.
  Axes order = concat_axes(batch, free);
  for (const std::int64_t axis : free_axes(other_rank, other_batch, other_free)) {
    const auto pair = std::ranges::find(other_contract, axis) - other_contract.begin();
    order.push_back(contract[static_cast<std::size_t>(pair)]);
  }
  Axes permutation(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    permutation[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return b.transpose(product, permutation);
}

void derive_dot(const NodeView& node, std::span<const Value> dy, Gradients& out) {
  if (out.needs(0)) out.add(0, adjoint_of_operand(out.graph(), node, dy[0], true));
  if (out.needs(1)) out.add(1, adjoint_of_operand(out.graph(), node, dy[0], false));
}

/// Offsets of every index over those axes of a tensor, row by row.
std::vector<std::size_t> offsets_over(const Shape& shape, const Axes& axes) {
  const Axes strides = strides_of(shape);
  const Axes chosen = sizes_of(strides, axes);
  std::vector<std::size_t> offsets;
  for_each_index(sizes_of(shape, axes), [&](const Axes& index, std::size_t) {
    offsets.push_back(offset_of(index, chosen));
  });
  return offsets;
}

template <class Scalar>
void evaluate_dot(const NodeView& node, Evaluation<Scalar>& run) {
  const DotAxes axes = dot_axes(node);
  const Shape& shape_a = node.input_shape(0);
  const Shape& shape_b = node.input_shape(1);
  const auto batch_a = offsets_over(shape_a, axes.batch_a);
  const auto batch_b = offsets_over(shape_b, axes.batch_b);
  const auto free_a =
      offsets_over(shape_a, free_axes(shape_a.size(), axes.batch_a, axes.contract_a));
  const auto free_b =
      offsets_over(shape_b, free_axes(shape_b.size(), axes.batch_b, axes.contract_b));
  const auto inner_a = offsets_over(shape_a, axes.contract_a);
  const auto inner_b = offsets_over(shape_b, axes.contract_b);
  const auto& a = run.input(0).data;
  const auto& b = run.input(1).data;
  std::size_t position = 0;
  for (std::size_t batch = 0; batch < batch_a.size(); ++batch) {
    for (const std::size_t row : free_a) {
      for (const std::size_t column : free_b) {
        Scalar sum = 0;
        for (std::size_t k = 0; k < inner_a.size(); ++k) {
          sum = multiply_add(sum, a[batch_a[batch] + row + inner_a[k]],
                             b[batch_b[batch] + column + inner_b[k]]);
        }
        run.output(0).data[position++] = sum;
      }
    }
  }
}

constexpr Primitive defs[] = {
    {.kind = {.name = "dot", .inputs = 2, .doc = dot_doc},
     .infer = infer_dot,
     .work = work_of_dot,
     .derive = derive_dot,
     .evaluate = {evaluate_dot<Exact>, evaluate_dot<Tally>}},
};

}  // namespace

extern constinit const PrimitiveFamily product{"Products", defs};

}  // namespace pfsday::ops
