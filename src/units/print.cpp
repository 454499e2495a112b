#include "units/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "base/text.h"

namespace pfsday::units {
namespace {

/// value rounded to some significant digits, as mantissa x 10^exponent.
struct Rounded {
  double value = 0;
  std::string mantissa;  ///< "1.113"
  int exponent = 0;
};

Rounded round_to(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  const std::size_t e = text.find('e');
  return {std::strtod(text.c_str(), nullptr), text.substr(0, e), std::atoi(text.c_str() + e + 1)};
}

std::string without_last_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string_view base_unit(Dimension dimension) {
  switch (dimension) {
    case Dimension::number:
      return "";
    case Dimension::operations:
      return " FLOP";
    case Dimension::macs:
      return " MAC";
    case Dimension::rate:
      return " FLOP/s";
    case Dimension::duration:
      return " s";
    case Dimension::bytes:
      return " bytes";
    case Dimension::chip_time:
      return " chip-seconds";
  }
  std::unreachable();
}

}  // namespace

std::string to_significant(double value, int digits) {
  if (value == 0 || !std::isfinite(value)) return fmt::format("{}", value);
  const Rounded rounded = round_to(value, digits);
  if (rounded.exponent < -4 || rounded.exponent >= 6) {
    return fmt::format("{}e{}", without_last_zeros(rounded.mantissa), rounded.exponent);
  }
  const int decimals = std::max(0, digits - 1 - rounded.exponent);
  return without_last_zeros(fmt::format("{:.{}f}", rounded.value, decimals));
}

std::string to_si(double value, std::string_view unit, int digits) {
  constexpr std::string_view prefixes[] = {"", "k", "M", "G", "T", "P", "E", "Z", "Y"};
  const Rounded rounded = std::isfinite(value) ? round_to(value, digits) : Rounded{};
  auto group = static_cast<std::size_t>(std::max(0, rounded.exponent / 3));
  if (group >= std::size(prefixes)) group = 0;
  const double scaled = group > 0 ? rounded.value / std::pow(1000.0, group) : value;
  const std::string text =
      fmt::format("{} {}{}", to_significant(scaled, digits), prefixes[group], unit);
  return std::string(trim(text));
}

std::string to_pfs_days(double operations, int digits) {
  return to_significant(operations / operations_per_pfs_day, digits) + " pfs-days";
}

std::string print_quantity(const Quantity& quantity) {
  return fmt::format("{}{}", quantity.value, base_unit(quantity.dimension));
}

}  // namespace pfsday::units
