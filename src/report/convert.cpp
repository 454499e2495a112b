#include "report/convert.h"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "trend/growth.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::report {
namespace {

using units::Dimension;
using units::Unit;

constexpr int printed_digits = 6;

/// What a dimension is shown in: the base unit first; and what one should know of these units.
struct Presentation {
  std::span<const std::string_view> units;
  std::span<const std::string_view> notes;
};

Presentation presentation_of(Dimension dimension) {
  static constexpr std::string_view operations[] = {"FLOP", "MAC", "pfs-days"};
  static constexpr std::string_view operation_notes[] = {
      "1 pfs-day = 1e15 operations/s x 86,400 s = 8.64e19 operations, exactly; the 2018 text "
      "rounds "
      "it to 1e20",
      "1 MAC = 1 multiply + 1 add = 2 operations"};
  static constexpr std::string_view rates[] = {"FLOP/s", "TFLOP/s", "PFLOP/s"};
  static constexpr std::string_view durations[] = {"s",     "min",    "h",    "days",
                                                   "weeks", "months", "years"};
  static constexpr std::string_view year_note[] = {
      "1 year = 365.25 days = 12 months, 1 day = 86,400 s"};
  static constexpr std::string_view bytes[] = {"bytes", "GB", "GiB"};
  static constexpr std::string_view byte_notes[] = {"1 GB = 1e9 bytes, 1 GiB = 2^30 bytes"};
  static constexpr std::string_view chip_times[] = {"chip-seconds", "chip-hours", "chip-days",
                                                    "chip-years"};
  switch (dimension) {
    case Dimension::number:
    case Dimension::operations:
    case Dimension::macs:
      return {operations, operation_notes};
    case Dimension::rate:
      return {rates, {}};
    case Dimension::duration:
      return {durations, year_note};
    case Dimension::bytes:
      return {bytes, byte_notes};
    case Dimension::chip_time:
      return {chip_times, year_note};
  }
  std::unreachable();
}

/// Plain numbers and MACs in operations; all else as it is.
Unit in_operations(Unit unit) {
  if (unit.dimension == Dimension::macs) unit.factor *= units::operations_per_mac;
  if (unit.dimension == Dimension::macs || unit.dimension == Dimension::number) {
    unit.dimension = Dimension::operations;
  }
  return unit;
}

std::string shown(double value) { return units::to_significant(value, printed_digits); }

/// What was written, in the base unit of its dimension.
struct Base {
  Dimension dimension = Dimension::operations;
  double value = 0;
  std::string_view unit;
};

Result<void> add_value(Conversion& conversion, const Base& base, std::string_view name) {
  const Unit unit = in_operations(TRY(units::parse_unit(name)));
  if (unit.dimension != base.dimension) {
    return fail(Code::quantity_malformed,
                fmt::format("\"{}\" is {}, but \"{}\" measures {}", conversion.quantity,
                            describe(base.dimension), name, describe(unit.dimension)));
  }
  const double value = base.value / unit.factor;
  conversion.values.push_back({value, std::string(name)});
  if (unit.factor != 1) {
    conversion.explanation.push_back(fmt::format("{} {} / {} = {} {}", shown(base.value), base.unit,
                                                 shown(unit.factor), shown(value), name));
  }
  return {};
}

constexpr std::string_view factor_unit = "x/year", decade_unit = "OOM/year";

bool is_growth_unit(std::string_view unit) { return unit == factor_unit || unit == decade_unit; }

std::vector<Converted> forms_of(const trend::Growth& growth) {
  std::vector<Converted> forms = {{growth.factor_per_year(), std::string(factor_unit)},
                                  {growth.decades_per_year, std::string(decade_unit)}};
  if (const auto days = growth.doubling_days()) {
    forms.push_back({*days, "days to double"});
    forms.push_back({*days / trend::days_per_month, "months to double"});
    forms.push_back({*days / trend::days_per_year, "years to double"});
  }
  return forms;
}

std::string explain(const trend::Growth& growth) {
  return fmt::format(
      "10^{0} = {1} a year; log10(2) / {0} x 365.25 days to double; 1 month = "
      "365.25 / 12 days",
      shown(growth.decades_per_year), shown(growth.factor_per_year()));
}

/// In all forms, or in the one that `to` names: x/year, OOM/year, days, months, years.
Result<Conversion> convert_growth(std::string_view text, const trend::Growth& growth,
                                  std::optional<std::string_view> to) {
  Conversion conversion{.quantity = std::string(text), .explanation = {explain(growth)}};
  for (Converted& form : forms_of(growth)) {
    const bool wanted = !to || form.unit == *to || form.unit == std::string(*to) + " to double";
    if (wanted) conversion.values.push_back(std::move(form));
  }
  if (!conversion.values.empty()) return conversion;
  return fail(Code::quantity_malformed,
              fmt::format("\"{}\" is a rate of growth, and \"{}\" measures none", text, *to),
              "give one of x/year, OOM/year, days, months, years");
}

}  // namespace

Result<Conversion> convert(std::string_view quantity, std::optional<std::string_view> to) {
  if (const auto growth = TRY(trend::parse_growth(quantity))) {
    return convert_growth(quantity, *growth, to);
  }
  const units::Quantity parsed = TRY(units::parse_quantity(quantity));
  const bool may_double = parsed.dimension == Dimension::duration && parsed.value > 0;
  const trend::Growth growth =
      may_double ? trend::growth_of_doubling(parsed.value / units::seconds_per_day)
                 : trend::Growth{};
  if (may_double && to && is_growth_unit(*to)) return convert_growth(quantity, growth, to);
  const Unit base_unit = in_operations({parsed.dimension, 1});
  const Presentation presentation = presentation_of(base_unit.dimension);
  const Base base{base_unit.dimension, parsed.value * base_unit.factor, presentation.units.front()};

  Conversion conversion{.quantity = std::string(quantity)};
  if (parsed.dimension == Dimension::number) {
    conversion.explanation.emplace_back("a plain number is read as operations");
  }
  for (const std::string_view note : presentation.notes) conversion.explanation.emplace_back(note);
  conversion.explanation.push_back(
      fmt::format("{} = {} {}", quantity, shown(base.value), base.unit));
  const auto wanted = to ? std::span<const std::string_view>(&*to, 1) : presentation.units;
  for (const std::string_view unit : wanted) TRY(add_value(conversion, base, unit));
  if (may_double && !to) {
    const auto forms = forms_of(growth);
    conversion.as_doubling_time = {forms[0], forms[1]};  // the times stand above
    conversion.explanation.push_back("as a doubling time: " + explain(growth));
  }
  return conversion;
}

}  // namespace pfsday::report
