// What `pfsday mfu` says of a log: operations performed, MFU and HFU, and the log's own figures.
//
//   const MfuReport report = TRY(report::read_mfu("train.log", text, inputs));
//   session.print(report::mfu_text(report, style));
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "estimate/utilization_prior.h"
#include "report/count.h"
#include "report/estimate.h"
#include "report/grid.h"
#include "telemetry/assess.h"
#include "telemetry/trainer_use.h"

namespace pfsday::report {

struct MfuInputs {
  std::optional<telemetry::ModelWork> work = {};
  estimate::PeakInUse peak = {};
  std::optional<double> chips = {}, step_tokens = {}, sequence = {};
  std::optional<std::size_t> run = {};  ///< which, from 1, of a log of several
};

struct LogReading {
  telemetry::TrainingLog log = {};  ///< its steps stand in `run`
  telemetry::LoggedRun run = {};
  std::size_t runs = 1;
  telemetry::Assessment assessment = {};
};

struct TrainerReading {
  telemetry::TrainerState state = {};
  telemetry::TrainerUse use = {};
};

struct SmiReading {
  telemetry::SmiLog log = {};
  telemetry::SmiUse use = {};
};

struct MfuReport {
  std::string path = {};
  MfuInputs inputs = {};
  std::variant<LogReading, TrainerReading, SmiReading> reading = {};
  /// What published steps reach on such chips, dense models and mixtures; only of a log's steps.
  std::vector<estimate::UtilizationPrior> priors = {};
};

/// A log is told by what it holds. Faults: format_unknown; usage where a log has several runs and
/// none is chosen, with a hint that lists them; utilization_out_of_range.
Result<MfuReport> read_mfu(std::string_view path, std::string_view text, MfuInputs inputs);

/// The work of a model file for a token: a training step, its products over all pairs and over
/// those that are not masked. `tokens` of one pass through the bound model.
Result<telemetry::ModelWork> work_of_file(std::string_view path, importers::Bytes bytes,
                                          const CountRequest& request, double tokens);

/// The tokens of a pass: the product of the bindings of batch and seq. Fault run_input_missing.
Result<double> tokens_of_bindings(const std::vector<std::string>& bindings);

std::string mfu_text(const MfuReport& report, const TextStyle& style);
/// A row for each figure, a column for all steps and one for the steady ones; only of a log.
Grid mfu_grid(const LogReading& reading);
/// What stands below the table.
std::string mfu_notes(const MfuReport& report, const TextStyle& style);

/// The document pfsday.mfu/1.
std::string mfu_json(const MfuReport& report);

}  // namespace pfsday::report
