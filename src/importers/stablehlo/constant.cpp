#include "importers/stablehlo/constant.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace pfsday::stablehlo {
namespace {

constexpr std::string_view unknown = "{...}";
constexpr std::size_t longest = 4096;  ///< characters of a list that is read

std::optional<std::uint64_t> hexadecimal(std::string_view word) {
  if (!word.starts_with("0x")) return std::nullopt;
  std::uint64_t bits = 0;
  const char* const last = word.data() + word.size();
  const auto [end, error] = std::from_chars(word.data() + 2, last, bits, 16);
  if (error != std::errc() || end != last) return std::nullopt;
  return bits;
}

double half(std::uint64_t bits) {
  const int exponent = static_cast<int>(bits >> 10U & 0x1fU);
  const double fraction = static_cast<double>(bits & 0x3ffU) / 1024;
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * HUGE_VAL : std::nan("");
  return sign *
         (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15));
}

/// The bits of a number, which is how infinity is written.
std::string from_bits(std::uint64_t bits, std::string_view element) {
  std::optional<double> value;
  if (element == "f32") value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  if (element == "bf16") value = std::bit_cast<float>(static_cast<std::uint32_t>(bits << 16U));
  if (element == "f64") value = std::bit_cast<double>(bits);
  if (element == "f16") value = half(bits);
  if (!value) return std::to_string(bits);
  if (std::isnan(*value)) return "nan";
  return fmt::format("{}", *value);
}

}  // namespace

Contents contents_of(std::string_view value, std::string_view element) {
  value = trim(value);
  constexpr std::string_view begin = "dense<";
  if (!value.starts_with(begin) || !value.ends_with('>')) return {std::string(unknown)};
  const std::string_view inside = trim(value.substr(begin.size(), value.size() - begin.size() - 1));
  if (inside.empty()) return {"{}"};
  const bool is_list = inside.front() == '[';
  const bool is_whole = element.starts_with('i') || element.starts_with("ui");
  const bool is_data = is_list && (!is_whole || element == "i1");
  if (inside.front() == '"' || inside.size() > longest || is_data) return {std::string(unknown)};
  if (const auto bits = hexadecimal(inside)) return {from_bits(*bits, element), true};
  std::string text(inside);
  std::ranges::replace(text, '[', '{');
  std::ranges::replace(text, ']', '}');
  return {std::move(text), !is_list};
}

}  // namespace pfsday::stablehlo
