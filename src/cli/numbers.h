// Numbers that several commands take as options.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace pfsday::cli {

/// The level of an interval, a share between 0 and 1; else usage.
Result<double> parse_level(std::string_view text);

/// A whole number from least to most; else usage.
Result<std::uint64_t> parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most);

}  // namespace pfsday::cli
