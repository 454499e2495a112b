#include "estimate/quotient.h"

#include <fmt/format.h>

#include <cmath>

#include "stats/distributions.h"
#include "uncertainty/expression.h"

namespace pfsday::estimate {
namespace {

using uncertainty::Evaluation;
using uncertainty::Expression;

Result<void> multiply(const Summand& summand, Expression& expression) {
  for (const Factor& factor : summand.factors) {
    TRY(expression.multiply(factor.value, factor.power, summand.label + factor.name));
  }
  return {};
}

Result<Expression> expression_of(std::span<const Summand> summands) {
  Expression expression;
  for (const Summand& summand : summands) {
    expression.begin_term();
    TRY(multiply(summand, expression));
  }
  return expression;
}

/// The variable as an amount that is the same wherever it occurs.
Uncertain amount_of(const uncertainty::Variable& variable, std::size_t index) {
  Uncertain amount;
  amount.distribution = variable.distribution;
  amount.text = variable.label;
  amount.name = variable.name.empty() ? fmt::format("divisor/{}", index) : variable.name;
  return amount;
}

/// Each of the summands over the one product.
Result<Evaluation> divide_by_product(std::span<const Summand> summands, const Expression& divisor,
                                     const uncertainty::Options& options) {
  const uncertainty::Term term = divisor.terms().front();
  Expression quotient;
  for (const Summand& summand : summands) {
    quotient.begin_term();
    TRY(multiply(summand, quotient));
    TRY(quotient.multiply(term.coefficient, -1, {}));
    for (const auto& [index, power] : term.powers) {
      const uncertainty::Variable& variable = divisor.variables()[index];
      TRY(quotient.multiply(amount_of(variable, index), -power, variable.label));
    }
  }
  return evaluate(quotient, options);
}

Quotient to_quotient(const Evaluation& result) {
  if (result.budget.empty()) return {.amount = {.mid = result.mid}};
  return {.amount = {.low = result.low, .mid = result.mid, .high = result.high}};
}

Quotient inverse(const Quotient& quotient) {
  const Amount& amount = quotient.amount;
  Quotient result{.amount = {.mid = 1 / amount.mid}};
  if (amount.low && amount.high) {
    result.amount.low = 1 / *amount.high;
    result.amount.high = 1 / *amount.low;
  }
  return result;
}

Quotient divide_as_log_normal(const Evaluation& a, const Evaluation& b) {
  const double middle = a.mid / b.mid;
  const double reach = std::exp(std::hypot(std::log(a.high / a.low), std::log(b.high / b.low)) / 2);
  return {.amount = {.low = middle / reach, .mid = middle, .high = middle * reach},
          .note =
              "both methods are sums of uncertain products: for their ratio each is taken as "
              "log-normal, and as independent of the other"};
}

}  // namespace

Result<Quotient> divide(std::span<const Summand> a, std::span<const Summand> b,
                        const uncertainty::Options& options) {
  const Expression above = TRY(expression_of(a));
  const Expression below = TRY(expression_of(b));
  if (below.terms().size() == 1) return to_quotient(TRY(divide_by_product(a, below, options)));
  if (above.terms().size() == 1) {
    return inverse(to_quotient(TRY(divide_by_product(b, above, options))));
  }
  return divide_as_log_normal(evaluate(above, options), evaluate(below, options));
}

double log_spread(double low, double high, double level) {
  return std::log(high / low) / (2 * stats::normal_quantile((1 + level) / 2));
}

}  // namespace pfsday::estimate
