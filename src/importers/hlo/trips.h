// How often a `while` runs, as far as its text tells.
//
// The condition is read as comparisons joined by `and`; each side of one as a carried value plus a
// number, through copies, conversions, additions and calls. What a trip does to a carried value is
// read from the body in the same way. Where an initial value and a step are known, so is the trip
// that ends the loop.
#pragma once

#include "importers/hlo/scope.h"

namespace pfsday::hlo {

struct Trips {
  std::int64_t count = 0;
  /// Something else may end the loop before: what is counted is the most.
  bool is_bound = false;
};

/// Of a `while` with these initial values. Errors: Code::trip_count_unknown, attribute_invalid.
Result<Trips> find_trips(const Node& loop, const Values& initial, Builder& b);

}  // namespace pfsday::hlo
