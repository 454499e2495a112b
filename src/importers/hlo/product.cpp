// Products: dot with any axes, and its ragged form for groups of rows.
#include "importers/hlo/product.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/complex.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {

Value unfolded(Value a, Value c, Builder& b) {
  if (!a || !c) return a;
  const graph::Graph& graph = b.graph();
  const bool is_constant = graph.info(a).literal && graph.info(c).literal;
  return is_constant ? moved({a}, b.type(a), "constant", b) : a;
}

Value dot_of(Value a, Value c, const ops::DotAxes& axes, ElementType result, Builder& b) {
  a = unfolded(a, c, b);
  const ElementType of_a = b.type(a).element;
  const ElementType of_c = b.type(c).element;
  if (of_a == of_c) return b.dot(a, c, axes);
  const ElementType common = graph::bits_of(of_a) == graph::bits_of(of_c)
                                 ? result
                                 : (graph::bits_of(of_a) > graph::bits_of(of_c) ? of_a : of_c);
  return b.dot(b.cast(a, common), b.cast(c, common), axes);
}

namespace {

/// A complex multiply-add is four multiplies and four adds.
Result<Values> complex_dot(const Node& node, const ops::DotAxes& axes, Builder& b) {
  const Value a = TRY(node.operand(0));
  const TensorType type = TRY(node.result_type());
  Count sums = type.elements();
  for (const std::int64_t axis : axes.contract_a) {
    sums *= Count(b.shape(a)[static_cast<std::size_t>(axis)]);
  }
  return stated(node.all_arrays(), {type}, node.op(), {.mul = 4, .add = 4, .products = 4}, sums, b);
}

/// With "L.1@2:4", a holds two of every four elements along its axis 1, and each that it holds is
/// multiplied; with R the other operand does.
Result<Values> sparse_dot(const Node& node, const ops::DotAxes& axes, Builder& b) {
  const std::string_view sparsity = node.text("sparsity");
  const bool is_left = sparsity.starts_with("L.");
  if ((!is_left && !sparsity.starts_with("R.")) || sparsity.find('_') != sparsity.npos) {
    return fail(Code::value_unknown, fmt::format("sparsity={} is not known", sparsity));
  }
  const Value held = TRY(node.operand(is_left ? 0 : 1));
  const TensorType type = TRY(node.result_type());
  Count sums = type.elements();
  for (const std::int64_t axis : is_left ? axes.contract_a : axes.contract_b) {
    sums *= Count(b.shape(held)[static_cast<std::size_t>(axis)]);
  }
  return stated(node.all_arrays(), {type}, node.op(), {.mul = 1, .add = 1, .products = 1}, sums, b);
}

Result<Values> lower_dot(const Node& node, Builder& b) {
  const Value a = TRY(node.operand(0));
  const Value c = TRY(node.operand(1));
  const ElementType result = TRY(node.result_element());
  ops::DotAxes axes;
  axes.batch_a = TRY(node.axes_below("lhs_batch_dims", b.type(a).rank()));
  axes.batch_b = TRY(node.axes_below("rhs_batch_dims", b.type(c).rank()));
  axes.contract_a = TRY(node.axes_below("lhs_contracting_dims", b.type(a).rank()));
  axes.contract_b = TRY(node.axes_below("rhs_contracting_dims", b.type(c).rank()));
  if (has_complex(node)) return complex_dot(node, axes, b);
  if (node.has("sparsity")) return sparse_dot(node, axes, b);
  return Values{dot_of(a, c, axes, result, b)};
}

/// Groups of rows of a, each with a matrix of its own, or groups of rows that are contracted: every
/// row takes part once, whatever the sizes of the groups are.
Result<Values> lower_ragged_dot(const Node& node, Builder& b) {
  const Value a = TRY(node.operand(0));
  const Value c = TRY(node.operand(1));
  const TensorType type = TRY(node.result_type());
  const Axes contracted = TRY(node.axes_below("lhs_contracting_dims", b.type(a).rank()));
  const Axes ragged = TRY(node.axes_below("lhs_ragged_dims", b.type(a).rank()));
  if (ragged.size() != 1) return fail(Code::value_unknown, "it has no one ragged axis");
  Count sums = type.elements();
  for (const std::int64_t axis : contracted) {
    sums *= Count(b.shape(a)[static_cast<std::size_t>(axis)]);
  }
  const bool contracts_groups =
      std::find(contracted.begin(), contracted.end(), ragged[0]) != contracted.end();
  if (contracts_groups && !type.shape.empty() && type.shape[0] > 0) {
    sums = Count(sums.value() / static_cast<units::Uint128>(type.shape[0]));
  }
  return stated({a, c}, {type}, node.op(), {.mul = 1, .add = 1, .products = 1}, sums, b);
}

constexpr Lowering lowerings[] = {{"dot", lower_dot, false, true},
                                  {"ragged-dot", lower_ragged_dot}};

}  // namespace

extern constinit const LoweringFamily product{lowerings};

}  // namespace pfsday::hlo
