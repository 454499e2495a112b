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
#include "graph/graph.h"

namespace pfsday::count {

struct Gradient {
  graph::Value of;       ///< a parameter
  graph::Value adjoint;  ///< of the same type
};

struct TrainingStep {
  /// Outputs: those of the forward graph, then the adjoint of each parameter. The gradient of each
  /// floating-point output is given: one more input each.
  graph::Graph graph;
  std::vector<Gradient> gradients;
};

/// A gradient node is tagged weight_gradient if it serves only adjoints of values that depend on no
/// input of the graph, else data_gradient. n gradients that meet cost n - 1 adds.
/// Errors: Code::no_trainable_parameter, naming the node that cuts the path.
Result<TrainingStep> differentiate(graph::Graph graph);

}  // namespace pfsday::count
