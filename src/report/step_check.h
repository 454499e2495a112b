// A measured training step held against our count of the model.
//
//   const StepCheck check = TRY(check_step("net.onnx", bytes, inputs));
//   check.mfu      // products of the step / (chips x peak x seconds)
//
// MFU takes products, forward and both gradients, attention over all pairs of a query and a key
// (PaLM, appendix B, https://arxiv.org/abs/2204.02311); beside it stands the share over unmasked
// pairs, and HFU (https://arxiv.org/abs/2205.05198) where it is said what is computed again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estimate/crosscheck.h"
#include "report/estimate.h"
#include "report/grid.h"
#include "report/step_work.h"

namespace pfsday::report {

struct StepInputs {
  CountRequest request = {};        ///< the whole step of all chips
  double seconds = 0;               ///< of a step, more than zero
  double chips = 0;                 ///< more than zero
  estimate::PeakInUse peak = {};    ///< of one chip
  bool recomputes_nothing = false;  ///< somebody says so: HFU is MFU
  /// What somebody states, in (0, 1], as mfu, hfu or assumed.
  std::optional<double> utilization = {};
  estimate::UtilizationKind kind = estimate::UtilizationKind::assumed;
  double tolerance = estimate::default_tolerance;
};

struct StepCheck {
  std::string path = {};
  StepInputs inputs = {};
  StepWork work = {};
  double mfu = 0;         ///< all pairs
  double mfu_causal = 0;  ///< unmasked pairs
  std::optional<double> hfu = {};
  /// Of the MFU among published steps of such chips: dense models, then mixtures; those there are.
  std::vector<estimate::PriorPlace> places = {};
  std::optional<double> ratio = {};  ///< stated / measured utilization of that kind
  estimate::Verdict verdict = estimate::Verdict::single;  ///< by the ratio, where one is stated
};

/// Errors: those of counting; run_input_missing: an hfu is stated, but not what is computed again;
/// utilization_out_of_range: the step would need more than the peak.
Result<StepCheck> check_step(std::string_view path, importers::Bytes bytes, StepInputs inputs);

/// The model, the device and the step.
std::string step_heading(const StepCheck& check, const TextStyle& style);
/// A row for each figure: operations of a step, rate of a chip, share of the peak.
Grid step_grid(const StepCheck& check);
/// Places in the priors, the verdict, and with style.explain the formulas and sources.
std::string step_notes(const StepCheck& check, const TextStyle& style);

/// The document pfsday.crosscheck/1, whose `step` it is.
std::string step_json(const StepCheck& check);

}  // namespace pfsday::report
