// What every fit asks of its numbers before it starts.
//
//   TRY(check_finite({x, y}));
#pragma once

#include <initializer_list>
#include <span>

#include "base/result.h"

namespace pfsday::stats {

/// Fault value_not_finite: a number is infinite or not a number; says which of its list it is.
Result<void> check_finite(std::initializer_list<std::span<const double>> lists);

std::size_t count_distinct(std::span<const double> values);

}  // namespace pfsday::stats
