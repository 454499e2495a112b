// Reductions and maps, by any computation.
#include "importers/hlo/reduction.h"

#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/complex.h"
#include "importers/hlo/scope.h"
#include "ops/body.h"

namespace pfsday::hlo {
namespace {

using graph::Exact;
using ops::LoopValues;

struct Reducer {
  std::string_view op;
  std::string_view primitive;
  std::string_view elementwise;
  Exact neutral;
};
constexpr Exact infinity = std::numeric_limits<Exact>::infinity();
constexpr Reducer reducers[] = {
    {"add", "reduce_sum", "add", 0},
    {"multiply", "reduce_product", "mul", 1},
    {"maximum", "reduce_max", "max", -infinity},
    {"minimum", "reduce_min", "min", infinity},
};

/// Whether combining with this value changes nothing, as far as is known: a reduction begins with
/// the neutral element of its operation, unless the text shows another one.
bool is_neutral(Value initial, const Reducer& reducer, Builder& b) {
  const Literal* known = b.known(initial);
  if (known == nullptr || known->type().elements() != Count(1)) return false;
  if (reducer.op == "maximum" || reducer.op == "minimum") return true;
  return known->at(0) == reducer.neutral;
}

Value reduce_by(const Reducer& reducer, Value x, Value initial, const Axes& axes, Builder& b) {
  const Value y = axes.empty() ? x : b.emit(reducer.primitive, {x}, {{"axes", axes}});
  return is_neutral(initial, reducer, b) ? y : b.binary(reducer.elementwise, y, initial);
}

/// [n, rest...]: the reduced axes first, as one.
Value with_reduced_first(Value x, const Axes& axes, Builder& b) {
  const Axes kept = other_axes(b.type(x).rank(), axes);
  Axes order = axes;
  order.insert(order.end(), kept.begin(), kept.end());
  Shape shape = {1};
  for (const std::int64_t axis : axes) shape[0] *= b.shape(x)[static_cast<std::size_t>(axis)];
  for (const std::int64_t axis : kept) shape.push_back(b.shape(x)[static_cast<std::size_t>(axis)]);
  return b.reshape(permuted(x, order, b), shape);
}

/// The first slice, then each of the others combined into it: the computation runs n - 1 times for
/// each element of the result.
Result<Values> fold(const Node& node, const Computation& computation, const Values& operands,
                    const Axes& axes, Builder& b) {
  LoopValues in;
  std::int64_t slices = 0;
  for (const Value x : operands) {
    const Value rows = with_reduced_first(x, axes, b);
    if (!rows) return Values{};
    slices = b.shape(rows)[0];
    if (slices == 0) return fail(Code::value_unknown, "it reduces nothing");
    in.carried.push_back(b.without_axis(b.slice_axis(rows, 0, 0, 1), 0));
    in.scanned.push_back(b.slice_axis(rows, 0, 1, slices));
  }
  if (slices == 1) return in.carried;
  const auto trip = [&](Builder& inner, const LoopValues& values) -> Result<LoopValues> {
    std::vector<Values> arguments;
    for (const Value v : values.carried) arguments.push_back({v});
    for (const Value v : values.scanned) arguments.push_back({v});
    Scope inside(node.scope().context(), inner, computation, node.scope().times());
    Values combined = TRY(inside.run_wide(arguments));
    for (std::size_t i = 0; i < combined.size(); ++i) {
      combined[i] = inner.broadcast(combined[i], inner.shape(values.carried[0]));
    }
    return LoopValues{.carried = std::move(combined)};
  };
  return TRY(ops::build_loop(b, slices - 1, in, trip)).carried;
}

/// Booleans and complex numbers have no primitive of their own.
const Reducer* find_reducer(std::string_view op, ElementType element) {
  if (element == ElementType::boolean || is_complex(element)) return nullptr;
  const auto found = std::ranges::find(reducers, op, &Reducer::op);
  return found == std::end(reducers) ? nullptr : found;
}

/// Operands, then as many initial values.
Result<Values> lower_reduce(const Node& node, Builder& b) {
  const Computation& computation = *TRY(node.computation("to_apply"));
  const std::size_t count = node.operand_count() / 2;
  Values operands;
  for (std::size_t i = 0; i < count; ++i) operands.push_back(TRY(node.operand(i)));
  if (operands.empty()) return fail(Code::input_missing, "it has no operand and initial value");
  const TensorType& type = b.type(operands[0]);
  const Axes axes = TRY(node.axes_below("dimensions", type.rank()));
  const Reducer* reducer =
      count == 1 ? find_reducer(combiner_of(computation), type.element) : nullptr;
  if (reducer != nullptr) {
    const Value initial = TRY(node.operand(1));
    return Values{reduce_by(*reducer, operands[0], initial, axes, b)};
  }
  return fold(node, computation, operands, axes, b);
}

Result<Values> lower_map(const Node& node, Builder& b) {
  const Computation& computation = *TRY(node.computation("to_apply"));
  Scope inside(node.scope().context(), b, computation, node.scope().times());
  Values values = TRY(inside.run_wide(arguments_of(node)));
  const TensorTypes types = node.result_types();
  for (std::size_t i = 0; i < values.size() && i < types.size(); ++i) {
    values[i] = b.broadcast(values[i], types[i].shape);
  }
  return values;
}

constexpr Lowering lowerings[] = {{"reduce", lower_reduce, false, true}, {"map", lower_map}};

}  // namespace

std::string_view combiner_of(const Computation& computation) {
  if (computation.parameters.size() != 2) return {};
  std::uint32_t root = computation.root;
  const auto& all = computation.instructions;
  while ((all[root].op == "tuple" || all[root].op == "copy") && all[root].operands.size() == 1) {
    root = all[root].operands[0];
  }
  if (root == computation.parameters[1]) return "second";
  const Instruction& one = all[root];
  if (one.operands.size() != 2) return {};
  const auto first = computation.parameters[0];
  const auto second = computation.parameters[1];
  const bool combines = (one.operands[0] == first && one.operands[1] == second) ||
                        (one.operands[0] == second && one.operands[1] == first);
  return combines ? one.op : std::string_view{};
}

extern constinit const LoweringFamily reduction{lowerings};

}  // namespace pfsday::hlo
