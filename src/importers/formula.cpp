#include "importers/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace pfsday::importers {
namespace {

using Op = Formula::Op;
using Step = Formula::Step;

constexpr std::size_t length_limit = 4096;
constexpr int depth_limit = 64;

std::unexpected<Error> invalid(std::string what, std::string hint = {}) {
  return fail(Code::formula_invalid, std::move(what), std::move(hint));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

std::unexpected<Error> too_large() { return invalid("a value needs more than 128 bits"); }

Int128 greatest_divisor(Int128 a, Int128 b) {
  while (b != 0) {
    a %= b;
    std::swap(a, b);
  }
  return a < 0 ? -a : a;
}

constexpr Int128 least = static_cast<Int128>(1) << 127;  // has no negative, so it is refused

/// denominator is positive.
Result<Ratio> reduced(Int128 numerator, Int128 denominator) {
  if (numerator == least) return too_large();
  const Int128 divisor = greatest_divisor(numerator, denominator);
  return Ratio{numerator / divisor, denominator / divisor};
}

Result<Int128> product(Int128 a, Int128 b) {
  Int128 result = 0;
  if (__builtin_mul_overflow(a, b, &result) || result == least) return too_large();
  return result;
}

Result<Ratio> sum(const Ratio& a, const Ratio& b) {
  const Int128 left = TRY(product(a.numerator, b.denominator));
  const Int128 right = TRY(product(b.numerator, a.denominator));
  Int128 numerator = 0;
  if (__builtin_add_overflow(left, right, &numerator)) return too_large();
  return reduced(numerator, TRY(product(a.denominator, b.denominator)));
}

Ratio negated(const Ratio& a) { return {-a.numerator, a.denominator}; }

Result<Ratio> multiplied(const Ratio& a, const Ratio& b) {
  // Crosswise in lowest terms first, so that no step is larger than the result.
  const Ratio left = TRY(reduced(a.numerator, b.denominator));
  const Ratio right = TRY(reduced(b.numerator, a.denominator));
  return Ratio{TRY(product(left.numerator, right.numerator)),
               TRY(product(left.denominator, right.denominator))};
}

Result<Ratio> divided(const Ratio& a, const Ratio& b) {
  if (b.numerator == 0) return invalid("a division by zero");
  const Int128 sign = b.numerator < 0 ? -1 : 1;
  return multiplied(a, {sign * b.denominator, sign * b.numerator});
}

Ratio rounded_down(const Ratio& a) {
  const Int128 quotient = a.numerator / a.denominator;
  const bool is_below = a.numerator < 0 && a.numerator % a.denominator != 0;
  return {quotient - (is_below ? 1 : 0), 1};
}

Result<bool> is_less(const Ratio& a, const Ratio& b) {
  return TRY(sum(a, negated(b))).numerator < 0;
}

Result<Ratio> extreme_of(std::span<const Ratio> values, bool wants_least) {
  Ratio best = values[0];
  for (const Ratio& value : values.subspan(1)) {
    const bool is_better = TRY(wants_least ? is_less(value, best) : is_less(best, value));
    if (is_better) best = value;
  }
  return best;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Step>> run() && {
    TRY(take_sum());
    skip_spaces();
    if (at_ < text_.size()) return expected("an operator");
    return std::move(steps_);
  }

 private:
  std::unexpected<Error> expected(std::string_view what) const {
    const std::string found =
        at_ < text_.size() ? fmt::format("\"{}\"", text_.substr(at_, 1)) : std::string("its end");
    return invalid(
        fmt::format("formula \"{}\", column {}: {} instead of {}", text_, at_ + 1, found, what));
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    const bool is_there = peek() == c && at_ < text_.size();
    if (is_there) ++at_;
    return is_there;
  }

  Result<void> take_sum() {
    TRY(take_product());
    while (true) {
      if (take('+')) {
        TRY(take_product());
        steps_.push_back({.op = Op::add});
      } else if (take('-')) {
        TRY(take_product());
        steps_.push_back({.op = Op::subtract});
      } else {
        return {};
      }
    }
  }

  Result<void> take_product() {
    TRY(take_factor());
    while (true) {
      if (take('*')) {
        TRY(take_factor());
        steps_.push_back({.op = Op::multiply});
      } else if (take('/')) {
        TRY(take_factor());
        steps_.push_back({.op = Op::divide});
      } else {
        return {};
      }
    }
  }

  Result<void> take_factor() {
    if (++depth_ > depth_limit) {
      return invalid(fmt::format("a formula nested deeper than {}", depth_limit));
    }
    TRY(take_factor_within());
    --depth_;
    return {};
  }

  Result<void> take_factor_within() {
    if (take('-')) {
      TRY(take_factor());
      steps_.push_back({.op = Op::negate});
      return {};
    }
    if (take('(')) {
      TRY(take_sum());
      if (!take(')')) return expected("\")\"");
      return {};
    }
    if (is_digit(peek())) return take_number();
    if (begins_name(peek())) return take_name();
    return expected("a number, a name or \"(\"");
  }

  /// Digits, with a decimal point or without.
  Result<void> take_number() {
    Int128 numerator = 0;
    Int128 denominator = 1;
    bool is_fraction = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '.' && !is_fraction) {
        is_fraction = true;
        continue;
      }
      if (!is_digit(c)) break;
      numerator = TRY(product(numerator, 10));
      if (__builtin_add_overflow(numerator, Int128{c - '0'}, &numerator)) return too_large();
      if (is_fraction) denominator = TRY(product(denominator, 10));
    }
    steps_.push_back({.op = Op::number, .number = TRY(reduced(numerator, denominator))});
    return {};
  }

