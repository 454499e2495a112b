#include "trend/growth.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>
#include <string>

#include "base/text.h"
#include "units/decimal.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

constexpr double decades_per_doubling = std::numbers::ln2 / std::numbers::ln10;

/// Takes the number at the start of the text and the blanks after it.
std::optional<double> take_number(std::string_view& text) {
  const auto decimal = units::take_decimal(text);
  if (!decimal) return std::nullopt;
  text = trim(text);
  const auto number = units::to_double(*decimal);
  return number ? std::optional(*number) : std::nullopt;
}

/// True if the text began with the word, which is taken off with the blanks after it.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text = trim(text.substr(word.size()));
  return true;
}

std::optional<double> find_days(std::string_view text) {
  const auto seconds = units::parse_as(text, units::Dimension::duration);
  if (!seconds || *seconds <= 0) return std::nullopt;
  return *seconds / units::seconds_per_day;
}

/// The days of what follows "a", "per", "/", "in" or "every": "year", "2 years".
std::optional<double> find_period(std::string_view text) {
  for (const std::string_view word : {"every", "each", "in", "per", "an", "a", "/"}) {
    if (take(text, word)) break;
  }
  if (const auto days = find_days(text)) return days;
  return find_days("1 " + std::string(text));
}

std::unexpected<Error> malformed(std::string_view text) {
  return fail(Code::quantity_malformed, fmt::format("\"{}\" is no rate of growth", text),
              "write \"12.6x a year\", \"0.39 OOM a year\" or \"doubling every 100 days\"");
}

}  // namespace

double Growth::factor_per_year() const { return std::pow(10, decades_per_year); }

std::optional<double> Growth::doubling_days() const {
  if (decades_per_year == 0) return std::nullopt;
  return decades_per_doubling / decades_per_year * days_per_year;
}

Growth growth_of_doubling(double days) { return {decades_per_doubling * days_per_year / days}; }

Growth growth_of_factor(double factor, double years) { return {std::log10(factor) / years}; }

Result<std::optional<Growth>> parse_growth(std::string_view text) {
  std::string_view rest = trim(text);
  const bool doubling = take(rest, "doubling") || take(rest, "doubles");
  if (doubling || take(rest, "halving") || take(rest, "halves")) {
    const auto days = find_period(rest);
    if (!days) return malformed(text);
    return growth_of_doubling(doubling ? *days : -*days);
  }
  const auto number = take_number(rest);
  if (!number) return std::nullopt;
  const bool factor = take(rest, "x") || take(rest, "×"), decades = !factor && take(rest, "OOM");
  const bool percent = !factor && !decades && take(rest, "%");
  if (!factor && !decades && !percent) return std::nullopt;
  const auto days = find_period(rest);
  if (!days || (factor && *number <= 0)) return malformed(text);
  const double years = *days / days_per_year;
  if (decades) return Growth{*number / years};
  return growth_of_factor(factor ? *number : 1 + *number / 100, years);
}

}  // namespace pfsday::trend
