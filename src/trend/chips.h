// Chips as a table of accelerators has them, or the bundled catalogue; and how fast they improve:
// the peak rate of each number format, alone, per dollar and per watt.
//
//   const ChipTable table = TRY(read_chips(csv));
//   for (const ChipTrend& trend : chip_trends(table.chips, {}, {})) trend.fit->factor_per_year;
//
// A trend is the least-squares line through the chips that state a release date and the figure. A
// peak is dense, in operations per second. What a format means is as its source has it: FP16 of a
// table beside a column of tensor FP16 is that of the other units, FP16 of the catalogue that of
// the matrix units.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "trend/fit.h"

namespace pfsday::trend {

/// The number formats that a source may have, in the order of reports: those of the catalogue
/// (hardware/chip.h), and the one that tables call tensor FP16.
inline constexpr std::array<std::string_view, 16> chip_formats = {
    "fp64", "fp32",  "tf32", "fp16", "bf16",        "tensor-fp16", "fp8",         "fp6",
    "fp4",  "int16", "int8", "int4", "fp64-vector", "fp32-vector", "bf16-vector", "fp16-vector"};

struct Chip {
  std::string name = {};
  std::optional<units::Date> released = {};
  std::optional<double> dollars = {};  ///< at release, not adjusted for inflation
  std::optional<double> watts = {};    ///< TDP
  std::optional<double> memory_bytes = {};
  std::optional<double> bytes_per_second = {};  ///< of its memory
  std::array<std::optional<double>, chip_formats.size()> peaks = {};

  std::optional<double> peak(std::string_view format) const;
};

struct ChipTable {
  std::vector<Chip> chips = {};
  std::vector<CsvFault> faulty = {};  ///< rows that cannot be read, or whose date cannot
};

/// Columns by their usual headings: hardware; release date; price; TDP; memory and its bandwidth;
/// the formats. Faults: table_malformed, column_missing: no name.
Result<ChipTable> read_chips(std::string_view csv);

/// The chips of the bundled catalogue.
std::vector<Chip> catalogue_chips();

/// The peak that training uses: the first of tensor FP16 or BF16, TF32, FP16 (TPU only), FP32, INT8
/// (TPU v1 only) that is stated.
std::optional<double> training_peak(const Chip& chip);

struct ChipTrend {
  std::string what = {};        ///< a format, price, power, memory, bandwidth
  std::string per = {};         ///< dollar, watt, or nothing
  std::size_t n = 0;            ///< chips that state it, at least 1
  std::optional<Fit> fit = {};  ///< none where these have fewer than 3 dates
};

/// The chips that a trend may take.
struct ChipSelection {
  std::optional<units::Date> from = {}, to = {};
  std::vector<std::string> leave_out = {};  ///< names
};

/// Those that any chip states: formats first, each alone, per dollar and per watt.
/// Fault usage: no chip has a name that is to be left out.
Result<std::vector<ChipTrend>> chip_trends(std::span<const Chip> chips,
                                           const ChipSelection& selection,
                                           const FitOptions& options);

}  // namespace pfsday::trend
