#include "units/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/text.h"
#include "units/decimal.h"

namespace pfsday::units {
namespace {

/// The power of ten keeps "1.2M" exact; binary prefixes are of bytes only.
struct Prefix {
  std::string_view text;
  int power_of_ten = 0;
  double binary = 0;  ///< 0 for decimal prefixes
};

constexpr Prefix prefixes[] = {
    {"", 0},        {"Ki", 0, 0x1p10}, {"Mi", 0, 0x1p20}, {"Gi", 0, 0x1p30}, {"Ti", 0, 0x1p40},
    {"million", 6}, {"billion", 9},    {"trillion", 12},  {"k", 3},          {"K", 3},
    {"M", 6},       {"B", 9},          {"G", 9},          {"T", 12},         {"P", 15},
    {"E", 18},      {"Z", 21},         {"Y", 24},
};

struct NamedUnit {
  std::string_view text;
  Unit unit;
};

constexpr double seconds_per_year = 365.25 * seconds_per_day;

constexpr NamedUnit durations[] = {
    {"s", {Dimension::duration, 1}},
    {"second", {Dimension::duration, 1}},
    {"min", {Dimension::duration, 60}},
    {"minute", {Dimension::duration, 60}},
    {"h", {Dimension::duration, seconds_per_hour}},
    {"hour", {Dimension::duration, seconds_per_hour}},
    {"d", {Dimension::duration, seconds_per_day}},
    {"day", {Dimension::duration, seconds_per_day}},
    {"week", {Dimension::duration, 7 * seconds_per_day}},
    {"month", {Dimension::duration, 365.25 / 12 * seconds_per_day}},
    {"year", {Dimension::duration, seconds_per_year}},
};

constexpr NamedUnit other_units[] = {
    {"FLOP", {Dimension::operations, 1}},
    {"flop", {Dimension::operations, 1}},
    {"operation", {Dimension::operations, 1}},
    {"MAC", {Dimension::macs, 1}},
    {"mac", {Dimension::macs, 1}},
    {"multiply-add", {Dimension::macs, 1}},
    {"pfs-day", {Dimension::operations, operations_per_pfs_day}},
    {"PF-day", {Dimension::operations, operations_per_pfs_day}},
    {"petaflop/s-day", {Dimension::operations, operations_per_pfs_day}},
    {"FLOP/s-day", {Dimension::operations, seconds_per_day}},
    {"FLOP/s-hour", {Dimension::operations, seconds_per_hour}},
    {"FLOP/s", {Dimension::rate, 1}},
    {"flop/s", {Dimension::rate, 1}},
    {"operation/s", {Dimension::rate, 1}},
    {"operations/s", {Dimension::rate, 1}},
    {"byte", {Dimension::bytes, 1}},
};

/// A name of several letters may be in the plural, but FLOPs would be a count or a rate.
bool is_name(std::string_view text, std::string_view name) {
  if (text == name) return true;
  const bool has_plural =
      name.size() > 1 && name != "FLOP" && name != "flop" && !name.ends_with("/s");
  return has_plural && text.ends_with('s') && text.substr(0, text.size() - 1) == name;
}

std::optional<Unit> find_named(std::span<const NamedUnit> table, std::string_view text) {
  const auto found =
      std::ranges::find_if(table, [&](const NamedUnit& row) { return is_name(text, row.text); });
  return found != table.end() ? std::optional(found->unit) : std::nullopt;
}

/// A unit without prefix, its words joined by hyphens.
std::optional<Unit> find_bare_unit(std::string_view text) {
  for (const std::string_view chip : {"chip-", "GPU-", "gpu-", "TPU-", "tpu-", "device-"}) {
    if (!text.starts_with(chip)) continue;
    const auto time = find_named(durations, text.substr(chip.size()));
    return time ? std::optional(Unit{Dimension::chip_time, time->factor}) : std::nullopt;
  }
  if (const auto time = find_named(durations, text)) return time;
  return find_named(other_units, text);
}

struct PrefixedUnit {
  Prefix prefix;
  Unit unit;
};

/// `name` is what follows the prefix. B is bytes only after an SI or binary prefix: "300B" is
/// billions.
std::optional<Unit> find_unit_after(const Prefix& prefix, std::string_view name) {
  if (name.empty()) return prefix.binary == 0 ? std::optional(Unit{}) : std::nullopt;
  if (name == "B") {
    const bool lone = prefix.text.empty() || prefix.text == "B" || prefix.text.size() > 2;
    return lone ? std::nullopt : std::optional(Unit{Dimension::bytes, 1});
  }
  const auto unit = find_bare_unit(name);
  const bool of_bytes = unit && unit->dimension == Dimension::bytes;
  return prefix.binary == 0 || of_bytes ? unit : std::nullopt;
}

std::optional<PrefixedUnit> find_unit(std::string_view text) {
  std::string joined(trim(text));
  std::ranges::replace(joined, ' ', '-');
  for (const Prefix& prefix : prefixes) {
    std::string_view name = joined;
    if (!name.starts_with(prefix.text)) continue;
    name.remove_prefix(prefix.text.size());
    if (!prefix.text.empty() && name.starts_with('-')) name.remove_prefix(1);
    if (const auto unit = find_unit_after(prefix, name)) return PrefixedUnit{prefix, *unit};
  }
  return std::nullopt;
}

std::unexpected<Error> unknown_unit(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  const bool ambiguous = lower.ends_with("flops") || lower.ends_with("ops");
  return fail(Code::quantity_malformed,
              fmt::format("\"{}\" is {}", text,
                          ambiguous ? "a count to some, a rate to others" : "no unit"),
              ambiguous ? "write FLOP for a count, FLOP/s for a rate"
                        : "units are FLOP, MAC, pfs-days, FLOP/s, s, h, days, chip-hours, bytes, "
                          "after k M G T P E Z Y");
}

struct Parsed {
  Decimal number;  ///< with the power of ten of the prefix
  double factor = 1;
  Dimension dimension = Dimension::number;
};

Result<Parsed> parse(std::string_view text) {
  text = trim(text);
  if (text.empty()) return fail(Code::quantity_malformed, "the quantity is empty");
  Parsed parsed{.number = TRY(take_decimal(text))};
  text = trim(text);
  const auto found = find_unit(text);
  if (!found) return unknown_unit(text);
  parsed.number.exponent += found->prefix.power_of_ten;
  parsed.factor = found->unit.factor * (found->prefix.binary != 0 ? found->prefix.binary : 1);
  parsed.dimension = found->unit.dimension;
  return parsed;
}

}  // namespace

std::string_view describe(Dimension dimension) {
  switch (dimension) {
    case Dimension::number:
      return "a plain number";
    case Dimension::operations:
      return "a number of operations";
    case Dimension::macs:
      return "a number of multiply-accumulates";
    case Dimension::rate:
      return "a rate of operations";
    case Dimension::duration:
      return "a duration";
    case Dimension::bytes:
      return "a number of bytes";
    case Dimension::chip_time:
      return "a chip time";
  }
  std::unreachable();
}

Result<Quantity> parse_quantity(std::string_view text) {
  const Parsed parsed = TRY(parse(text));
  const double value = TRY(to_double(parsed.number)) * parsed.factor;
  if (!std::isfinite(value)) {
    return fail(Code::quantity_malformed,
                fmt::format("\"{}\" is beyond the range of numbers", text));
  }
  return Quantity{value, parsed.dimension};
}

Result<double> parse_as(std::string_view text, Dimension dimension,
                        std::optional<double> plain_unit) {
  const Quantity quantity = TRY(parse_quantity(text));
  if (quantity.dimension == dimension) return quantity.value;
  if (quantity.dimension == Dimension::macs && dimension == Dimension::operations) {
    return quantity.value * operations_per_mac;
  }
  if (quantity.dimension == Dimension::number && plain_unit) return quantity.value * *plain_unit;
  return fail(Code::quantity_malformed,
              fmt::format("\"{}\" is {}, but {} is expected", text, describe(quantity.dimension),
                          describe(dimension)));
}

Result<Unit> parse_unit(std::string_view text) {
  const auto found = find_unit(text);
  if (!found || trim(text).empty()) return unknown_unit(text);
  const double prefix = TRY(to_double({"1", found->prefix.power_of_ten}));
  const double binary = found->prefix.binary != 0 ? found->prefix.binary : 1;
  return Unit{found->unit.dimension, found->unit.factor * prefix * binary};
}

Result<Count> parse_count(std::string_view text) {
  const Parsed parsed = TRY(parse(text));
  if (parsed.dimension != Dimension::number) {
    return fail(Code::quantity_malformed,
                fmt::format("\"{}\" is {}, but a whole number is expected", text,
                            describe(parsed.dimension)));
  }
  return to_count(parsed.number);
}

}  // namespace pfsday::units
