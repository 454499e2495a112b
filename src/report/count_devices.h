// What `pfsday count` says of a program that runs on one of several devices.
#pragma once

#include <string>

#include "report/count.h"

namespace pfsday::report {

/// Errors: Code::usage where the model is no program of one device, which alone can be scaled.
Result<void> check_devices(const CountReport& report);

/// "The program of one of 8 devices: ..."; empty for a whole model.
std::string describe_devices(const CountReport& report);

/// The total of as many devices as were asked for; empty where none were.
std::string describe_scaled_total(const CountReport& report);

/// A row for each sort of communication: calls, bytes that this device gives.
Grid communication_grid(const CountReport& report);

/// `devices{program_of[, counted_for, total]}` and `communication[{op, calls, bytes}]`, where there
/// is anything to say.
void write_devices(JsonWriter& json, const CountReport& report);

}  // namespace pfsday::report
