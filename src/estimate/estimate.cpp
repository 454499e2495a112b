#include "estimate/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "uncertainty/expression.h"
#include "units/print.h"

namespace pfsday::estimate {
namespace {

/// Formula, assumptions and operations while summands are added.
struct Sum {
  Estimate estimate = {};
  uncertainty::Expression operations = {};
};

void add_assumptions(const Summand& summand, std::vector<std::string>& assumptions) {
  for (const std::string& text : summand.assumptions) assumptions.push_back(summand.label + text);
  for (const Factor& factor : summand.factors) {
    if (factor.note.empty()) continue;
    assumptions.push_back(fmt::format("{}{}: {}", summand.label, factor.name, factor.note));
  }
}

Result<void> add(const Summand& summand, Sum& sum) {
  Estimate& estimate = sum.estimate;
  if (!estimate.formula.empty()) estimate.formula += " + ";
  estimate.formula += summand.label + to_text(summand.factors);
  estimate.complete = estimate.complete && summand.complete;
  add_assumptions(summand, estimate.assumptions);
  sum.operations.begin_term();
  for (const Factor& factor : summand.factors) {
    TRY(sum.operations.multiply(factor.value, factor.power, summand.label + factor.name));
  }
  return {};
}

Result<void> check_range(double operations, const std::string& formula) {
  if (operations > 0 && std::isfinite(operations)) return {};
  return fail(Code::run_malformed,
              fmt::format("the product {} is {}", formula, operations > 0 ? "too large" : "zero"));
}

/// The operations, with an interval unless all is exact.
void take_operations(const uncertainty::Evaluation& result, Estimate& estimate) {
  estimate.operations.mid = result.mid;
  estimate.formula += fmt::format(" = {} operations", units::to_significant(result.mid));
  if (result.budget.empty()) return;
  estimate.operations.low = result.low;
  estimate.operations.high = result.high;
  estimate.interval = result;
}

std::string method_of(std::span<const Summand> summands) {
  const std::string& first = summands.front().method;
  const bool same = std::ranges::all_of(
      summands, [&](const Summand& summand) { return summand.method == first; });
  return same ? first : "mixed";
}

}  // namespace

Result<Estimate> add_up(std::span<const Summand> summands, const uncertainty::Options& options) {
  assert(!summands.empty());
  Sum sum{.estimate = {.method = method_of(summands)}};
  for (const Summand& summand : summands) TRY(add(summand, sum));
  Estimate& estimate = sum.estimate;
  TRY(check_range(uncertainty::sum_of_medians(sum.operations), estimate.formula));
  const uncertainty::Evaluation result = evaluate(sum.operations, options);
  TRY(check_range(result.high, estimate.formula));
  TRY(check_range(result.low, estimate.formula));
  take_operations(result, estimate);
  return std::move(estimate);
}

}  // namespace pfsday::estimate
