// Amounts in run files and on the command line: a number, or text with a unit.
//
//   amount(in, "examples", measure::plain)     // 1200000, "1.2M"
//   amount(in, "days", measure::days)          // 5.5, "5.5 days", "132 h"   -> 5.5
//   parse_amount("370k", measure::chip_hours)  // also "370k chip-hours"     -> 370000
#pragma once

#include <optional>
#include <string_view>

#include "base/toml.h"
#include "units/quantity.h"

namespace pfsday::estimate {

/// What an amount measures, and the unit of a number without one, which is also the unit returned.
struct Measure {
  units::Dimension dimension = units::Dimension::number;
  double unit = 1;  ///< in base units
};

namespace measure {
inline constexpr Measure plain = {units::Dimension::number, 1};
inline constexpr Measure operations = {units::Dimension::operations, 1};
inline constexpr Measure pfs_days = {units::Dimension::operations, units::operations_per_pfs_day};
inline constexpr Measure add_multiplies = {units::Dimension::macs, 1};
inline constexpr Measure rate = {units::Dimension::rate, 1};
inline constexpr Measure days = {units::Dimension::duration, units::seconds_per_day};
inline constexpr Measure hours = {units::Dimension::duration, units::seconds_per_hour};
inline constexpr Measure chip_hours = {units::Dimension::chip_time, units::seconds_per_hour};
}  // namespace measure

/// More than zero; else quantity_malformed.
Result<double> parse_amount(std::string_view text, Measure measure);

/// The amount at a key, more than zero; none if the key is absent.
Result<std::optional<double>> find_amount(TomlReader& in, std::string_view key, Measure measure);
Result<double> amount(TomlReader& in, std::string_view key, Measure measure);

}  // namespace pfsday::estimate
