#include "cli/numbers.h"

#include <fmt/format.h>

#include "units/count.h"
#include "units/quantity.h"

namespace pfsday::cli {

Result<double> parse_level(std::string_view text) {
  const auto level = units::parse_as(text, units::Dimension::number, 1);
  if (level && *level > 0 && *level < 1) return *level;
  return fail(Code::usage, fmt::format("\"{}\" is no level of an interval", text),
              "write a share between 0 and 1: --level 0.9");
}

Result<std::uint64_t> parse_whole(std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto count = units::parse_count(text);
  if (count && *count >= units::Count(least) && *count <= units::Count(most)) {
    return static_cast<std::uint64_t>(count->value());
  }
  return fail(Code::usage,
              fmt::format("\"{}\" is no whole number from {} to {}", text, least, most));
}

}  // namespace pfsday::cli
