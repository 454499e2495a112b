#include "count/training_passes.h"

#include <algorithm>
#include <optional>

namespace pfsday::count {
namespace {

using graph::Pass;

std::optional<Pass> pass_of(const graph::Origin& origin) {
  const std::string_view op = origin.op;
  const auto contains = [](std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
  };
  if (op == "Adagrad" || op == "Adam" || op == "Momentum" || contains(op, "Optimizer")) {
    return Pass::optimizer;
  }
  const bool is_gradient = op == "Gradient" || op.ends_with("Grad") || contains(op, "Grad_");
  if (is_gradient || contains(origin.name, "_Grad/")) return Pass::data_gradient;
  if (op == "SoftmaxCrossEntropyLoss" || op == "NegativeLogLikelihoodLoss") return Pass::loss;
  return std::nullopt;
}

}  // namespace

void mark_training_passes(graph::Graph& graph) {
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    const auto pass = pass_of(graph.origins()[graph.nodes()[i].origin]);
    if (pass) graph.set_pass(i, *pass);
  }
}

}  // namespace pfsday::count
