// Rates of growth as people state them, and each in the terms of the others.
//
//   const auto growth = TRY(parse_growth("doubling every 3.43 months"));
//   (*growth)->doubling_days()     // 104.4
//   parse_growth("10x a year")  // doubles in 109.95 days
//
// A year is 365.25 days and a month a twelfth of it.
#pragma once

#include <optional>
#include <string_view>

#include "base/result.h"

namespace pfsday::trend {

inline constexpr double days_per_year = 365.25;
inline constexpr double days_per_month = days_per_year / 12;

struct Growth {
  double decades_per_year = 0;

  double factor_per_year() const;
  /// Negative where it halves; none where nothing grows.
  std::optional<double> doubling_days() const;
};

Growth growth_of_doubling(double days);
Growth growth_of_factor(double factor, double years);

/// A rate of growth: "12.6x a year", "4.5x/year", "2x in 100 days", "0.39 OOM a year", "50 % a
/// year", "doubling every 100 days", "halving in 16 months". None where the text speaks of no
/// growth. Fault quantity_malformed: it does, but cannot be read.
Result<std::optional<Growth>> parse_growth(std::string_view text);

}  // namespace pfsday::trend
