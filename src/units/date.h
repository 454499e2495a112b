// Days of the calendar.
//
//   const Date date = TRY(parse_date("2012-09-30"));
//   years_since_2020(date)   -> -7.2525..., the time axis of every fit
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pfsday::units {

struct Date {
  int days = 0;  ///< since 1970-01-01, of the Gregorian calendar
  friend constexpr auto operator<=>(Date, Date) = default;
};

/// YYYY-MM-DD, a day that exists.
///   errors  Code::date_malformed
Result<Date> parse_date(std::string_view text);

/// "2012-09-30".
std::string to_string(Date date);

/// (ordinal day - 737425) / 365.25, where the ordinal of 0001-01-01 is 1 and 737425 is 2020-01-01.
double years_since_2020(Date date);

}  // namespace pfsday::units
