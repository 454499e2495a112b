// How well each figure of a fit is known: by the interval that its row states and, where it states
// none, by what the caller says of such rows.
//
//   const auto errors = TRY(errors_of(points, {.factor = 3, .by_confidence = {{"Likely", 10}}}));
//   errors.bounds[4]                        // decades about figure 4: {-0.2, 0.5}
//   standard_deviation(errors.bounds[4])    // 0.7 / (2 x 1.645)
//
// A row states an interval by a lower and an upper bound that hold its figure. Where it states one
// side only, or none, the other is the figure over or times the factor of its word of confidence,
// or of all other rows. Intervals hold the true amount in 90 % of cases, as their readers take
// them; no published table says so.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "stats/interval.h"
#include "trend/system.h"

namespace pfsday::trend {

inline constexpr double row_interval_level = 0.90;

struct ConfidenceFactor {
  std::string confidence = {};  ///< the word in the table
  double factor = 1;            ///< at least 1
};

/// Within which factor a figure without an interval of its own is known, either way.
struct KnownWithin {
  std::optional<double> factor = {};  ///< at least 1
  std::vector<ConfidenceFactor> by_confidence = {};
};

struct RowErrors {
  std::vector<stats::Interval> bounds = {};  ///< decades, low <= 0 <= high; one for each point
  std::size_t stated = 0;                    ///< rows with both sides of their own
  std::size_t half_stated = 0;
  std::size_t assumed = 0;
  std::vector<std::string> unusable = {};  ///< what is wrong with bounds that are not used
};

/// Fault usage: no system has one of the words of confidence, so that a typing error is seen.
Result<void> check_words(std::span<const System> systems, const KnownWithin& known);

/// Fault usage: a row states no interval, and `known` says nothing of it.
Result<RowErrors> errors_of(std::span<const Point> points, const KnownWithin& known);

/// Of a normal distribution with this interval at `row_interval_level`.
double standard_deviation(const stats::Interval& bounds);

}  // namespace pfsday::trend
