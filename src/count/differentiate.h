// Reverse-mode differentiation: a forward graph to the graph of a training step.
//
//   const TrainingStep step = TRY(differentiate(forward));
//   // step.graph: the forward nodes, then those of the gradients, each tagged with its pass
//
// A branch is replaced by its larger side (see branches.h). Only what somebody needs is built: the
// gradient of an image input, of a frozen tensor, of an integer index or of anything before them
// never appears, so it is never counted.
#pragma once

#include <vector>

#include "base/result.h"
#include "count/training.h"

namespace pfsday::count {

struct TrainingStep {
  /// Outputs: those of the forward graph, then the adjoint of each value of which the gradient is
  /// wanted. The gradient of the loss is given, or without one that of each floating-point output:
  /// one more input each.
  graph::Graph graph;
  std::vector<Gradient> gradients;  ///< of the trainable parameters
};

/// A gradient node is tagged weight_gradient if it serves only adjoints of values that depend on no
/// input of the graph, else data_gradient. n gradients that meet cost n - 1 adds.
/// Errors: Code::no_trainable_parameter, naming the node that cuts the path.
Result<TrainingStep> differentiate(graph::Graph graph, const StepOptions& options = {});

}  // namespace pfsday::count
