#include "report/convert.h"

#include <fmt/format.h>

#include <span>
#include <utility>

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
  static constexpr std::string_view durations[] = {"s", "min", "h", "days", "weeks", "years"};
  static constexpr std::string_view year_note[] = {"1 year = 365.25 days, 1 day = 86,400 s"};
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

}  // namespace

Result<Conversion> convert(std::string_view quantity, std::optional<std::string_view> to) {
  const units::Quantity parsed = TRY(units::parse_quantity(quantity));
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
  return conversion;
}

}  // namespace pfsday::report
