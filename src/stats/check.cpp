#include "stats/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace pfsday::stats {

Result<void> check_finite(std::initializer_list<std::span<const double>> lists) {
  for (const std::span<const double> list : lists) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (std::isfinite(list[i])) continue;
      return fail(Code::value_not_finite,
                  fmt::format("number {} of {} is {}", i + 1, list.size(), list[i]),
                  "leave out rows without a finite date and value");
    }
  }
  return {};
}

std::size_t count_distinct(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return static_cast<std::size_t>(std::ranges::unique(sorted).begin() - sorted.begin());
}

}  // namespace pfsday::stats
