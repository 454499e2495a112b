// The rules of selection that rank systems against each other (trend/select.h): a vector of flags
// or figures for the systems at the given places. All take O(n log n).
//
//   const std::vector<bool> in = top_at_release(ranked, 10);
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "units/date.h"

namespace pfsday::trend {

/// A system as the rules see it.
struct Ranked {
  units::Date date = {};
  double compute = 0;  ///< operations, more than 0
};

/// Whether fewer than `n` systems dated on or before its date have more compute; of equal ones the
/// earlier date, then the earlier place, counts as more.
std::vector<bool> top_at_release(std::span<const Ranked> systems, std::size_t n);

/// Whether it has more compute than every system before it, by date, then place.
std::vector<bool> records(std::span<const Ranked> systems);

/// (y - mean) / population deviation, y = log10 compute, over all systems dated in [t - 364 days,
/// t + 364 days), itself included; none where the deviation is 0.
std::vector<std::optional<double>> window_scores(std::span<const Ranked> systems);

inline constexpr int score_window_days = 364;
inline constexpr double low_score = -2;
inline constexpr double large_score = 0.76;
inline constexpr units::Date large_scale_begins = {16679};  ///< 2015-09-01, not included

}  // namespace pfsday::trend
