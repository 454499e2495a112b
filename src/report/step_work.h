// A training step of a model file as both conventions of attention count it.
#pragma once

#include <optional>

#include "report/count.h"

namespace pfsday::report {

struct StepWork {
  CountReport counted = {};  ///< attention over all pairs of a query and a key
  double full = 0;           ///< products, adds and multiplies, forward and both gradients
  double causal = 0;         ///< of those over pairs that are not masked; else the same
  /// Products executed over `full`; none where nobody asks what is computed again.
  std::optional<double> executed_over_model = {};
};

/// The request is for a training step. Errors: those of count_file.
Result<StepWork> count_step_work(std::string_view path, importers::Bytes bytes,
                                 const CountRequest& request);

/// "a lower bound: ...", of a count with uncounted nodes.
std::string lower_bound_note(const CountReport& counted);

}  // namespace pfsday::report
