#include "count/step.h"

#include "count/branches.h"
#include "count/differentiate.h"
#include "count/expand_gradients.h"
#include "count/recompute.h"
#include "count/training_passes.h"

namespace pfsday::count {

Result<Counts> count_step(graph::Graph given, const StepOptions& step,
                          const CountOptions& options) {
  ParameterCounts parameters = count_parameters(given);
  graph::Graph graph = TRY(expand_gradients(choose_branches(std::move(given))));
  if (step.step == Step::forward) {
    Counts counts = TRY(count_graph(graph, options));
    counts.parameters = parameters;
    return counts;
  }
  TrainingStep training = TRY(differentiate(std::move(graph), step));
  Schedule schedule{.is_recomputed = find_recomputed(training.graph, step),
                    .micro_batches = step.accumulate,
                    .update_begins = training.graph.nodes().size()};
  parameters.trainable = 0;
  for (const Gradient& gradient : training.gradients) {
    parameters.trainable += training.graph.type(gradient.of).elements();
  }
  add_accumulation(training.graph, step.accumulate, training.gradients);
  add_optimizer(training.graph, step.optimizer, training.gradients);
  Counts counts = TRY(count_graph(training.graph, options, schedule));
  counts.parameters = parameters;
  return counts;
}

Result<Counts> count_step_in_file(graph::Graph graph, CountOptions options) {
  mark_training_passes(graph);
  options.is_step_in_file = true;
  Counts counts = TRY(count_step(std::move(graph), {}, options));
  counts.total += counts.pass(graph::Pass::recompute);
  for (ViewCounts& view : counts.views) view.total += view.pass(graph::Pass::recompute);
  return counts;
}

}  // namespace pfsday::count
