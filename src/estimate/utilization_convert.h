// One kind of utilization from another. What is not known of the run widens the result, and each
// step says by how much and where its figures come from.
//
//   convert({.share = 0.4, .attention = AttentionPairs::full}, {.kind = UtilizationKind::hfu}, {});
//   // 0.40 to 0.54: recomputation is not stated, which adds nothing to 34 %
//
// Counters of busy time bound the operations from above and no more: a multiprocessor is active
// while it waits for memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/utilization.h"

namespace pfsday::estimate {

struct Utilization {
  double share = 0;
  UtilizationKind kind = UtilizationKind::mfu;
  AttentionPairs attention = AttentionPairs::unstated;
};

/// What is wanted: mfu or hfu, with the pairs it counts.
struct UtilizationTarget {
  UtilizationKind kind = UtilizationKind::mfu;
  AttentionPairs attention = AttentionPairs::unstated;  ///< unstated: as it is
};

/// What is known of the run.
struct ConversionFacts {
  /// Operations executed over those of the model: 1 without recomputation, 4/3 with all of it.
  std::optional<double> executed_over_model = {};
  /// The share of attention's products over pairs in the operations of the model, all pairs
  /// counted: 12 LHQT / (6 N + 12 LHQT).
  std::optional<double> attention_share = {};
  /// The highest clock of the chip over the one its peak assumes: busy cycles may be faster.
  double clock_over_peak = 1;
};

/// Low and middle are absent where only an upper bound is known.
struct ConvertedUtilization {
  std::optional<double> low = {};
  std::optional<double> mid = {};
  double high = 0;
  std::vector<std::string> steps = {};
};

/// Fault run_malformed where the target is no count of operations.
Result<ConvertedUtilization> convert(const Utilization& from, const UtilizationTarget& to,
                                     const ConversionFacts& facts);

}  // namespace pfsday::estimate
