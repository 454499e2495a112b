#include "importers/onnx/held_budget.h"

#include <algorithm>

namespace pfsday::onnx {

/// A sum over as many zeros is charged to the budget if it folds, and does not fold if the budget
/// does not allow it.
bool can_hold(Count elements, Builder& b) {
  constexpr std::int64_t longest = graph::literal_bytes_limit;
  constexpr std::int64_t most = std::int64_t{1} << 24;
  if (elements > Count(most)) return false;
  for (auto left = static_cast<std::int64_t>(elements.value()); left > 0; left -= longest) {
    const std::int64_t part = std::min(left, longest);
    const Value sum = b.reduce_sum(b.full({ElementType::i8, {part}}, 0), {0});
    if (!sum || !b.graph().info(sum).literal) return false;
  }
  return true;
}

}  // namespace pfsday::onnx
