// Counts one model: the forward pass, or a whole training step.
//
//   const Counts counts = TRY(count_step(graph, {.step = Step::training,
//                                                .optimizer = Optimizer::adamw}, {}));
#pragma once

#include "count/count.h"
#include "count/training.h"

namespace pfsday::count {

/// Chooses branches, and differentiates where the step is training; trainable parameters are then
/// those a gradient reaches. Errors: those of differentiate, add_loss and count_graph.
Result<Counts> count_step(graph::Graph graph, const StepOptions& step, const CountOptions& options);

/// A file that holds a whole step is counted as it stands; the total holds all that leads to the
/// gradients, what is computed again too, since not every file tells it from the rest. Errors: as
/// count_step.
Result<Counts> count_step_in_file(graph::Graph graph, CountOptions options);

}  // namespace pfsday::count
