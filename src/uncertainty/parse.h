// Reads amounts that may not be known exactly.
//
//   parse_uncertain("5 to 6 days", Dimension::duration, seconds_per_day)   // in days
//
//   A                exact
//   A to B           log-normal, 5 % below A and 5 % above B. A unit behind B goes for both where A
//                    has none; a lone prefix (1 to 2M) leaves that open and is refused.
//   A +- P%          log-normal with the median A; 5 % lie below A (1 - P/100) and 5 % above
//                    A / (1 - P/100), so that 90 % cover A - P % to A + P % and a little more
//                    above: log-normal, because products of such amounts are then exact and nothing
//                    is negative; with the median A, because a stated figure stays the middle; not
//                    narrower than stated on either side. "1e25 +- 50%" is right within a factor of
//                    two. The unit may stand before or behind +-. P is below 100.
//   ~A               rounded: uniform from half a unit of the last written figure below A to half a
//                    unit above it. ~1.5e3 is 1,450 to 1,550, ~1500 is 1,499.5 to 1,500.5. Without
//                    the ~ a number is exact, however few figures it has.
//   prior NAME       a distribution that the caller knows by name
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "uncertainty/uncertain.h"
#include "units/quantity.h"

namespace pfsday::uncertainty {

/// A distribution by name, in the unit that the amount is asked for.
struct Prior {
  std::string name;
  Distribution distribution;
};

/// An amount of the dimension, more than zero, as a multiple of `unit` (in base units), which a
/// number without a unit has.
///   errors  quantity_malformed (a number or unit), interval_malformed, prior_unknown
Result<Uncertain> parse_uncertain(std::string_view text, units::Dimension dimension, double unit,
                                  std::span<const Prior> priors = {});

}  // namespace pfsday::uncertainty
