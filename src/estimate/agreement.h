// How the two methods agree over several runs.
//
//   const Agreement all = agree(checks);
//   all.both, all.within_2, all.median_ratio   // 56, 47, 1.10
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "estimate/crosscheck.h"

namespace pfsday::estimate {

struct Agreement {
  std::size_t both = 0;      ///< runs with both methods
  std::size_t within_2 = 0;  ///< of those, max(ratio, 1 / ratio) at most 2
  std::size_t within_3 = 0;
  std::optional<double> median_ratio = {};  ///< hardware / counting; of an even number, the mean of
                                            ///< the two in the middle
  std::array<std::size_t, verdicts.size()> counts = {};  ///< of each verdict
};

Agreement agree(std::span<const Crosscheck* const> checks);

}  // namespace pfsday::estimate
