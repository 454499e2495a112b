// Which nodes of the forward pass are run again for the gradients, instead of keeping what they
// give.
#pragma once

#include "count/flow.h"
#include "count/training.h"

namespace pfsday::count {

/// One entry for each node of the graph of a training step. A node is run again if its values may
/// not be kept and a gradient, or another node that is run again, uses them. So it can be less than
/// the forward pass: nobody needs the output of the last layer again.
Flags find_recomputed(const graph::Graph& step, const StepOptions& options);

}  // namespace pfsday::count
