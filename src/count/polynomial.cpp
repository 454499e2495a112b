#include "count/polynomial.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace pfsday::count {
namespace {

using units::Count;
using units::Uint128;

constexpr Int128 largest = static_cast<Int128>(~Uint128{0} >> 1U);

Uint128 magnitude(Int128 value) {
  return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

Int128 greatest_common_divisor(Int128 a, Int128 b) {
  Uint128 x = magnitude(a);
  Uint128 y = magnitude(b);
  while (y != 0) x = std::exchange(y, x % y);
  return static_cast<Int128>(x);
}

/// Divided differences of equally spaced values: the coefficients c of
/// sum over j of c[j] k (k-1) ... (k-j+1), where k counts the values.
void to_newton(std::span<Rational> values) {
  for (std::size_t j = 1; j < values.size(); ++j) {
    for (std::size_t k = values.size() - 1; k >= j; --k) {
      values[k] = (values[k] + -values[k - 1]) * Rational(1, static_cast<Int128>(j));
    }
  }
}

/// From that to the coefficients of powers of x = first + step k, by Horner's rule.
void to_powers(const Progression& axis, std::span<Rational> newton) {
  const Rational inverse(1, axis.step);
  std::vector<Rational> powers(newton.size());
  for (std::size_t j = newton.size(); j-- > 0;) {
    const Rational root(axis.first + static_cast<std::int64_t>(j) * axis.step);
    for (std::size_t i = powers.size(); i-- > 0;) {  // times (x - root) / step
      const Rational lower = i > 0 ? powers[i - 1] : Rational();
      powers[i] = (lower + -root * powers[i]) * inverse;
    }
    powers[0] = powers[0] + newton[j];
  }
  std::ranges::copy(powers, newton.begin());
}

/// Turns values into coefficients along one axis; neighbors along it lie `stride` apart.
void transform(const Progression& axis, std::size_t stride, std::vector<Rational>& values) {
  std::vector<Rational> line(axis.count);
  for (std::size_t start = 0; start < values.size(); ++start) {
    if (start / stride % axis.count != 0) continue;
    for (std::size_t k = 0; k < axis.count; ++k) line[k] = values[start + k * stride];
    to_newton(line);
    to_powers(axis, line);
    for (std::size_t k = 0; k < axis.count; ++k) values[start + k * stride] = line[k];
  }
}

int degree(const Term& term) { return std::accumulate(term.powers.begin(), term.powers.end(), 0); }

/// By ascending degree; of equal ones, the first variable first.
bool comes_before(const Term& a, const Term& b) {
  if (degree(a) != degree(b)) return degree(a) < degree(b);
  return a.powers > b.powers;
}

std::string to_string(const Term& term, std::span<const std::string> names) {
  const Rational size = term.coefficient.is_negative() ? -term.coefficient : term.coefficient;
  std::string text = size == Rational(1) && degree(term) > 0 ? "" : size.to_grouped();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (term.powers[i] == 0) continue;
    text += (text.empty() ? "" : "*") + names[i];
    if (term.powers[i] > 1) text += fmt::format("^{}", term.powers[i]);
  }
  return text;
}

}  // namespace

Rational Rational::overflow() {
  Rational result;
  result.denominator_ = 0;
  return result;
}

Rational::Rational(Int128 numerator, Int128 denominator)
    : numerator_(numerator), denominator_(denominator) {
  const Int128 common = greatest_common_divisor(numerator, denominator);
  numerator_ /= common;
  denominator_ /= common;
}

Rational::Rational(Count count) {
  if (count.overflowed() || count.value() > static_cast<Uint128>(largest)) {
    *this = overflow();
  } else {
    numerator_ = static_cast<Int128>(count.value());
  }
}

Rational Rational::operator-() const {
  Rational result = *this;
  if (__builtin_sub_overflow(Int128{0}, numerator_, &result.numerator_)) return overflow();
  return result;
}

Rational operator+(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::overflow();
  Int128 left = 0;
  Int128 right = 0;
  Int128 sum = 0;
  Int128 denominator = 0;
  const Int128 common = greatest_common_divisor(a.denominator_, b.denominator_);
  const bool exceeds =
      __builtin_mul_overflow(a.numerator_, b.denominator_ / common, &left) ||
      __builtin_mul_overflow(b.numerator_, a.denominator_ / common, &right) ||
      __builtin_add_overflow(left, right, &sum) ||
      __builtin_mul_overflow(a.denominator_, b.denominator_ / common, &denominator);
  return exceeds ? Rational::overflow() : Rational(sum, denominator);
}

Rational operator*(const Rational& a, const Rational& b) {
  if (a.overflowed() || b.overflowed()) return Rational::overflow();
  const Rational left(a.numerator_, b.denominator_);  // reduced crosswise, the products stay small
  const Rational right(b.numerator_, a.denominator_);
  Int128 numerator = 0;
  Int128 denominator = 0;
  const bool exceeds = __builtin_mul_overflow(left.numerator_, right.numerator_, &numerator) ||
                       __builtin_mul_overflow(left.denominator_, right.denominator_, &denominator);
  return exceeds ? Rational::overflow() : Rational(numerator, denominator);
}

std::string Rational::to_digits() const {
  if (overflowed()) return "overflow";
  if (is_integer()) return fmt::format("{}", numerator_);
  return fmt::format("{}/{}", numerator_, denominator_);
}

std::string Rational::to_grouped() const {
  if (overflowed()) return "overflow";
  std::string text = is_negative() ? "-" : "";
  text += units::to_grouped(Count(magnitude(numerator_)));
  if (!is_integer()) text += "/" + units::to_grouped(Count(magnitude(denominator_)));
  return text;
}

bool Polynomial::overflowed() const {
  return std::ranges::any_of(terms, [](const Term& term) { return term.coefficient.overflowed(); });
}

Polynomial interpolate(std::span<const Progression> axes, std::vector<Rational> values) {
  std::size_t stride = values.size();
  for (const Progression& axis : axes) {
    stride /= axis.count;
    transform(axis, stride, values);
  }
  Polynomial result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == Rational()) continue;
    Term term{values[i], std::vector<int>(axes.size())};
    std::size_t rest = i;
    for (std::size_t axis = axes.size(); axis-- > 0; rest /= axes[axis].count) {
      term.powers[axis] = static_cast<int>(rest % axes[axis].count);
    }
    result.terms.push_back(std::move(term));
  }
  std::ranges::sort(result.terms, comes_before);
  return result;
}

Rational evaluate(const Polynomial& polynomial, std::span<const std::int64_t> at) {
  Rational sum;
  for (const Term& term : polynomial.terms) {
    Rational product = term.coefficient;
    for (std::size_t i = 0; i < at.size(); ++i) {
      for (int power = 0; power < term.powers[i]; ++power) product = product * Rational(at[i]);
    }
    sum = sum + product;
  }
  return sum;
}

std::string to_string(const Polynomial& polynomial, std::span<const std::string> names) {
  std::string text;
  for (const Term& term : polynomial.terms) {
    if (text.empty()) {
      text = term.coefficient.is_negative() ? "-" : "";
    } else {
      text += term.coefficient.is_negative() ? " - " : " + ";
    }
    text += to_string(term, names);
  }
  return text.empty() ? "0" : text;
}

}  // namespace pfsday::count
