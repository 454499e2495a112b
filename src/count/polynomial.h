// Exact polynomials in named sizes: interpolation from counts, evaluation, text.
//
//   const Progression axes[] = {{.first = 16, .step = 1, .count = 3}};
//   const Polynomial p = interpolate(axes, {f(16), f(17), f(18)});   // of degree 2 in one variable
//   to_string(p, {"seq"})                                            // "84,934,656*seq +
//   18,432*seq^2"
//
// Coefficients are quotients of 128-bit integers. An operation that would leave 128 bits gives a
// quotient that stays `overflowed`, through every further sum and product.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "units/count.h"

namespace pfsday::count {

__extension__ using Int128 = __int128;

/// A quotient in lowest terms.
class Rational {
 public:
  constexpr Rational() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): integers are quotients
  constexpr Rational(Int128 value) : numerator_(value) {}
  /// The denominator must not be 0.
  Rational(Int128 numerator, Int128 denominator);
  /// Overflowed if the count is, or exceeds 2^127 - 1.
  explicit Rational(units::Count count);

  bool overflowed() const { return denominator_ == 0; }
  bool is_integer() const { return denominator_ == 1; }
  bool is_negative() const { return numerator_ < 0; }
  Rational operator-() const;

  friend Rational operator+(const Rational& a, const Rational& b);
  friend Rational operator*(const Rational& a, const Rational& b);
  friend bool operator==(const Rational&, const Rational&) = default;

  /// "-3", "1/2".
  std::string to_digits() const;
  /// The same with the digits in groups of three: "84,934,656".
  std::string to_grouped() const;

 private:
  static Rational overflow();

  Int128 numerator_ = 0;
  Int128 denominator_ = 1;  ///< positive; 0 means overflowed
};

/// A coefficient and the power of each variable.
struct Term {
  Rational coefficient;
  std::vector<int> powers;
  friend bool operator==(const Term&, const Term&) = default;
};

/// A sum of terms by ascending degree, without coefficients of 0.
struct Polynomial {
  std::vector<Term> terms = {};

  /// Whether a coefficient left 128 bits.
  bool overflowed() const;
  friend bool operator==(const Polynomial&, const Polynomial&) = default;
};

/// The values first, first + step, ... of one variable.
struct Progression {
  std::int64_t first = 0;
  std::int64_t step = 1;
  std::size_t count = 1;
};

/// The polynomial, of degree axes[i].count - 1 in variable i, that has these values; they lie in
/// row-major order, the last variable running fastest. By Newton's forward differences along one
/// variable after the other.
Polynomial interpolate(std::span<const Progression> axes, std::vector<Rational> values);

Rational evaluate(const Polynomial& polynomial, std::span<const std::int64_t> at);

/// "84,934,656*seq + 1/2*batch*seq^2"; "0" if there are no terms.
std::string to_string(const Polynomial& polynomial, std::span<const std::string> names);

}  // namespace pfsday::count
