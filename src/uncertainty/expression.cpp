#include "uncertainty/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace pfsday::uncertainty {

Result<std::size_t> Expression::variable_of(const Uncertain& amount, std::string label) {
  if (!amount.name.empty()) {
    const auto known = std::ranges::find(variables_, amount.name, &Variable::name);
    if (known != variables_.end() && known->distribution != amount.distribution) {
      return fail(Code::run_malformed,
                  fmt::format("\"{}\" stands for two different amounts, one of them {}",
                              amount.name, to_text(amount)),
                  "amounts of one name are one quantity: write the same value for both");
    }
    if (known != variables_.end()) return static_cast<std::size_t>(known - variables_.begin());
    label = amount.name;
  }
  variables_.push_back({std::move(label), amount.name, amount.distribution});
  return variables_.size() - 1;
}

Result<void> Expression::multiply(const Uncertain& amount, double power, std::string label) {
  assert(!terms_.empty());
  Term& term = terms_.back();
  if (amount.is_exact()) {
    term.coefficient *= std::pow(amount.mid(), power);
    return {};
  }
  const std::size_t variable = TRY(variable_of(amount, std::move(label)));
  const auto at = std::ranges::lower_bound(term.powers, variable, {}, &Power::variable);
  if (at == term.powers.end() || at->variable != variable) {
    term.powers.insert(at, {variable, power});
  } else {
    at->power += power;
  }
  std::erase_if(term.powers, [](const Power& one) { return one.power == 0; });
  return {};
}

std::vector<Term> Expression::terms() const {
  std::vector<Term> merged;
  for (const Term& term : terms_) {
    const auto same = std::ranges::find(merged, term.powers, &Term::powers);
    if (same == merged.end()) {
      merged.push_back(term);
    } else {
      same->coefficient += term.coefficient;
    }
  }
  return merged;
}

}  // namespace pfsday::uncertainty
