#include "count/polynomial.h"

#include <gtest/gtest.h>

#include <functional>

namespace pfsday::count {
namespace {

TEST(Rational, LowestTerms) {
  EXPECT_EQ(Rational(6, 4), Rational(3, 2));
  EXPECT_EQ(Rational(1, 2) + Rational(1, 3), Rational(5, 6));
  EXPECT_EQ(Rational(1, 2) + Rational(-1, 2), Rational(0));
  EXPECT_EQ(Rational(2, 3) * Rational(9, 4), Rational(3, 2));
  EXPECT_TRUE((Rational(1, 2) + Rational(3, 2)).is_integer());
  EXPECT_EQ(Rational(-12345, 2).to_grouped(), "-12,345/2");
  EXPECT_EQ(Rational(-12345, 2).to_digits(), "-12345/2");
}

TEST(Rational, OverflowStays) {
  const Rational huge(Int128{1} << 100);
  EXPECT_FALSE((huge * Rational(1, Int128{1} << 100)).overflowed()) << "reduced crosswise";
  EXPECT_TRUE((huge * huge).overflowed());
  EXPECT_TRUE((huge * huge + Rational(1)).overflowed());
  EXPECT_TRUE((Rational() * (huge * huge)).overflowed());
  EXPECT_TRUE(Rational(units::Count(~units::Uint128{0} >> 1U) + units::Count(1)).overflowed());
}

using Function = std::function<Rational(std::int64_t x, std::int64_t y)>;

Polynomial interpolate_grid(const Progression& x, const Progression& y, const Function& f) {
  std::vector<Rational> values;
  for (std::size_t i = 0; i < x.count; ++i) {
    for (std::size_t j = 0; j < y.count; ++j) {
      values.push_back(f(x.first + x.step * static_cast<std::int64_t>(i),
                         y.first + y.step * static_cast<std::int64_t>(j)));
    }
  }
  const Progression axes[] = {x, y};
  return interpolate(axes, std::move(values));
}

TEST(Polynomial, Interpolates) {
  const Progression x{.first = 7, .step = 3, .count = 2};
  const Progression y{.first = 12, .step = 5, .count = 4};
  const std::string names[] = {"batch", "seq"};
  const struct {
    Function f;
    std::string text;
  } cases[] = {
      {[](auto, auto) { return Rational(0); }, "0"},
      {[](auto, auto) { return Rational(-42); }, "-42"},
      {[](auto a, auto) { return Rational(a); }, "batch"},
      {[](auto a, auto b) { return Rational(a * (84934656 * b + 18432 * b * b)); },
       "84,934,656*batch*seq + 18,432*batch*seq^2"},
      {[](auto, auto b) { return Rational(b * (b + 1), 2); }, "1/2*seq + 1/2*seq^2"},
      {[](auto a, auto b) { return Rational(5 * a - b * b * b + 1); }, "1 + 5*batch - seq^3"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const Polynomial p = interpolate_grid(x, y, c.f);
    EXPECT_EQ(to_string(p, names), c.text);
    const std::int64_t fresh[] = {100, 1000};
    EXPECT_EQ(evaluate(p, fresh), c.f(100, 1000));
  }
}

TEST(Polynomial, OfNoVariable) {
  const Polynomial p = interpolate({}, {Rational(12)});
  EXPECT_EQ(to_string(p, {}), "12");
  EXPECT_EQ(evaluate(p, {}), Rational(12));
}

}  // namespace
}  // namespace pfsday::count
