// Numbers of operations as they are written, exactly: a line of a law is a decimal number or a
// quotient of whole numbers, and 10^25 + 1 is above 10^25.
//
//   parse_exact("10^25 + 1") > parse_exact("1e25")          // a double cannot tell
//   parse_exact("1e25/3") * 3 == parse_exact("1e25")
//
// Grammar: a sum of terms, each a number (as units/decimal.h reads it) or 10^n, over an optional
// whole divisor behind the sum: `1e25`, `10^25 + 1`, `1e25/3`, `7.6e24`. Exponents are at most 100.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace pfsday::rules {

using Exact = boost::multiprecision::cpp_rational;

/// Not negative.
///   errors  Code::quantity_malformed, which shows the part that was not understood
Result<Exact> parse_exact(std::string_view text);

/// An estimate by its first 15 significant digits, so that a product of decimal factors is the
/// decimal number that a person would write: 2 x 5e24 computed in doubles is 1e25, no more. Finite,
/// not negative.
Exact to_exact(double value);

double to_double(const Exact& value);

/// As it would be written: "1e25/3", "7.6e24" is "76e23", "12000" is "12e3"; parse_exact reads it
/// back.
std::string to_text(const Exact& value);

}  // namespace pfsday::rules
