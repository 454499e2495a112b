// The CSV of nvidia-smi from any bytes: what reads is a share of the time.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/trainer_use.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pfsday::telemetry;
  const auto log = read_nvidia_smi({reinterpret_cast<const char*>(data), size});
  if (!log) return 0;
  if (!(log->busy >= 0 && log->busy <= 1) || log->samples == 0) std::abort();
  const auto use = assess(*log, {.peak = {.rate = 1e15}});
  if (use && use->operations && !(*use->operations >= 0)) std::abort();
  return 0;
}
