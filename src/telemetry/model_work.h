// Operations of a model for each token of training, from its size alone.
//
//   const ModelWork work = TRY(work_of_size({.parameters = 7.5e9, .layers = 32, .hidden = 4096,
//                                            .sequence = 8192}));
//   work.full     // 6 N + 12 L H Q T = 5.788e10
//
// PaLM, appendix B (https://arxiv.org/abs/2204.02311): 6 N for products with the parameters,
// forward and both gradients, and 12 L H Q T for those over all pairs of a query and a key, where H
// Q is `hidden`. A causal model needs the (T + 1) / 2 pairs of a query that are not masked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace pfsday::telemetry {

/// What is computed again for the gradients.
enum class Recomputed { unknown, none, attention, all };

struct ModelWork {
  std::string formula = {};  ///< with its numbers
  double operations = 0;     ///< for a token: adds and multiplies, forward and both gradients
  double full = 0;           ///< of those, products, over all pairs of a query and a key
  double causal = 0;         ///< over the pairs that are not masked
  /// Executed over model operations; none where nobody says what is computed again.
  std::optional<double> executed_over_model = {};
  std::optional<double> parameters = {};
  std::vector<std::string> notes = {};
};

struct ModelSize {
  double parameters = 0;  ///< of a mixture of experts: those that a token passes through
  std::optional<double> layers = {}, hidden = {}, sequence = {};
  Recomputed recomputed = Recomputed::unknown;
};

/// Without layers, hidden size and sequence, attention over pairs is left out, and the notes say
/// so. Fault run_input_missing: only some of them.
Result<ModelWork> work_of_size(const ModelSize& size);

}  // namespace pfsday::telemetry
