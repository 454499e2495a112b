// Counts one model: the forward pass, or a whole training step.
#pragma once

#include "count/count.h"

namespace pfsday::count {

enum class Step : std::uint8_t { forward, training };

/// Differentiates where the step is training; trainable parameters are then those a gradient
/// reaches. Errors: those of differentiate and count_graph.
Result<Counts> count_step(graph::Graph graph, Step step, const CountOptions& options);

}  // namespace pfsday::count
