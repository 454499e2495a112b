// Exact, checked 128-bit counts of operations, bytes and elements.
//
//   const Count macs = Count(m) * k * n;
//   if (macs.overflowed()) return fail(Code::count_overflow, ...);
//
// A count that would exceed 2^128 - 2 sticks at "overflowed", through every further sum and
// product, so that no overflow is unseen and one check at the end of a sum suffices.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <string>

namespace pfsday {
class JsonWriter;
}

namespace pfsday::units {

__extension__ using Uint128 = unsigned __int128;

class Count {
 public:
  constexpr Count() = default;
  /// From an integer, which must not be negative.
  // NOLINTNEXTLINE(google-explicit-constructor): integers are counts, so that Count(m) * 2 reads
  constexpr Count(std::integral auto value) : value_(static_cast<Uint128>(value)) {}
  constexpr explicit Count(Uint128 value) : value_(value) {}

  constexpr bool overflowed() const { return value_ == overflow; }
  constexpr Uint128 value() const { return value_; }
  constexpr double to_double() const { return static_cast<double>(value_); }

  constexpr Count& operator+=(Count other) {
    value_ = other.value_ > overflow - value_ ? overflow : value_ + other.value_;
    return *this;
  }
  constexpr Count& operator*=(Count other) {
    const bool fits = ((value_ | other.value_) >> 64U) == 0;  // the product, too: nearly always
    if (fits) {
      value_ *= other.value_;
      return *this;
    }
    const bool exceeds = other.value_ != 0 && value_ > overflow / other.value_;
    value_ = exceeds ? overflow : value_ * other.value_;
    return *this;
  }
  /// Difference, which must not be negative; an overflowed count stays so.
  constexpr Count& operator-=(Count other) {
    if (!overflowed()) value_ -= other.value_;
    return *this;
  }
  friend constexpr Count operator+(Count a, Count b) { return a += b; }
  friend constexpr Count operator*(Count a, Count b) { return a *= b; }
  friend constexpr Count operator-(Count a, Count b) { return a -= b; }
  friend constexpr auto operator<=>(Count, Count) = default;

 private:
  static constexpr Uint128 overflow = ~Uint128{0};
  Uint128 value_ = 0;
};

/// Decimal digits, exact.
std::string to_digits(Count count);
/// Decimal digits in groups of three: "4,089,184,256".
std::string to_grouped(Count count);
/// As an integer of any size.
void write_json(JsonWriter& json, Count count);

}  // namespace pfsday::units
