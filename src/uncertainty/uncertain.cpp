#include "uncertainty/uncertain.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "units/count.h"

namespace pfsday::uncertainty {
namespace {

/// "1.58e12".
std::string to_scientific(double value) {
  char buffer[32];
  char* const end =
      std::to_chars(std::begin(buffer), std::end(buffer) - 1, value, std::chars_format::scientific)
          .ptr;
  *end = '\0';
  const std::string_view text(buffer, end);
  const std::size_t e = text.find('e');
  return fmt::format("{}e{}", text.substr(0, e), std::atoi(&text[e + 1]));
}

}  // namespace

std::string to_text(double value) {
  if (value >= 1e-4 && value < 1e9 && value != std::floor(value)) return fmt::format("{}", value);
  std::string scientific = to_scientific(value);
  if (value >= 1e18 || value != std::floor(value)) return scientific;
  std::string grouped = units::to_grouped(units::Count(static_cast<std::uint64_t>(value)));
  return value < 1e9 || grouped.size() <= scientific.size() ? grouped : scientific;
}

std::string to_text(const Uncertain& amount) {
  if (amount.is_exact()) return to_text(amount.distribution.median);
  return fmt::format("({})", amount.text);
}

}  // namespace pfsday::uncertainty
