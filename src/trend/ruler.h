// Rulers: rates of growth that trends of compute are held against, by name, each with its source.
//
//   for (const Ruler& ruler : rulers()) factor_over(ruler, 5.2);   // moore-24: 6.1 times
#pragma once

#include <span>
#include <string_view>

namespace pfsday::trend {

struct Ruler {
  std::string_view name;
  std::string_view text;  ///< what doubles (or halves) in this time
  std::string_view source;
  double doubling_months = 0;  ///< above 0
};

std::span<const Ruler> rulers();

/// None where no ruler has the name.
const Ruler* find_ruler(std::string_view name);

/// 2^(12 years / doubling months).
double factor_over(const Ruler& ruler, double years);

}  // namespace pfsday::trend
