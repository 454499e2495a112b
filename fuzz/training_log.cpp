// Training logs from any bytes: what reads falls into runs whose sums hold, and can be assessed.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/assess.h"

namespace {

using namespace pfsday::telemetry;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const LoggedRun& run) {
  require(!run.steps.empty() && run.performed() >= 1);
  require(run.redone >= 0 && run.useful() >= 0 && run.missing >= 0);
  const StepSums all = run.all();
  require(all.lines == run.steps.size() && run.steady().lines <= all.lines);
  if (all.rate) require(*all.rate > 0);
  const ModelWork work{.operations = 7e9, .full = 6e9, .causal = 5e9, .parameters = 1e9};
  const auto result =
      assess(run, {.work = &work, .peak = {.rate = 1e30}, .chips = 4, .sequence = 8});
  if (result && result->performed_operations) require(*result->performed_operations > 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto log = read_log({reinterpret_cast<const char*>(data), size});
  if (!log) return 0;
  std::size_t lines = 0;
  for (const LoggedRun& run : split_runs(*log)) {
    check(run);
    lines += run.steps.size() + run.duplicates;
  }
  require(lines == log->steps.size());
  return 0;
}
