// The CSV of `nvidia-smi --query-gpu=timestamp,name,index,utilization.gpu,clocks.current.sm
// --format=csv -l 1`: how busy devices were.
//
//   const SmiLog log = TRY(read_nvidia_smi(text));
//   log.busy   // 0.97: an upper bound of the utilization
//
// utilization.gpu is the share of time in which at least one kernel ran, however little of the chip
// it used: it bounds operations from above and is no estimate of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::telemetry {

struct SmiLog {
  double busy = 0;                       ///< mean over samples and devices, as a share
  std::size_t samples = 0;               ///< with a utilization
  std::size_t without = 0;               ///< samples that have none: [N/A], as under MIG
  std::size_t cut_off = 0;               ///< lines with another number of cells
  std::size_t devices = 0;               ///< by uuid, else by index
  std::optional<double> seconds = {};    ///< from the first sample to the last
  std::optional<double> clock_mhz = {};  ///< the highest of the multiprocessors
  std::vector<std::string> names = {};   ///< of the devices' product, each once
};

/// True of text whose first line is such a heading.
bool is_nvidia_smi(std::string_view text);

/// Faults: log_malformed (no column utilization.gpu), log_without_steps (no sample has one).
Result<SmiLog> read_nvidia_smi(std::string_view text);

}  // namespace pfsday::telemetry
