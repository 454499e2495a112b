// Numbers and words in the values of attributes.
//
//   parse_numbers("[0, 1]")               parse_numbers("array<i64: 0, 1>")
//   parse_numbers("dense<[[7, 0], [0, 0]]> : tensor<2x2xi64>")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::stablehlo {

using Numbers = std::vector<std::int64_t>;

/// All whole numbers and truth values, in order, whatever brackets they stand in. Errors:
/// Code::attribute_invalid.
Result<Numbers> parse_numbers(std::string_view value);

/// {0,1}
std::string in_braces(const Numbers& numbers);

/// Field NAME = [...] of #stablehlo.gather<NAME = [...], ...>; empty if it is not there.
std::string_view field_of(std::string_view value, std::string_view name);

/// RFFT of #stablehlo<fft_type RFFT>, and of RFFT.
std::string_view word_of(std::string_view value);

}  // namespace pfsday::stablehlo
