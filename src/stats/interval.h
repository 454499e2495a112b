// A pair of bounds, in the unit of what it bounds.
#pragma once

namespace pfsday::stats {

struct Interval {
  double low = 0;
  double high = 0;
};

}  // namespace pfsday::stats
