// Sums of products of amounts that may not be known exactly.
//
//   Expression sum;
//   sum.begin_term();
//   TRY(sum.multiply(tokens, 1, "tokens"));
//   TRY(sum.multiply(parameters, 1, "parameters"));
//
// Exact amounts go into the coefficient of a term. Amounts of one name are one variable: in a term
// its powers add, and what remains is varied once, over all terms.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "uncertainty/uncertain.h"

namespace pfsday::uncertainty {

struct Variable {
  std::string label = {};  ///< for people
  std::string name = {};   ///< shared; empty if it stands for itself
  Distribution distribution = {};
};

struct Power {
  std::size_t variable = 0;
  double power = 1;
  bool operator==(const Power&) const = default;
};

/// coefficient x product of variable^power; the variables ascend, no power is zero.
struct Term {
  double coefficient = 1;
  std::vector<Power> powers = {};
};

class Expression {
 public:
  /// What `multiply` adds from now on belongs to another summand.
  void begin_term() { terms_.emplace_back(); }

  /// `label` names the amount where it has no name of its own.
  ///   errors  run_malformed: one name for two different amounts
  Result<void> multiply(const Uncertain& amount, double power, std::string label);

  const std::vector<Variable>& variables() const { return variables_; }

  /// The summands, those with the same variables and powers added up.
  std::vector<Term> terms() const;

 private:
  Result<std::size_t> variable_of(const Uncertain& amount, std::string label);

  std::vector<Variable> variables_;
  std::vector<Term> terms_;
};

}  // namespace pfsday::uncertainty
