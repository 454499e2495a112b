// The passes of a file that holds a training step itself.
//
//   mark_training_passes(graph);   // before it is counted as it stands
#pragma once

#include "graph/graph.h"

namespace pfsday::count {

/// Sets the passes that the names of front-end operators tell: `optimizer` of updates, `loss` of
/// losses, `data_gradient` of gradient operators and of the nodes that onnxruntime's gradient
/// builder writes ("fc_Grad/MatMul_0"). Gradients of weights are not told apart; all else stays
/// forward, and so do bodies.
void mark_training_passes(graph::Graph& graph);

}  // namespace pfsday::count
