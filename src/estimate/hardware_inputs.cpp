#include "estimate/hardware_inputs.h"

#include "estimate/amount.h"
#include "estimate/hardware_time.h"
#include "estimate/read.h"
#include "estimate/utilization_prior.h"

namespace pfsday::estimate {

Result<HardwareInputs> read_hardware(const TomlTable& table) {
  TomlReader in(table, "phase.hardware");
  HardwareInputs hardware;
  hardware.chip = TRY(in.find_text("chip"));
  hardware.format = TRY(in.find_text("format"));
  hardware.peak = TRY(find_amount(in, "peak", measure::rate));
  hardware.count = TRY(find_amount(in, "count", measure::plain));
  hardware.days = TRY(find_amount(in, "days", measure::days));
  hardware.hours = TRY(find_amount(in, "hours", measure::hours));
  hardware.chip_hours = TRY(find_amount(in, "chip_hours", measure::chip_hours));
  hardware.utilization = TRY(find_amount(in, "utilization", measure::utilization));
  if (const auto kind = TRY(in.find_text("utilization_kind"))) {
    hardware.utilization_kind = TRY(at_place(in.place(), parse_utilization_kind(*kind)));
  }
  TRY(add_factors(in, "factors", hardware.factors));
  TRY(add_notes(in, hardware.notes));
  TRY(in.finish());
  TRY(at_place(in.place(), resolve(hardware)));
  return hardware;
}

}  // namespace pfsday::estimate
