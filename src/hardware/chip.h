// The catalogue of accelerators: data/hardware/*.toml, embedded. Each chip names the source of its
// figures.
//
//   const Chip& chip = *TRY(find_chip("h100-sxm"));
//   const Peak peak = TRY(find_peak(chip));  // bf16, 989.4e12 operations per second
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "units/date.h"

namespace pfsday::hardware {

/// Dense peak rate in one number format; of the tensor cores where the chip has them for it.
struct Peak {
  std::string format = {};           ///< fp32 tf32 bf16 fp16 fp8
  double operations_per_second = 0;  ///< adds and multiplies, each one operation
};

struct Chip {
  std::string id = {};  ///< a variant, e.g. "a100-sxm4-40gb"
  std::string name = {};
  std::string kind = {};  ///< gpu or tpu
  units::Date released = {};
  double memory_bytes = 0;
  double tdp_watts = 0;
  std::string source = {};  ///< URL of these figures
  std::vector<Peak> peaks = {};
};

std::span<const Chip> chips();

/// By id, ignoring case. A name that only begins ids, such as "h100", is ambiguous: chip_unknown
/// with the variants; any other unknown name: chip_unknown with the nearest id.
Result<const Chip*> find_chip(std::string_view id);

/// The peak in a format; without one, the format that training commonly uses: bf16, else fp16,
/// else fp32. A format the chip does not list is chip_unknown.
Result<Peak> find_peak(const Chip& chip, std::optional<std::string_view> format = {});

}  // namespace pfsday::hardware
