// The catalogue of accelerators, 2006 to 2026. The build compiles data/hardware/*.toml into a table
// (write_chip_table.py), so that a chip costs nothing to look up. docs/hardware.md describes it.
//
//   const Chip& chip = *TRY(find_chip("NVIDIA H100 80GB HBM3"));  // h100-sxm
//   const Peak peak = TRY(find_peak(chip));  // bf16: 989.4e12 operations per second at 1830 MHz
//   peak.source->url                         // every figure names its source
//
// It holds what a chip could do at its peak, and says nothing of how much of that is used.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "units/date.h"

namespace pfsday::hardware {

struct Format {
  std::string_view name = {};
  double bits = 0;  ///< of an operand; 19 of tf32
};

struct Source {
  std::string_view url = {};
  std::string_view what = {};
};

/// One number with where it is from. Sources are never null.
struct Figure {
  double value = 0;
  const Source* source = nullptr;
  std::string_view note = {};  ///< what disagrees, or how it was measured; may be empty
};

/// The peak rate in one number format, in operations per second: adds and multiplies, each one
/// operation. Of the matrix units where the chip has them for the format; what the others do beside
/// them has a format of its own, "fp16-vector". Of floating-point products narrower than 32 bits
/// the sums are in fp32 unless the note says otherwise.
struct Peak {
  std::string_view format = {};                     ///< one of formats()
  double operations_per_second = 0;                 ///< dense
  std::optional<double> sparse = {};                ///< with structured sparsity
  std::optional<double> clock_mhz = {};             ///< that the dense rate assumes
  std::optional<double> operations_per_cycle = {};  ///< dense, of the whole chip
  const Source* source = nullptr;
  std::string_view note = {};
};

struct Memory {
  double bytes = 0;
  std::string_view kind = {};  ///< "HBM3"; empty where unknown
  const Source* source = nullptr;
};

enum class Precision : std::uint8_t { day, month, year };

/// The middle of a month or year of which the source tells no day (the 15th, July 2).
struct Release {
  units::Date date = {};
  Precision precision = Precision::day;
  const Source* source = nullptr;
};

struct Chip {
  std::string_view id = {};       ///< of a variant: "a100-sxm4-40gb"
  std::string_view name = {};     ///< "NVIDIA A100 SXM4 40 GB"
  std::string_view vendor = {};   ///< "NVIDIA"
  std::string_view family = {};   ///< the generation: "Ampere"
  std::string_view variant = {};  ///< what tells it from its siblings: "SXM4 40 GB"; may be empty
  std::string_view kind = {};     ///< gpu, tpu or accelerator
  std::string_view default_format = {};  ///< the one of `peaks` that training commonly uses
  std::span<const std::string_view> aliases = {};  ///< as drivers and logs call it
  Release released = {};
  std::span<const Peak> peaks = {};  ///< in the order of formats(); never empty
  std::optional<Memory> memory = {};
  std::optional<Figure> bandwidth = {};  ///< bytes per second, of that memory
  std::optional<Figure> tdp_watts = {};
  std::optional<Figure> price_dollars = {};  ///< at launch
  std::string_view note = {};
};

/// Every chip, by vendor, then by release.
std::span<const Chip> chips();

/// The formats that a peak may have, in the order in which they are shown: fp64 to int4.
std::span<const Format> formats();

/// By id, name or alias; case, punctuation and the name of the maker do not matter. A name that
/// fits several variants ("H100") is chip_unknown and lists them; one that fits none, chip_unknown
/// with the nearest. Never a default.
Result<const Chip*> find_chip(std::string_view name);

/// The peak in a format; without one, in the chip's default format. A format that the chip does not
/// list is chip_unknown.
Result<Peak> find_peak(const Chip& chip, std::optional<std::string_view> format = {});

/// Total processing performance as in the US export rule (ECCN 3A090): dense TOPS x bits of an
/// operand. tf32 counts as 19 bits.
double total_processing_performance(const Peak& peak);

/// The largest over the formats of a chip: 4992 of an A100.
double total_processing_performance(const Chip& chip);

}  // namespace pfsday::hardware
