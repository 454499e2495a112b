// Reads quantities as people write them; the one parser for the command line, run files and tables.
//
//   parse_quantity("370k chip-hours")           -> {1.332e9, chip_time}
//   parse_quantity("3.8 GMAC")                  -> {3.8e9, macs}
//   parse_as("1.2e6 pfs-days", operations)      -> 1.0368e26
//   parse_as("54", duration, seconds_per_day)   -> 4665600
//   parse_count("1.2M")                         -> 1200000, exactly
//
// A quantity is a number, an optional prefix and a unit; spaces between them are free.
//   prefixes  k M G T P E Z Y (K too); B or billion, million, trillion; Ki Mi Gi Ti for bytes
//   operations  FLOP, operations; MAC; pfs-days, PF-days, petaflop/s-days, FLOP/s-days, -hours
//   rates       FLOP/s, operations/s
//   durations   s, min, h, d, weeks, months (a twelfth of a year), years (of 365.25 days)
//   chip time   chip-hours and the like; GPU, TPU and device are read as chip
//   bytes       GB, GiB, bytes; a lone B after a number means billion
// FLOPS and FLOPs are refused: some read them as a count, some as a rate.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "units/count.h"

namespace pfsday::units {

inline constexpr double seconds_per_hour = 3600;
inline constexpr double seconds_per_day = 86400;
/// 1 petaflop/s-day = 1e15 operations/s x 86,400 s, exactly; the 2018 text rounds it to 1e20.
inline constexpr double operations_per_pfs_day = 8.64e19;
/// A multiply-accumulate is one multiply and one add.
inline constexpr double operations_per_mac = 2;

/// What a quantity measures; its base unit in brackets.
enum class Dimension {
  number,      ///< [1]
  operations,  ///< [operation]
  macs,        ///< [multiply-accumulate]; apart from operations, so that callers can tell
  rate,        ///< [operation/s]
  duration,    ///< [s]
  bytes,       ///< [byte]
  chip_time,   ///< [chip-second]
};

/// "a number of operations": for messages.
std::string_view describe(Dimension dimension);

struct Unit {
  Dimension dimension = Dimension::number;
  double factor = 1;  ///< base units in one of it
};

struct Quantity {
  double value = 0;  ///< in the base unit; finite, not negative
  Dimension dimension = Dimension::number;
};

/// All of `text` as a quantity.
///   errors  Code::quantity_malformed, which shows the part that was not understood
Result<Quantity> parse_quantity(std::string_view text);

/// A quantity of the given dimension, in its base unit. MACs are operations too, two each.
///   plain_unit  base units in one of a number without a unit; if absent, a unit must be written
Result<double> parse_as(std::string_view text, Dimension dimension,
                        std::optional<double> plain_unit = {});

/// A unit with its prefix: "GMAC", "pfs-days", "k chip-hours".
Result<Unit> parse_unit(std::string_view text);

/// A whole number, exactly: "4096", "1.2M", "15T", "1,200,000". No unit.
Result<Count> parse_count(std::string_view text);

}  // namespace pfsday::units
