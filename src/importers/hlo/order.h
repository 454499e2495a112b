// Order and choice, for custom calls too.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// The k largest (or smallest) along the last axis, and where they stand.
Values pick_best(Value x, std::int64_t k, bool largest, Builder& b);

}  // namespace pfsday::hlo