  Result<void> take_name() {
    const std::size_t first = at_;
    while (at_ < text_.size() && (begins_name(text_[at_]) || is_digit(text_[at_]))) ++at_;
    std::string name(text_.substr(first, at_ - first));
    if (!take('(')) {
      steps_.push_back({.op = Op::name, .name = std::move(name)});
      return {};
    }
    std::size_t arguments = 0;
    do {
      TRY(take_sum());
      ++arguments;
    } while (take(','));
    if (!take(')')) return expected("\",\" or \")\"");
    const bool rounds = name == "ceil" || name == "floor";
    if (rounds && arguments != 1) return invalid(fmt::format("{}() takes one value", name));
    steps_.push_back({.op = Op::call, .name = std::move(name), .arguments = arguments});
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::vector<Step> steps_;
};

Result<Ratio> call(const Step& step, std::span<const Ratio> arguments, FormulaScope& scope) {
  if (step.name == "floor") return rounded_down(arguments[0]);
  if (step.name == "ceil") return negated(rounded_down(negated(arguments[0])));
  if (step.name == "min") return extreme_of(arguments, true);
  if (step.name == "max") return extreme_of(arguments, false);
  return scope.call(step.name, arguments);
}

Result<Ratio> combine(Op op, const Ratio& a, const Ratio& b) {
  if (op == Op::add) return sum(a, b);
  if (op == Op::subtract) return sum(a, negated(b));
  return op == Op::multiply ? multiplied(a, b) : divided(a, b);
}

/// How many values a step takes from the stack.
std::size_t operands_of(const Step& step) {
  if (step.op == Op::number || step.op == Op::name) return 0;
  if (step.op == Op::call) return step.arguments;
  return step.op == Op::negate ? 1 : 2;
}

Result<Ratio> apply(const Step& step, std::span<const Ratio> operands, FormulaScope& scope) {
  if (step.op == Op::number) return step.number;
  if (step.op == Op::name) return scope.value_of(step.name);
  if (step.op == Op::negate) return negated(operands[0]);
  if (step.op == Op::call) return call(step, operands, scope);
  return combine(step.op, operands[0], operands[1]);
}

std::string digits_of(Int128 value) {
  if (value < 0) return "-" + digits_of(-value);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

}  // namespace

std::string to_string(const Ratio& ratio) {
  const std::string numerator = digits_of(ratio.numerator);
  return ratio.is_integer() ? numerator : numerator + "/" + digits_of(ratio.denominator);
}

Result<Formula> Formula::parse(std::string_view text) {
  if (text.size() > length_limit) {
    return invalid(fmt::format("a formula of more than {} characters", length_limit));
  }
  std::vector<Step> steps = TRY(Parser(text).run());
  return Formula(std::string(text), std::move(steps));
}

Result<Ratio> Formula::evaluate(FormulaScope& scope) const {
  std::vector<Ratio> stack;
  for (const Step& step : steps_) {
    const std::size_t first = stack.size() - operands_of(step);
    const Ratio value = TRY(apply(step, std::span(stack).subspan(first), scope));
    stack.resize(first);
    stack.push_back(value);
  }
  return stack.back();
}

}  // namespace pfsday::importers
