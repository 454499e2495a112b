// Elements picked and put by indices that only a run gives.
#include <fmt/format.h>

#include <algorithm>

#include "importers/hlo/reduction.h"
#include "importers/hlo/scope.h"

namespace pfsday::hlo {
namespace {

/// x itself where the slice is all of it.
Result<Values> lower_dynamic_slice(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const TensorType type = TRY(node.result_type());
  if (type.shape == b.shape(x)) return Values{x};
  Axes starts;
  Axes limits;
  for (std::size_t i = 1; i < node.operand_count(); ++i) {
    const Literal* known = b.known(TRY(node.operand(i)));
    if (known == nullptr || node.operand_count() != type.shape.size() + 1) {
      return Values{moved(node.all_arrays(), type, node.op(), b)};
    }
    const std::int64_t size = type.shape[i - 1];
    const std::int64_t most = std::max<std::int64_t>(b.shape(x)[i - 1] - size, 0);
    const auto start = std::clamp<graph::Exact>(known->at(0), 0, static_cast<graph::Exact>(most));
    starts.push_back(static_cast<std::int64_t>(start));
    limits.push_back(starts.back() + size);
  }
  return Values{b.slice(x, starts, limits, Axes(starts.size(), 1))};
}

Result<Values> lower_dynamic_update_slice(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Value update = TRY(node.operand(1));
  if (b.shape(x) == b.shape(update)) return Values{update};
  return Values{moved(node.all_arrays(), b.type(x), node.op(), b)};
}

/// The common case, rows picked along one axis, is the primitive; all else is movement that only a
/// run tells.
Result<Values> lower_gather(const Node& node, Builder& b) {
  const Value x = TRY(node.operand(0));
  const Value indices = TRY(node.operand(1));
  const TensorType type = TRY(node.result_type());
  const Values other = {moved({x, indices}, type, node.op(), b)};
  const Axes mapped = TRY(node.axes_below("start_index_map", b.type(x).rank()));
  const Axes collapsed = TRY(node.axes_below("collapsed_slice_dims", b.type(x).rank()));
  const Axes sizes = TRY(node.axes("slice_sizes"));
  const Axes offset = TRY(node.axes_below("offset_dims", type.rank()));
  if (node.has("operand_batching_dims") && node.text("operand_batching_dims") != "{}") return other;
  if (mapped.size() != 1 || collapsed != mapped || sizes.size() != b.shape(x).size()) return other;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const bool is_picked = static_cast<std::int64_t>(i) == mapped[0];
    if (sizes[i] != (is_picked ? 1 : b.shape(x)[i])) return other;
  }
  Shape picked = b.shape(indices);
  const std::int64_t vector = TRY(node.integer("index_vector_dim", b.type(indices).rank()));
  if (vector < std::ssize(picked)) {
    if (vector < 0 || picked[static_cast<std::size_t>(vector)] != 1) return other;
    picked.erase(picked.begin() + static_cast<std::ptrdiff_t>(vector));
  }
  const Value rows = b.gather(x, b.reshape(indices, picked), mapped[0]);
  if (!rows) return Values{};
  // The primitive has the picked axes in place of the axis; the text has them where no offset is.
  Axes order(type.shape.size());
  const auto batch = other_axes(type.rank(), offset);
  if (batch.size() != picked.size() || b.type(rows).rank() != type.rank()) return other;
  std::int64_t next = 0;
  for (std::size_t i = 0, o = 0; i < sizes.size(); ++i) {
    if (static_cast<std::int64_t>(i) == mapped[0]) {
      for (const std::int64_t axis : batch) order[static_cast<std::size_t>(axis)] = next++;
    } else {
      order[static_cast<std::size_t>(offset[o++])] = next++;
    }
  }
  return Values{permuted(rows, order, b)};
}

/// The computation runs once for each element of the updates; putting alone is movement.
Result<Values> lower_scatter(const Node& node, Builder& b) {
  const Computation& computation = *TRY(node.computation("to_apply"));
  const std::size_t count = node.operand_count() / 2;
  if (node.operand_count() % 2 == 0 || count == 0) {
    return fail(Code::graph_invalid, "it takes operands, indices and as many updates");
  }
  Values operands;
  Values updates;
  for (std::size_t i = 0; i < count; ++i) operands.push_back(TRY(node.operand(i)));
  const Value indices = TRY(node.operand(count));
  for (std::size_t i = 0; i < count; ++i) updates.push_back(TRY(node.operand(count + 1 + i)));
  Values combined = updates;
  if (combiner_of(computation) != "second") {
    std::vector<Values> arguments;
    for (std::size_t i = 0; i < count; ++i) {
      const TensorType type = {b.type(operands[i]).element, b.shape(updates[i])};
      arguments.push_back({moved({operands[i], indices}, type, node.op(), b)});
    }
    for (const Value update : updates) arguments.push_back({update});
    Scope inside(node.scope().context(), b, computation, node.scope().times());
    combined = TRY(inside.run_wide(arguments));
  }
  Values results;
  for (std::size_t i = 0; i < count && i < combined.size(); ++i) {
    results.push_back(
        moved({operands[i], indices, combined[i]}, b.type(operands[i]), node.op(), b));
  }
  return results;
}

constexpr Lowering lowerings[] = {
    {"dynamic-slice", lower_dynamic_slice},
    {"dynamic-update-slice", lower_dynamic_update_slice},
    {"gather", lower_gather},
    {"scatter", lower_scatter, false, true},
};

}  // namespace

extern constinit const LoweringFamily indexing{lowerings};

}  // namespace pfsday::hlo
