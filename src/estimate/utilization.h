// The share of its peak that a chip reached. A share alone says little: its kind says what was
// counted, and against which clock.
//
//   const UtilizationKind kind = TRY(parse_utilization_kind("mfu"));
//   TRY(check_share(1.4, {.chip = &chip, .format = "bf16", .rate = 989.4e12}));
//   // error[PFD305]: a utilization of 1.4 is above 1: the peak of h100-sxm in bf16 is 989.4
//   TFLOP/s,
//   // and 1.4 of it is 1.385 PFLOP/s
//   //   hint: h100-sxm reaches that in fp8 (1.979 PFLOP/s)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "hardware/chip.h"

namespace pfsday::estimate {

/// What the share is a share of, from the narrowest to the widest:
///   mfu            operations of the model, nothing computed twice, over the peak
///   hfu            operations executed, recomputed ones included, over the peak
///   tensor_active  cycles in which the tensor cores were busy
///   sm_active      cycles in which a multiprocessor had work, averaged over all of them
///   smi            time in which at least one kernel ran (nvidia-smi's utilization.gpu)
///   assumed        nobody measured it
enum class UtilizationKind : std::uint8_t { mfu, hfu, tensor_active, sm_active, smi, assumed };

/// Which pairs of a query and a key the count of a causal model holds: all, or those that are not
/// masked.
enum class AttentionPairs : std::uint8_t { unstated, full, causal };

std::string_view to_string(UtilizationKind kind);
std::string_view to_string(AttentionPairs pairs);

/// Fault run_malformed, which lists the kinds.
Result<UtilizationKind> parse_utilization_kind(std::string_view text);

/// The peak that a share refers to.
struct PeakInUse {
  const hardware::Chip* chip = nullptr;  ///< null where only a rate is stated
  std::string format = {};
  double rate = 0;                       ///< operations per second, dense
  std::optional<double> clock_mhz = {};  ///< that the rate assumes
  std::string source = {};               ///< of the rate; a URL
};

/// Fault chip_unknown: the chip lists no such format. Without one, its default format.
Result<PeakInUse> find_peak_in_use(const hardware::Chip& chip,
                                   std::optional<std::string_view> format = {});

/// Fault utilization_out_of_range unless the share is in (0, 1]. Of one above 1, it says which peak
/// would be needed, and which formats of the chip and which of its variants have it.
Result<void> check_share(double share, const PeakInUse& peak);

}  // namespace pfsday::estimate
