#include "estimate/agreement.h"

#include <algorithm>
#include <vector>

namespace pfsday::estimate {
namespace {

std::optional<double> median_of(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

Agreement agree(std::span<const Crosscheck* const> checks) {
  Agreement result;
  std::vector<double> ratios;
  for (const Crosscheck* check : checks) {
    ++result.counts[static_cast<std::size_t>(check->verdict)];
    if (!check->ratio) continue;
    const double ratio = check->ratio->mid;
    const double gap = std::max(ratio, 1 / ratio);
    result.within_2 += gap <= 2 ? 1 : 0;
    result.within_3 += gap <= 3 ? 1 : 0;
    ratios.push_back(ratio);
  }
  result.both = ratios.size();
  result.median_ratio = median_of(std::move(ratios));
  return result;
}

}  // namespace pfsday::estimate
