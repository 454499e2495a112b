// Whatever is printed reads back as the same.
#include <gtest/gtest.h>
// gtest must come before
#include <rapidcheck/gtest.h>

#include <cmath>

#include "units/count.h"
#include "units/date.h"
#include "units/print.h"
#include "units/quantity.h"

namespace pfsday::units {
namespace {

constexpr Dimension dimensions[] = {Dimension::number,   Dimension::operations, Dimension::macs,
                                    Dimension::rate,     Dimension::duration,   Dimension::bytes,
                                    Dimension::chip_time};

/// Of any magnitude that a double has, not only near 1.
double any_magnitude() {
  const auto mantissa = *rc::gen::inRange<std::uint64_t>(1, std::uint64_t{1} << 53U);
  return std::ldexp(static_cast<double>(mantissa), *rc::gen::inRange(-1000, 900));
}

Count any_count() {
  const Count high(*rc::gen::arbitrary<std::uint64_t>());
  return high * Count(*rc::gen::arbitrary<std::uint64_t>()) + *rc::gen::arbitrary<std::uint32_t>();
}

RC_GTEST_PROP(Quantity, ReadsBackAsPrinted, ()) {
  const Quantity quantity{any_magnitude(), *rc::gen::elementOf(std::vector(std::begin(dimensions),
                                                                           std::end(dimensions)))};
  const Result<Quantity> back = parse_quantity(print_quantity(quantity));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->value == quantity.value);
  RC_ASSERT(back->dimension == quantity.dimension);
}

RC_GTEST_PROP(Quantity, ReadsBackRounded, ()) {
  const double value = any_magnitude();
  const Result<double> back = parse_as(to_si(value, "FLOP"), Dimension::operations);
  RC_ASSERT(back.has_value());
  RC_ASSERT(std::abs(*back / value - 1) <= 5.001e-4);
}

RC_GTEST_PROP(Count, ReadsBackAsPrinted, ()) {
  const Count count = any_count();
  RC_ASSERT(*parse_count(to_digits(count)) == count);
  RC_ASSERT(*parse_count(to_grouped(count)) == count);
}

RC_GTEST_PROP(Date, ReadsBackAsPrinted, ()) {
  const Date date{*rc::gen::inRange(-719162, 2932897)};  // 0001-01-01 to 9999-12-31
  RC_ASSERT(*parse_date(to_string(date)) == date);
}

RC_GTEST_PROP(Quantity, AnyTextIsReadOrRefused, (const std::string& text)) {
  const Result<Quantity> quantity = parse_quantity("1" + text);
  if (!quantity) RC_ASSERT(!quantity.error().what.empty());
  if (quantity) RC_ASSERT(std::isfinite(quantity->value));
}

}  // namespace
}  // namespace pfsday::units
