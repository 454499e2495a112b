#include "graph/literal.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

namespace pfsday::graph {
namespace {

template <class T>
T load(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

/// IEEE-like number of `exponent_bits` and `mantissa_bits` with subnormals.
Exact decode_float(unsigned bits, int exponent_bits, int mantissa_bits, int bias) {
  const unsigned mantissa = bits & ((1U << mantissa_bits) - 1U);
  const int exponent = static_cast<int>((bits >> mantissa_bits) & ((1U << exponent_bits) - 1U));
  const bool negative = ((bits >> (exponent_bits + mantissa_bits)) & 1U) != 0;
  const Exact magnitude = exponent == 0 ? std::ldexp(Exact(mantissa), 1 - bias - mantissa_bits)
                                        : std::ldexp(Exact(mantissa | (1U << mantissa_bits)),
                                                     exponent - bias - mantissa_bits);
  return negative ? -magnitude : magnitude;
}

Exact decode_half(unsigned bits) {
  if ((bits & 0x7c00U) != 0x7c00U) return decode_float(bits, 5, 10, 15);
  const Exact special = (bits & 0x3ffU) != 0 ? std::nanl("") : HUGE_VALL;
  return (bits & 0x8000U) != 0 ? -special : special;
}

Exact decode(ElementType element, std::span<const std::byte> bytes, std::size_t i) {
  switch (element) {
    case ElementType::f64:
      return load<double>(bytes, i);
    case ElementType::f32:
      return load<float>(bytes, i);
    case ElementType::f16:
      return decode_half(load<std::uint16_t>(bytes, i));
    case ElementType::bf16:
      return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(bytes, i)} << 16U);
    case ElementType::i64:
      return static_cast<Exact>(load<std::int64_t>(bytes, i));
    case ElementType::i32:
      return load<std::int32_t>(bytes, i);
    case ElementType::i16:
      return load<std::int16_t>(bytes, i);
    case ElementType::i8:
      return load<std::int8_t>(bytes, i);
    case ElementType::u64:
      return static_cast<Exact>(load<std::uint64_t>(bytes, i));
    case ElementType::u32:
      return load<std::uint32_t>(bytes, i);
    case ElementType::u16:
      return load<std::uint16_t>(bytes, i);
    case ElementType::u8:
    case ElementType::boolean:
      return load<std::uint8_t>(bytes, i);
    default:
      return 0;
  }
}

bool is_decodable(ElementType element) {
  switch (class_of(element)) {
    case ElementClass::real:
      return bits_of(element) >= 16;
    case ElementClass::integer:
      return bits_of(element) >= 8;
    case ElementClass::boolean:
      return true;
    default:
      return false;
  }
}

/// To the nearest number of that many significant bits, ties to even; subnormals end at `smallest`,
/// and what is more than `largest` becomes infinite.
Exact round_to_bits(Exact value, int bits, Exact smallest, Exact largest) {
  if (!std::isfinite(value) || value == 0) return value;
  const Exact unit = std::max(std::ldexp(Exact{1}, std::ilogb(value) - bits + 1), smallest);
  const Exact rounded = std::nearbyint(value / unit) * unit;
  return std::fabs(rounded) > largest ? std::copysign(HUGE_VALL, value) : rounded;
}

Exact wrap_integer(ElementType element, Exact value) {
  if (!std::isfinite(value)) return 0;
  const Exact modulus = 2 * static_cast<Exact>(std::uint64_t{1} << (bits_of(element) - 1U));
  const Exact whole = std::trunc(value);
  if (whole >= 0 && whole < modulus / 2) return whole;
  Exact wrapped = std::fmod(whole, modulus);
  if (wrapped < 0) wrapped += modulus;
  const bool is_signed = to_string(element).front() == 'i';
  if (is_signed && wrapped >= modulus / 2) wrapped -= modulus;
  return wrapped;
}

}  // namespace

bool can_be_literal(const TensorType& type) {
  return is_decodable(type.element) && type.bytes() <= Count(literal_bytes_limit);
}

Literal Literal::of(TensorType type, std::vector<Exact> values) {
  assert(type.elements() == Count(values.size()));
  Literal literal;
  literal.type_ = std::move(type);
  literal.values_ = std::make_shared<const std::vector<Exact>>(std::move(values));
  return literal;
}

Literal Literal::scalar(ElementType element, Exact value) { return splat({element, {}}, value); }

Literal Literal::splat(TensorType type, Exact value) {
  Literal literal;
  literal.type_ = std::move(type);
  literal.splat_ = value;
  return literal;
}

Literal Literal::view(TensorType type, std::span<const std::byte> bytes) {
  assert(type.bytes() == Count(bytes.size()));
  Literal literal;
  literal.type_ = std::move(type);
  literal.bytes_ = bytes;
  return literal;
}

std::optional<Exact> Literal::uniform() const {
  if (splat_ || type_.elements() != Count(1)) return splat_;
  return at(0);
}

Exact Literal::at(std::size_t index) const {
  if (splat_) return *splat_;
  return values_ ? (*values_)[index] : decode(type_.element, bytes_, index);
}

std::vector<Exact> Literal::values() const {
  std::vector<Exact> all(static_cast<std::size_t>(type_.elements().value()));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = at(i);
  return all;
}

Axes Literal::integers() const {
  Axes all(static_cast<std::size_t>(type_.elements().value()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = static_cast<std::int64_t>(to_element(ElementType::i64, at(i)));
  }
  return all;
}

Exact to_element(ElementType element, Exact value) {
  switch (element) {
    case ElementType::f32:
      return static_cast<float>(value);
    case ElementType::f64:
      return static_cast<double>(value);
    case ElementType::f16:
      return round_to_bits(value, 11, 0x1p-24L, 65504);
    case ElementType::bf16:
      return round_to_bits(value, 8, 0x1p-133L, 0x1.fep127L);
    case ElementType::boolean:
      return value != 0 ? 1 : 0;
    default:
      return is_integer(element) ? wrap_integer(element, value) : value;
  }
}

}  // namespace pfsday::graph
