// The steps of a log as a course of training: restarts, what a line stands for, what is no steady
// step; and the sums over them.
//
//   for (const LoggedRun& run : split_runs(log)) use(run.steady().rate());
//
// Rates are sums over sums. A mean of rates is wrong wherever steps take different times: with
// asynchronous dispatch a step seems to take 2 ms, because its work is waited for in a later one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "telemetry/log.h"

namespace pfsday::telemetry {

/// What a step's time says, against the median m of the run:
///   steady
///   warm_up     among the first 10 lines of a run or a restart, up to the last that is dispatched
///               or slow: compilation, caches, and steps dispatched before the first one ends
///   dispatched  below m / 2: the time is that of handing the work over
///   slow        above 1.5 m: checkpoints, evaluation, data, failures
/// Fewer than 3 lines with a time are all taken as steady.
enum class StepKind : std::uint8_t { steady, warm_up, dispatched, slow };

struct PlacedStep {
  LoggedStep logged = {};
  double steps = 1;  ///< that the line stands for
  StepKind kind = StepKind::steady;
  bool begins = false;  ///< the run, or anew after a restart
};

struct Restart {
  std::size_t line = 0;
  std::int64_t from = 0, to = 0;  ///< steps
};

/// Sums over lines, of one device. A device's tokens and time have the same unknown factor, the
/// tokens of a step, where the log gives neither (torchtitan): the rates are right all the same.
struct StepSums {
  std::size_t lines = 0;
  double steps = 0;
  std::optional<double> seconds = {};            ///< as printed
  std::optional<double> tokens_per_second = {};  ///< of one device
  std::optional<double> rate = {};           ///< operations per second of one device, by the log
  std::optional<double> mean_of_rates = {};  ///< of the lines: what not to use
};

struct LoggedRun {
  LogFormat format = LogFormat::megatron;
  std::vector<PlacedStep> steps = {};
  std::vector<Restart> restarts = {};
  std::int64_t interval = 1;                   ///< steps from line to line
  std::size_t duplicates = 0;                  ///< lines that repeat a step
  double missing = 0;                          ///< steps between lines that the log does not hold
  double redone = 0;                           ///< steps done again after restarts
  std::optional<double> step_operations = {};  ///< of one device: stated, or from the longest step
  std::optional<double> step_tokens = {};      ///< of one device
  std::optional<double> log_peak = {};         ///< operations per second that `share` refers to

  double performed() const;
  double useful() const { return performed() - redone; }
  std::size_t lines_of(StepKind kind) const;
  StepSums all() const;
  StepSums steady() const;
  /// Operations for a token, as the log counts them.
  std::optional<double> token_operations() const;
  /// From the first time stamp to the last.
  std::optional<double> wall_seconds() const;
};

/// A log of several runs falls apart where steps begin anew with other operations for a token or an
/// example.
std::vector<LoggedRun> split_runs(const TrainingLog& log);

}  // namespace pfsday::telemetry
