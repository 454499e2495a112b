// Sorting, by any comparison, and the best k.
#include "importers/hlo/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "graph/liveness.h"
#include "importers/hlo/scope.h"
#include "ops/primitive.h"

namespace pfsday::hlo {

Values pick_best(Value x, std::int64_t k, bool largest, Builder& b) {
  if (!x) return {};
  const std::int64_t axis = b.type(x).rank() - 1;
  return b.emit_all("top_k", {x},
                    {{"axis", axis},
                     {"k", k},
                     {"largest", std::int64_t{largest ? 1 : 0}},
                     {"last", std::int64_t{0}}});
}

namespace {

/// Comparisons that sort n elements by binary insertion, at most: bits(1) + ... + bits(n - 1).
Count comparisons_of(std::int64_t n) {
  Count sum = 0;
  for (std::int64_t first = 1; first < n; first *= 2) {  // numbers of equally many bits
    const std::int64_t last = std::min(2 * first, n);
    sum += Count(last - first) * Count(std::bit_width(static_cast<std::uint64_t>(first)));
  }
  return sum;
}

/// What the comparison of two elements costs: lowered to a graph of its own.
Result<ops::Work> work_of_comparison(const Node& node, const Computation& computation, Builder& b) {
  graph::Graph scratch;
  Builder trial(scratch, b);
  std::vector<Values> arguments;
  for (const std::uint32_t i : computation.parameters) {
    const Type& type = *computation.instructions[i].type;
    if (type.kind != Type::Kind::array) return fail(Code::value_unknown, "it compares tuples");
    arguments.push_back({scratch.add_body_input(type.array, false)});
  }
  Scope inside(node.scope().context(), trial, computation, node.scope().times());
  scratch.set_outputs(TRY(inside.run_wide(arguments)));
  const std::vector<bool> is_live = graph::find_live_nodes(scratch);
  ops::Work work;
  for (std::size_t i = 0; i < scratch.nodes().size(); ++i) {
    const graph::Node& one = scratch.nodes()[i];
    const auto rule = ops::primitive_of(*one.kind).work;
    if (is_live[i] && rule != nullptr) work += rule(graph::NodeView(scratch, one), {});
  }
  return work;
}

/// Operands that are sorted together, by a comparison of two elements of each.
Result<Values> lower_sort(const Node& node, Builder& b) {
  const Computation& computation = *TRY(node.computation("to_apply"));
  const TensorTypes types = node.result_types();
  if (types.empty()) return fail(Code::input_missing, "it has no operand");
  const Axes axes = TRY(node.axes_below("dimensions", types[0].rank()));
  if (axes.size() != 1) return fail(Code::attribute_invalid, "it names no one dimension");
  const std::int64_t size = types[0].shape[static_cast<std::size_t>(axes[0])];
  if (size == 0) return node.all_arrays();
  const ops::Work work = TRY(work_of_comparison(node, computation, b));
  const Count rows = Count(types[0].elements().value() / static_cast<units::Uint128>(size));
  const auto each = [](Count count) { return static_cast<std::int64_t>(count.value()); };
  if (size > 1 && node.scope().context().is_first(node.instruction())) {
    b.note_bound("upper_bound", fmt::format("{} comparisons sort {} elements at most",
                                            units::to_grouped(comparisons_of(size)), size));
  }
  return stated(node.all_arrays(), types, node.op(),
                {.mul = each(work.mul),
                 .add = each(work.add),
                 .div = each(work.div),
                 .special = each(work.special),
                 .compare = each(work.compare)},
                rows * comparisons_of(size), b);
}

Result<Values> lower_top_k(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const std::int64_t k = TRY(node.integer("k", 1));
  const bool is_largest = TRY(node.flag("largest", true));
  return pick_best(x, k, is_largest, b);
}

constexpr Lowering lowerings[] = {{"sort", lower_sort}, {"topk", lower_top_k}};

}  // namespace

extern constinit const LoweringFamily order{lowerings};

}  // namespace pfsday::hlo
