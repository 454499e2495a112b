#include "uncertainty/evaluate.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "stats/distributions.h"
#include "uncertainty/sample.h"

namespace pfsday::uncertainty {
namespace {

double middle(const Term& term, std::span<const Variable> variables) {
  double product = term.coefficient;
  for (const auto& [variable, power] : term.powers) {
    product *= std::pow(variables[variable].distribution.median, power);
  }
  return product;
}

bool is_log_normal(const Term& term, std::span<const Variable> variables) {
  return std::ranges::all_of(term.powers, [&](const Power& one) {
    const Distribution& distribution = variables[one.variable].distribution;
    return distribution.shape == Shape::log_normal && !is_clipped(distribution);
  });
}

void sort_budget(std::vector<Share>& budget) {
  std::ranges::sort(budget, [](const Share& a, const Share& b) {
    return a.share != b.share ? a.share > b.share : a.label < b.label;
  });
}

Evaluation evaluate_product(const Term& term, std::span<const Variable> variables, double level) {
  Evaluation result{.mid = middle(term, variables), .level = level};
  double variance = 0;
  for (const auto& [variable, power] : term.powers) {
    const double part = std::pow(power * variables[variable].distribution.spread, 2);
    result.budget.push_back({variables[variable].label, part});
    variance += part;
  }
  for (Share& one : result.budget) one.share /= std::max(variance, 1e-300);
  sort_budget(result.budget);
  const double width = stats::normal_quantile((1 + level) / 2) * std::sqrt(variance);
  result.low = result.mid * std::exp(-width);
  result.high = result.mid * std::exp(width);
  result.mean = result.mid * std::exp(variance / 2);
  return result;
}

}  // namespace

double sum_of_medians(const Expression& sum) {
  double result = 0;
  for (const Term& term : sum.terms()) result += middle(term, sum.variables());
  return result;
}

Evaluation evaluate(const Expression& sum, const Options& options) {
  const std::vector<Term> terms = sum.terms();
  if (terms.size() == 1 && is_log_normal(terms.front(), sum.variables())) {
    return evaluate_product(terms.front(), sum.variables(), options.level);
  }
  Evaluation result = sample(terms, sum.variables(), options);
  sort_budget(result.budget);
  return result;
}

}  // namespace pfsday::uncertainty
