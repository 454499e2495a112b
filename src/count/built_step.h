// The graph of a step, built once for all that looks at it.
//
//   const BuiltStep step = TRY(build_step(std::move(graph), {.step = Step::training}));
//   const Counts counts = TRY(count_built(step, {}));
//   const std::vector<ProductUse> products = list_products(step, {});
#pragma once

#include "count/count.h"
#include "count/training.h"

namespace pfsday::count {

struct BuiltStep {
  graph::Graph graph;  ///< without branches; of training, with gradients and update
  Schedule schedule = {};
  ParameterCounts parameters = {};
  bool is_in_file = false;  ///< the file holds gradients and update itself
};

/// Errors: those of differentiate and add_loss.
Result<BuiltStep> build_step(graph::Graph given, const StepOptions& step);

/// Of a file that trains already, as it stands; see count_step_in_file.
Result<BuiltStep> build_step_in_file(graph::Graph graph);

/// Errors: those of count_graph.
Result<Counts> count_built(const BuiltStep& step, CountOptions options);

}  // namespace pfsday::count
