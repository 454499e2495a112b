#include "units/decimal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace pfsday::units {
namespace {

constexpr int largest_exponent = 1'000'000;  // far beyond any double, and sums of it fit an int

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::unexpected<Error> malformed(std::string what, std::string hint = {}) {
  return fail(Code::quantity_malformed, std::move(what), std::move(hint));
}

/// Digits and separators, up to whatever comes next.
std::string_view take_run(std::string_view& text, std::string_view separators) {
  std::size_t size = 0;
  while (size < text.size() &&
         (is_digit(text[size]) || separators.find(text[size]) != std::string_view::npos))
    ++size;
  const std::string_view run = text.substr(0, size);
  text.remove_prefix(size);
  return run;
}

/// True if each comma has three digits to the next one or the end, and each _ stands between
/// digits.
bool well_grouped(std::string_view run) {
  const std::size_t first_comma = run.find(',');
  for (std::size_t i = 0; i < run.size(); ++i) {
    if (is_digit(run[i])) continue;
    if (i == 0 || i + 1 == run.size() || !is_digit(run[i - 1]) || !is_digit(run[i + 1]))
      return false;
    if (run[i] == ',' && ((run.size() - i) % 4 != 0 || first_comma > 3)) return false;
  }
  const auto commas = static_cast<std::size_t>(std::ranges::count(run, ','));
  return commas == 0 || commas == (run.size() - first_comma) / 4;
}

void append_digits(std::string& digits, std::string_view run) {
  std::ranges::copy_if(run, std::back_inserter(digits), is_digit);
}

/// The exponent at the start of `text`, 0 if there is none: the E of `3 EFLOP` is a prefix.
int take_exponent(std::string_view& text) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return 0;
  std::string_view rest = text.substr(1);
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  if (rest.empty() || !is_digit(rest[0])) return 0;
  const std::string_view run = take_run(rest, "");
  text = rest;
  int exponent = largest_exponent;
  std::from_chars(run.data(), run.data() + run.size(), exponent);  // leaves it where it is too long
  exponent = std::min(exponent, largest_exponent);
  return negative ? -exponent : exponent;
}

}  // namespace

Result<Decimal> take_decimal(std::string_view& text) {
  const std::string_view all = text;
  if (all.starts_with('-')) return malformed(fmt::format("\"{}\" is negative", all));
  const std::string_view whole = take_run(text, ",_");
  if (!well_grouped(whole)) {
    return malformed(fmt::format("\"{}\" does not group its digits in threes", whole),
                     "the decimal separator is a point: 1,200,000.5");
  }
  Decimal number;
  append_digits(number.digits, whole);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const std::string_view fraction = take_run(text, "");
    append_digits(number.digits, fraction);
    number.exponent = -static_cast<int>(fraction.size());
  }
  if (number.digits.empty())
    return malformed(fmt::format("\"{}\" does not start with a number", all));
  number.exponent += take_exponent(text);
  return number;
}

Result<double> to_double(const Decimal& number) {
  const std::string text = fmt::format("{}e{}", number.digits, number.exponent);
  double value = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{}) {
    return malformed(fmt::format("{} is beyond the range of numbers", text));
  }
  return value;
}

Result<Count> to_count(const Decimal& number) {
  const std::size_t last = number.digits.find_last_not_of('0');
  if (last == std::string::npos) return Count(0);
  const std::string_view digits = std::string_view(number.digits).substr(0, last + 1);
  const int zeros = number.exponent + static_cast<int>(number.digits.size() - digits.size());
  if (zeros < 0) {
    return malformed(fmt::format("{}e{} is not a whole number", number.digits, number.exponent));
  }
  constexpr int most_digits = 39;  // of 2^128
  Count count(0);
  for (const char c : digits) count = count * 10 + (c - '0');
  for (int i = 0; i < std::min(zeros, most_digits); ++i) count *= 10;
  if (count.overflowed()) {
    return malformed(fmt::format("{}e{} exceeds 2^128", number.digits, number.exponent));
  }
  return count;
}

}  // namespace pfsday::units
