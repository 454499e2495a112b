// Writes quantities for people; the counterpart of quantity.h.
//
//   to_si(4089184256, "MAC")   -> "4.089 GMAC"
//   to_significant(1.113e19)   -> "1.113e19"
//   to_pfs_days(4.955e17)      -> "0.005735 pfs-days"
//   print_quantity({0.1, ..})  -> "0.1 FLOP", which reads back as the same value
#pragma once

#include <string>
#include <string_view>

#include "units/quantity.h"

namespace pfsday::units {

inline constexpr int usual_digits = 4;  ///< significant ones

/// Rounded: plain from 0.0001 to 999999, with an exponent beyond: "0.005735", "24500", "1.113e19".
std::string to_significant(double value, int digits = usual_digits);

/// With the prefix, k to Y, that leaves 1 to 999: "989 TFLOP/s". Smaller and larger values as
/// to_significant.
std::string to_si(double value, std::string_view unit, int digits = usual_digits);

/// operations: of 8.64e19 one is a pfs-day.
std::string to_pfs_days(double operations, int digits = usual_digits);

/// The shortest text in the base unit that parse_quantity reads back as the same quantity.
std::string print_quantity(const Quantity& quantity);

}  // namespace pfsday::units
