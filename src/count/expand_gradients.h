// Files that hold derivatives of parts of themselves: the primitive gradient_of.
//
//   // before anything is counted or evaluated
//   const Graph whole = TRY(expand_gradients(std::move(graph)));
#pragma once

#include "base/result.h"
#include "graph/graph.h"

namespace pfsday::count {

/// Each gradient_of, also in the bodies of loops, is replaced by the nodes of the gradient, which
/// belong to its pass and origin. One stays where the way between its tensors leads through control
/// flow, and where derivatives of derivatives grow beyond all bounds. A tensor that no gradient
/// reaches has a derivative of zeros. Errors: what the derivative rules find.
Result<graph::Graph> expand_gradients(graph::Graph graph);

}  // namespace pfsday::count
