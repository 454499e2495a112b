// Amounts in run files and on the command line: a number, text with a unit, or what it lies
// between.
//
//   amount(in, "examples", measure::plain)     // 1200000, "1.2M", "1M to 1.5M"
//   amount(in, "days", measure::days)          // 5.5, "5.5 days", "132 h", "5 to 6 days"
//   amount(in, "tokens", measure::plain)       // {value = "3T +- 10%", as = "tokens"}: a variable
//   parse_amount("370k", measure::chip_hours)  // also "370k chip-hours"     -> 370000
//
// uncertainty/parse.h says what may be written.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "base/toml.h"
#include "uncertainty/parse.h"
#include "uncertainty/uncertain.h"
#include "units/quantity.h"

namespace pfsday::estimate {

using uncertainty::Uncertain;

/// What an amount measures, and the unit of a number without one, which is also the unit returned.
struct Measure {
  units::Dimension dimension = units::Dimension::number;
  double unit = 1;  ///< in base units
  /// What "prior NAME" may name; asked only where that is written. Null: nothing.
  std::span<const uncertainty::Prior> (*priors)() = nullptr;
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
Result<Uncertain> parse_amount(std::string_view text, Measure measure);

/// The amount at a key, more than zero; none if the key is absent. A table {value, as} names the
/// variable that the amount is.
Result<std::optional<Uncertain>> find_amount(TomlReader& in, std::string_view key, Measure measure);
Result<Uncertain> amount(TomlReader& in, std::string_view key, Measure measure);

/// The same where only one value will do; run_malformed for any other.
Result<std::optional<double>> find_exact_amount(TomlReader& in, std::string_view key,
                                                Measure measure);
Result<double> exact_amount(TomlReader& in, std::string_view key, Measure measure);

}  // namespace pfsday::estimate
