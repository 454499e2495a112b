#include "rules/exact.h"

#include <fmt/format.h>

#include "base/text.h"
#include "units/decimal.h"

namespace pfsday::rules {
namespace {

using Integer = boost::multiprecision::cpp_int;

constexpr int largest_exponent = 100;
constexpr std::size_t most_digits = 200;

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::quantity_malformed, std::move(what),
              "write 1e25, 10^25 + 1, 7.6e24 or a quotient such as 1e25/3");
}

Integer power_of_ten(int exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

Exact scaled(const Integer& digits, int exponent) {
  return exponent >= 0 ? Exact(digits * power_of_ten(exponent))
                       : Exact(digits, power_of_ten(-exponent));
}

/// A number, or 10^n.
Result<Exact> take_term(std::string_view& text) {
  const std::string_view all = text = trim(text);
  units::Decimal number = TRY(units::take_decimal(text));
  if (text.starts_with('^')) {
    text.remove_prefix(1);
    const units::Decimal power = TRY(units::take_decimal(text));
    if (number.digits != "10" || number.exponent != 0 || power.exponent != 0 ||
        power.digits.size() > 3) {
      return malformed(fmt::format("\"{}\" is not a power of ten", all));
    }
    number = {"1", std::stoi(power.digits)};
  }
  if (std::abs(number.exponent) > largest_exponent || number.digits.size() > most_digits) {
    return malformed(fmt::format("\"{}\" is beyond 10^{}", all, largest_exponent));
  }
  return scaled(Integer(number.digits), number.exponent);
}

Result<Exact> take_sum(std::string_view& text) {
  Exact sum = TRY(take_term(text));
  for (text = trim(text); text.starts_with('+'); text = trim(text)) {
    text.remove_prefix(1);
    sum += TRY(take_term(text));
  }
  return sum;
}

}  // namespace

Result<Exact> parse_exact(std::string_view text) {
  const std::string_view all = text;
  Exact value = TRY(take_sum(text));
  if (text.starts_with('/')) {
    text.remove_prefix(1);
    const Exact divisor = TRY(take_term(text));
    if (divisor == 0) return malformed(fmt::format("\"{}\" divides by zero", all));
    value /= divisor;
  }
  if (trim(text).empty()) return value;
  return malformed(fmt::format("\"{}\" is not understood in \"{}\"", trim(text), all));
}

Exact to_exact(double value) {
  const std::string written = fmt::format("{:.14e}", value);
  const std::size_t e = written.find('e');
  std::string digits = written.substr(0, e);
  std::erase(digits, '.');
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return scaled(Integer(digits.substr(first)), std::stoi(written.substr(e + 1)) - 14);
}

std::string to_text(const Exact& value) {
  std::string text = numerator(value).str();
  const std::size_t significant = text.find_last_not_of('0') + 1;
  if (const std::size_t zeros = text.size() - significant; significant > 0 && zeros >= 3) {
    text = fmt::format("{}e{}", text.substr(0, significant), zeros);
  }
  if (denominator(value) != 1) text += "/" + denominator(value).str();
  return text;
}

double to_double(const Exact& value) { return value.convert_to<double>(); }

}  // namespace pfsday::rules
