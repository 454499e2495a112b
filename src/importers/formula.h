// Formulas over sizes, as people write them in a file of custom operators.
//
//   const Formula formula = TRY(Formula::parse("3 * ceil(h / 2) * w"));
//   const Ratio value = TRY(formula.evaluate(scope));   // scope knows h and w
//
//   sum      = product { ("+" | "-") product }
//   product  = factor { ("*" | "/") factor }
//   factor   = "-" factor | number | name | name "(" sum { "," sum } ")" | "(" sum ")"
//
// Values are exact quotients of 128-bit integers, checked; "/" never rounds, ceil() and floor() do.
// Functions: ceil(x), floor(x), min(x, ...), max(x, ...), and those of the scope. Text comes from
// files: its length and nesting are bounded.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::importers {

__extension__ using Int128 = __int128;

/// numerator / denominator, in lowest terms; the denominator is positive.
struct Ratio {
  Int128 numerator = 0;
  Int128 denominator = 1;

  bool is_integer() const { return denominator == 1; }
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

/// "7", "-7/2".
std::string to_string(const Ratio& ratio);

/// What a formula is about: the values of its names, and functions of its own.
class FormulaScope {
 public:
  FormulaScope() = default;
  FormulaScope(const FormulaScope&) = delete;
  FormulaScope& operator=(const FormulaScope&) = delete;
  virtual ~FormulaScope() = default;

  virtual Result<Ratio> value_of(std::string_view name) = 0;
  virtual Result<Ratio> call(std::string_view function, std::span<const Ratio> arguments) = 0;
};

class Formula {
 public:
  /// Errors: Code::formula_invalid, which shows the column.
  static Result<Formula> parse(std::string_view text);

  /// Errors: Code::formula_invalid for a division by zero or a value beyond 128 bits, and those of
  /// the scope.
  Result<Ratio> evaluate(FormulaScope& scope) const;

  const std::string& text() const { return text_; }

  enum class Op : std::uint8_t { number, name, add, subtract, multiply, divide, negate, call };
  /// In postfix order: each takes its operands from a stack and leaves its value there.
  struct Step {
    Op op = Op::number;
    Ratio number = {};
    std::string name = {};      ///< of a value or a function
    std::size_t arguments = 0;  ///< of a call
  };

 private:
  Formula(std::string text, std::vector<Step> steps)
      : text_(std::move(text)), steps_(std::move(steps)) {}

  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace pfsday::importers
