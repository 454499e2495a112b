// The contents of a small tensor: what constant folding and shape rules look at.
//
//   const Literal shape = Literal::of({ElementType::i64, {2}}, {1, 9216});
//   shape.at(1)  // 9216
//
// A literal may view the bytes of a mapped file, which must outlive it; they are decoded when an
// element is asked for, so that the weights of a model are not touched.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "graph/type.h"

namespace pfsday::graph {

/// Holds every i64, u64 and f64 exactly (64-bit mantissa or wider).
using Exact = long double;

/// Contents above this size are not kept and not folded.
constexpr std::int64_t literal_bytes_limit = 64 * 1024;

/// True if a tensor of this type is small enough to be folded and of a type that has numbers.
bool can_be_literal(const TensorType& type);

class Literal {
 public:
  /// values: one per element, row by row.
  static Literal of(TensorType type, std::vector<Exact> values);
  static Literal scalar(ElementType element, Exact value);
  /// Every element the same value; the type may be of any size.
  static Literal splat(TensorType type, Exact value);
  /// Little-endian bytes, exactly type.bytes() of them.
  static Literal view(TensorType type, std::span<const std::byte> bytes);

  const TensorType& type() const { return type_; }
  bool is_splat() const { return splat_.has_value(); }
  /// The value that every element has, where that is known without a look at them all.
  std::optional<Exact> uniform() const;
  Exact at(std::size_t index) const;
  /// All elements, row by row. Only for types of which can_be_literal is true.
  std::vector<Exact> values() const;
  /// All elements as integers, as shapes and axes are written.
  Axes integers() const;

 private:
  TensorType type_;
  std::optional<Exact> splat_;
  std::shared_ptr<const std::vector<Exact>> values_;
  std::span<const std::byte> bytes_;
};

/// The value as an element of that type holds it: rounded to its precision (types of 16 bits and
/// more), wrapped to its width.
Exact to_element(ElementType element, Exact value);

}  // namespace pfsday::graph
