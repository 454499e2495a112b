#include "report/step_work.h"

#include <fmt/format.h>

namespace pfsday::report {
namespace {

/// Attention over all pairs, or over those that are not masked.
Result<CountReport> count_with(std::string_view path, importers::Bytes bytes, CountRequest request,
                               ops::Rules::Attention attention) {
  request.rules.attention = attention;
  return count_file(path, bytes, std::move(request));
}

double products_of(const count::PassCount& pass) { return 2 * pass.work.products.to_double(); }

}  // namespace

Result<StepWork> count_step_work(std::string_view path, importers::Bytes bytes,
                                 const CountRequest& request) {
  using Attention = ops::Rules::Attention;
  StepWork work;
  work.counted = TRY(count_with(path, bytes, request, Attention::full));
  const count::Counts& counts = work.counted.counts;
  work.full = products_of(counts.total);
  work.causal = work.full;
  if (request.step.recompute != count::Recompute::none) {
    work.executed_over_model = 1 + products_of(counts.pass(graph::Pass::recompute)) / work.full;
  }
  if (!counts.attention.empty()) {
    const CountReport causal = TRY(count_with(path, bytes, request, Attention::causal));
    work.causal = products_of(causal.counts.total);
  }
  return work;
}

std::string lower_bound_note(const CountReport& counted) {
  return fmt::format(
      "a lower bound: {} nodes of the model cannot be counted (pfsday count lists them)",
      counted.counts.uncounted.size());
}

}  // namespace pfsday::report
