// Date conventions: how a day becomes a number of years, and how many months such a year has.
// Published trends differ in it; for one slope the choice of the year moves the result by less than
// 0.1 %, but months of 30 days make every doubling time 1.46 % longer than calendar ones.
//
//   const DateConvention& axis = *TRY(find_convention("decimal-year"));
//   axis.years(*units::parse_date("2012-07-01"))    // 2012 + 6/12
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "units/date.h"

namespace pfsday::trend {

struct DateConvention {
  std::string_view name;
  std::string_view text;  ///< for people
  std::string_view used_by;
  double (*years)(units::Date) = nullptr;
  double months_per_year = 12;
};

/// The first is the default: years = days / 365.25 since 2020-01-01, months = years / 12.
std::span<const DateConvention> date_conventions();

/// The first day on which the convention has these years; none more than a century from 2020.
std::optional<units::Date> date_at(const DateConvention& axis, double years);

/// Fault usage, which lists the names.
Result<const DateConvention*> find_convention(std::string_view name);

}  // namespace pfsday::trend
