#include "estimate/amount.h"

#include <string>
#include <variant>

#include "base/text.h"

namespace pfsday::estimate {
namespace {

Result<Uncertain> named_amount(const TomlTable& table, std::string_view key, Measure measure) {
  TomlReader in(table, std::string(key));
  Uncertain named = TRY(amount(in, "value", measure));
  named.name = TRY(in.text("as"));
  TRY(in.finish());
  return named;
}

}  // namespace

Result<Uncertain> parse_amount(std::string_view text, Measure measure) {
  const bool asks = measure.priors != nullptr && trim(text).starts_with("prior ");
  return uncertainty::parse_uncertain(
      text, measure.dimension, measure.unit,
      asks ? measure.priors() : std::span<const uncertainty::Prior>{});
}

Result<std::optional<Uncertain>> find_amount(TomlReader& in, std::string_view key,
                                             Measure measure) {
  const TomlValue* value = in.find(key);
  if (value == nullptr) return std::optional<Uncertain>{};
  if (const auto* text = std::get_if<std::string>(&value->data)) {
    return std::optional(TRY(at_place(value->place, parse_amount(*text, measure))));
  }
  if (const auto* table = std::get_if<TomlValue::Table>(&value->data)) {
    return std::optional(TRY(named_amount(**table, key, measure)));
  }
  const std::optional<double> number = TRY(in.find_number(key));
  if (*number <= 0) return in.malformed(key, "is not more than zero");
  return std::optional<Uncertain>(*number);
}

Result<Uncertain> amount(TomlReader& in, std::string_view key, Measure measure) {
  std::optional<Uncertain> value = TRY(find_amount(in, key, measure));
  if (!value) return in.missing(key);
  return *std::move(value);
}

Result<std::optional<double>> find_exact_amount(TomlReader& in, std::string_view key,
                                                Measure measure) {
  const std::optional<Uncertain> value = TRY(find_amount(in, key, measure));
  if (!value) return std::optional<double>{};
  if (value->is_exact()) return std::optional(value->mid());
  return in.malformed(key, "is a range, which has no meaning here", "write one value");
}

Result<double> exact_amount(TomlReader& in, std::string_view key, Measure measure) {
  const std::optional<double> value = TRY(find_exact_amount(in, key, measure));
  if (!value) return in.missing(key);
  return *value;
}

}  // namespace pfsday::estimate
