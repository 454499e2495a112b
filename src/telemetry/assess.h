// What a log says of the use of its devices: operations performed, MFU and HFU by our count of the
// model, and why the log's own figures differ.
//
//   const Assessment result = TRY(assess(run, {.work = &work, .peak = peak, .chips = 32}));
//   result.steady.full   // MFU of steady steps, attention over all pairs
//
// Nothing is made up: what an input would be needed for stands in `missing`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "estimate/utilization_convert.h"
#include "telemetry/model_work.h"
#include "telemetry/run_log.h"

namespace pfsday::telemetry {

struct AssessmentInputs {
  const ModelWork* work = nullptr;  ///< null: only the log's own figures
  estimate::PeakInUse peak = {};    ///< a rate of zero: unknown
  std::optional<double> chips = {};
  std::optional<double> step_tokens = {};  ///< of all devices; where the log does not say
  std::optional<double> sequence = {};     ///< tokens of an example
};

/// Of one set of steps.
struct DeviceUse {
  StepSums sums = {};
  std::optional<double> tokens_per_second = {};  ///< of one device
  std::optional<double> by_log = {};  ///< operations as the log counts them, over our peak
  std::optional<double> full = {}, causal = {};  ///< MFU by our count
};

/// A figure of the log beside ours.
struct Difference {
  std::string what = {};
  double log = 0;
  double ours = 0;
  std::vector<std::string> reasons = {};
};

struct Assessment {
  DeviceUse all = {}, steady = {};
  std::optional<double> step_tokens = {};  ///< of all devices
  std::optional<double> performed_tokens = {}, useful_tokens = {};
  std::optional<double> performed_operations = {}, useful_operations = {};
  std::optional<double> token_operations = {};             ///< as the log counts them
  std::optional<estimate::ConvertedUtilization> hfu = {};  ///< of steady steps, all pairs
  std::vector<Difference> differences = {};
  std::vector<std::string> missing = {};
};

/// Fault utilization_out_of_range: the steady MFU is above 1.
Result<Assessment> assess(const LoggedRun& run, const AssessmentInputs& inputs);

}  // namespace pfsday::telemetry
