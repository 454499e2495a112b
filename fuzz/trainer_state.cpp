// trainer_state.json from any bytes: figures that are read are positive, and can be assessed.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/trainer_use.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pfsday::telemetry;
  const auto state = read_trainer_state({reinterpret_cast<const char*>(data), size});
  if (!state) return 0;
  const auto positive = [](const std::optional<double>& value) { return !value || *value > 0; };
  if (!positive(state->steps) || !positive(state->total_flos) || !positive(state->seconds)) {
    std::abort();
  }
  const ModelWork work{.operations = 7e9, .full = 6e9, .causal = 5e9, .parameters = 1e9};
  const auto use = assess(*state, {.work = &work, .peak = {.rate = 1e30}, .chips = 4});
  if (use && !positive(use->operations)) std::abort();
  return 0;
}
