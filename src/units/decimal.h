// A decimal number as it is written, before it becomes a double or a Count.
//
//   std::string_view text = "1,200.5k";
//   const Decimal number = TRY(take_decimal(text));  // 12005 x 10^-1; text is now "k"
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "units/count.h"

namespace pfsday::units {

/// digits x 10^exponent; not negative.
struct Decimal {
  std::string digits;
  int exponent = 0;
};

/// Takes the number at the start of `text` off it: `15`, `3.8`, `.5`, `1e25`, `1,200,000` (commas
/// at every third digit) or `1_200_000`.
///   errors  Code::quantity_malformed, which shows the text
Result<Decimal> take_decimal(std::string_view& text);

/// The nearest double; an error beyond its range.
Result<double> to_double(const Decimal& number);

/// The exact integer; an error where it is none or exceeds 2^128 - 2.
Result<Count> to_count(const Decimal& number);

}  // namespace pfsday::units
