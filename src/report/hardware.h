// What the catalogue of accelerators says, for whichever face asks.
//
//   const Chips chips = TRY(select_chips({.vendor = "amd", .format = "fp8"}));
//   chip_list(chips, "fp8")        // a row for each
//   chip_sheet(*chips[0])          // every figure with its source
//   compare_chips(chips, "fp8")    // side by side
//   hardware_json(chips)           // pfsday.hardware/1
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "hardware/chip.h"
#include "report/grid.h"
#include "units/date.h"

namespace pfsday::report {

using Chips = std::vector<const hardware::Chip*>;
using ChipSpan = std::span<const hardware::Chip* const>;

/// date: the oldest first; peak: the largest first; watt and price: the smallest first. Chips
/// without the figure come last.
enum class ChipOrder : std::uint8_t { date, peak, watt, price };

struct ChipQuery {
  std::optional<std::string_view> vendor = {};
  std::optional<std::string_view> format = {};  ///< only chips that have it
  std::optional<units::Date> since = {};
  ChipOrder order = ChipOrder::date;
};

/// A vendor or a format that there is not is Code::usage and lists those that there are.
Result<Chips> select_chips(const ChipQuery& query);

/// A row for each chip: its peak in the format, or in its default format.
Grid chip_list(ChipSpan chips, std::optional<std::string_view> format);

/// "h100-sxm: bf16 989.4 TFLOP/s: NVIDIA H100 data sheet, https://..."
std::vector<std::string> chip_list_sources(ChipSpan chips, std::optional<std::string_view> format);

struct ChipSheet {
  std::string title = {};
  Grid facts = {};  ///< label, value, number of the source
  Grid peaks = {};
  std::vector<std::string> notes = {};
  std::vector<std::string> sources = {};  ///< "[1] what, https://..."
};

ChipSheet chip_sheet(const hardware::Chip& chip);

/// What one chip does in one format, for what it has.
struct ChipRatios {
  const hardware::Chip* chip = nullptr;
  hardware::Peak peak = {};
  double to_first = 1;                    ///< its peak over that of the first chip
  std::optional<double> per_byte = {};    ///< operations per byte of bandwidth
  std::optional<double> per_joule = {};   ///< operations per joule: the rate per watt
  std::optional<double> per_dollar = {};  ///< operations per second, for each dollar
};

/// In the format, or each in its default format. chip_unknown where a chip has no such peak.
Result<std::vector<ChipRatios>> compare_chips(ChipSpan chips,
                                              std::optional<std::string_view> format);

/// A column for each chip.
Grid comparison_grid(std::span<const ChipRatios> rows);
std::vector<std::string> comparison_explanation(std::span<const ChipRatios> rows);

/// Schema pfsday.hardware/1.
std::string hardware_json(ChipSpan chips);
std::string hardware_json(std::span<const ChipRatios> rows);

}  // namespace pfsday::report
