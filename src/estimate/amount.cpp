#include "estimate/amount.h"

#include <fmt/format.h>

namespace pfsday::estimate {

Result<double> parse_amount(std::string_view text, Measure measure) {
  const double value = TRY(units::parse_as(text, measure.dimension, measure.unit)) / measure.unit;
  if (value > 0) return value;
  return fail(Code::quantity_malformed, fmt::format("\"{}\" is not more than zero", text));
}

Result<std::optional<double>> find_amount(TomlReader& in, std::string_view key, Measure measure) {
  const TomlValue* value = in.find(key);
  if (value == nullptr) return std::optional<double>{};
  if (const auto* text = std::get_if<std::string>(&value->data)) {
    return std::optional(TRY(at_place(value->place, parse_amount(*text, measure))));
  }
  const std::optional<double> number = TRY(in.find_number(key));
  if (*number <= 0) return in.malformed(key, "is not more than zero");
  return number;
}

Result<double> amount(TomlReader& in, std::string_view key, Measure measure) {
  const std::optional<double> value = TRY(find_amount(in, key, measure));
  if (!value) return in.missing(key);
  return *value;
}

}  // namespace pfsday::estimate
