// Element types, shapes and tensor types.
//
//   const TensorType image{ElementType::f32, {1, 3, 224, 224}};
//   to_string(image)           // "f32[1,3,224,224]"
//   element_count(image.shape) // 150528
//
// Every size is known: named dimensions are bound before a graph is built. A tensor whose type
// could not be found (it comes out of an operator nobody knows) has element type `unknown`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/inline_vector.h"
#include "units/count.h"

namespace pfsday::graph {

using units::Count;

enum class ElementType : std::uint8_t {
  unknown,
  f64,
  f32,
  f16,
  bf16,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  f4e2m1,
  i64,
  i32,
  i16,
  i8,
  i4,
  u64,
  u32,
  u16,
  u8,
  u4,
  boolean,
  c64,
  c128,
  text,
};

enum class ElementClass : std::uint8_t { unknown, real, integer, boolean, complex, text };

/// "f32"; "?" for unknown.
std::string_view to_string(ElementType type);
std::optional<ElementType> find_element_type(std::string_view name);
ElementClass class_of(ElementType type);
/// Width in bits; 0 for unknown and text.
int bits_of(ElementType type);
inline bool is_real(ElementType type) { return class_of(type) == ElementClass::real; }
inline bool is_integer(ElementType type) { return class_of(type) == ElementClass::integer; }
/// An integer type that quantized weights are stored in: of at most 16 bits.
inline bool is_quantized(ElementType type) { return is_integer(type) && bits_of(type) <= 16; }

/// The sizes of the axes, outermost first; each at least 0. No axes: a scalar.
using Shape = InlineVector<std::int64_t, 6>;
/// Axes, sizes per axis, pads: any list of integers of about that length.
using Axes = InlineVector<std::int64_t, 6>;

Count element_count(const Shape& shape);
/// "[1,3,224,224]"; "[]" for a scalar.
std::string to_string(const Shape& shape);

struct TensorType {
  ElementType element = ElementType::unknown;
  Shape shape = {};

  bool known() const { return element != ElementType::unknown; }
  Count elements() const { return element_count(shape); }
  /// Bytes in memory, rounded up to whole bytes.
  Count bytes() const;
  std::int64_t rank() const { return static_cast<std::int64_t>(shape.size()); }
  friend bool operator==(const TensorType&, const TensorType&) = default;
  using MovesAsBytes = void;  ///< in an InlineVector
};
using TensorTypes = InlineVector<TensorType, 2>;

/// "f32[1,3,224,224]"; "?" for an unknown type.
std::string to_string(const TensorType& type);

}  // namespace pfsday::graph
