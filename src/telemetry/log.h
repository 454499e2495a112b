// Lines that training frameworks print for each step, from the text of a log.
//
//   const TrainingLog log = TRY(read_log(text));
//   log.format        // LogFormat::maxtext, told by what the lines hold
//   log.steps[0].rate // operations per second of one device, as the log prints it
//
// The shapes of the lines:
//   Megatron-LM  iteration 5/ 100 | ... | elapsed time per iteration (ms): 15800.0 |
//                throughput per GPU (TFLOP/s/GPU): 490.0 | ... | global batch size: 2048 | ...
//   torchtitan   step: 20  loss: 11.8  ... tps: 4,376  tflops: 253.41  mfu: 25.62%
//   MaxText      completed step: 2, seconds: 5.6, TFLOP/s/device: 134.9, Tokens/s/device: 8672.1,
//                total_weights: 196608, loss: 10.4
//
// Whatever stands around them is skipped: colors, time stamps, other lines, lines that are cut off.
// Of lines that several ranks wrote, those of one rank are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::telemetry {

enum class LogFormat : std::uint8_t { megatron, torchtitan, maxtext };
std::string_view to_string(LogFormat format);  ///< "Megatron-LM"

/// What one line says. Frameworks that print every n-th step print means over those n.
struct LoggedStep {
  std::size_t line = 0;  ///< of the log, from 1
  std::int64_t step = 0;
  std::optional<double> seconds = {};            ///< for a step
  std::optional<double> tokens_per_second = {};  ///< of one device
  std::optional<double> rate = {};               ///< operations per second of one device
  std::optional<double> share = {};              ///< of the peak, as the log prints it
  std::optional<double> examples = {};           ///< in a step, of all devices
  std::optional<double> tokens = {};             ///< in a step, of all devices
  std::optional<std::int64_t> clock = {};        ///< seconds, where the line begins with a date
  std::string loss = {};                         ///< as printed
};

struct TrainingLog {
  LogFormat format = LogFormat::megatron;
  std::vector<LoggedStep> steps = {};
  std::optional<double> step_operations = {};  ///< of one device, where the log states them
  std::size_t lines = 0;                       ///< of the file
  std::size_t cut_off = 0;                     ///< lines of a step that lack its figures
  std::size_t other_ranks = 0;                 ///< lines that another rank wrote
  std::size_t other_formats = 0;               ///< lines of a step of another framework
};

/// Faults: format_unknown where no line is one of a step, log_without_steps where none is whole.
Result<TrainingLog> read_log(std::string_view text);

}  // namespace pfsday::telemetry
