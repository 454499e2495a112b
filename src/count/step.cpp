#include "count/step.h"

#include "count/branches.h"
#include "count/built_step.h"
#include "count/differentiate.h"
#include "count/expand_gradients.h"
#include "count/recompute.h"
#include "count/training_passes.h"

namespace pfsday::count {

Result<BuiltStep> build_step(graph::Graph given, const StepOptions& step) {
  const ParameterCounts parameters = count_parameters(given);
  graph::Graph graph = TRY(expand_gradients(choose_branches(std::move(given))));
  if (step.step == Step::forward) {
    return BuiltStep{.graph = std::move(graph), .parameters = parameters};
  }
  TrainingStep training = TRY(differentiate(std::move(graph), step));
  BuiltStep built{.graph = std::move(training.graph), .parameters = parameters};
  built.schedule = {.is_recomputed = find_recomputed(built.graph, step),
                    .micro_batches = step.accumulate,
                    .update_begins = built.graph.nodes().size()};
  built.parameters.trainable = 0;
  for (const Gradient& gradient : training.gradients) {
    built.parameters.trainable += built.graph.type(gradient.of).elements();
  }
  add_accumulation(built.graph, step.accumulate, training.gradients);
  add_optimizer(built.graph, step.optimizer, training.gradients);
  return built;
}

Result<BuiltStep> build_step_in_file(graph::Graph graph) {
  mark_training_passes(graph);
  BuiltStep built = TRY(build_step(std::move(graph), {}));
  built.is_in_file = true;
  return built;
}

Result<Counts> count_built(const BuiltStep& step, CountOptions options) {
  options.is_step_in_file = step.is_in_file;
  Counts counts = TRY(count_graph(step.graph, options, step.schedule));
  counts.parameters = step.parameters;
  if (!step.is_in_file) return counts;
  counts.total += counts.pass(graph::Pass::recompute);
  for (ViewCounts& view : counts.views) view.total += view.pass(graph::Pass::recompute);
  return counts;
}

Result<Counts> count_step(graph::Graph given, const StepOptions& step,
                          const CountOptions& options) {
  return count_built(TRY(build_step(std::move(given), step)), options);
}

Result<Counts> count_step_in_file(graph::Graph graph, CountOptions options) {
  return count_built(TRY(build_step_in_file(std::move(graph))), std::move(options));
}

}  // namespace pfsday::count
