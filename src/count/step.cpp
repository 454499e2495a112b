#include "count/step.h"

#include "count/branches.h"
#include "count/differentiate.h"

namespace pfsday::count {

Result<Counts> count_step(graph::Graph graph, Step step, const CountOptions& options) {
  if (step == Step::forward) return count_graph(choose_branches(std::move(graph)), options);
  const TrainingStep training = TRY(differentiate(std::move(graph)));
  Counts counts = TRY(count_graph(training.graph, options));
  counts.parameters.trainable = 0;
  for (const Gradient& gradient : training.gradients) {
    counts.parameters.trainable += training.graph.type(gradient.of).elements();
  }
  return counts;
}

}  // namespace pfsday::count
