// Between which whole numbers a value is, as far as the text tells: counts of something.
#pragma once

#include "importers/hlo/scope.h"

namespace pfsday::hlo {

/// Each end where it is known; both within 2^62.
struct Range {
  std::optional<std::int64_t> low = {}, high = {};
};

/// Of the arrays that a loop starts with, laid flat: between which numbers all elements are.
Range range_of_start(const Node& loop, std::size_t array);

}  // namespace pfsday::hlo
