#include "importers/onnx/packed_weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace pfsday::onnx {
namespace {

Shape joined(Shape lead, std::initializer_list<std::int64_t> rest) {
  lead.insert(lead.end(), rest.begin(), rest.end());
  return lead;
}

/// Bytes [lead..., n] to their integers [lead..., wanted]; what is beyond them fills the last byte.
Value unpack(Value bytes, const Shape& lead, std::int64_t bits, std::int64_t wanted, Builder& b) {
  const std::int64_t each = 8 / bits;
  const Value rows = b.reshape(bytes, joined(lead, {(wanted + each - 1) / each}));
  const Value all = bits == 8 ? rows : b.emit("unpack", {rows}, {{"bits", bits}});
  if (!all || b.shape(all).back() == wanted) return all;
  return b.slice(all, Axes(lead.size() + 1, 0), joined(lead, {wanted}), Axes(lead.size() + 1, 1));
}

Result<void> check(const PackedWeights& packed, std::int64_t columns) {
  const bool fits = (packed.bits == 2 || packed.bits == 4 || packed.bits == 8) &&
                    packed.block_size >= 1 && packed.block_size % (8 / packed.bits) == 0 &&
                    packed.block_size <= std::int64_t{1} << 31 && columns >= 1;
  if (fits) return {};
  return fail(Code::attribute_invalid, fmt::format("{} columns in blocks of {} with {} bits",
                                                   columns, packed.block_size, packed.bits));
}

/// One for each block, [lead..., blocks, 1].
Value zero_points_of(const PackedWeights& packed, const Shape& lead, std::int64_t blocks,
                     ElementType element, Builder& b) {
  if (!packed.zero_points) {
    return b.scalar(element, static_cast<graph::Exact>(std::int64_t{1} << (packed.bits - 1)));
  }
  const Shape aligned = joined(lead, {blocks, 1});
  if (graph::is_real(b.type(packed.zero_points).element)) {
    return b.reshape(b.cast(packed.zero_points, element), aligned);
  }
  const Value integers = unpack(packed.zero_points, lead, packed.bits, blocks, b);
  return b.reshape(b.cast(integers, element), aligned);
}

}  // namespace

Result<Value> unpack_weights(const PackedWeights& packed, const Shape& lead, std::int64_t columns,
                             Builder& b) {
  TRY(check(packed, columns));
  b.use_as_parameter(packed.bytes, 8 / packed.bits);
  const ElementType element = b.type(packed.scales).element;
  const std::int64_t blocks = (columns + packed.block_size - 1) / packed.block_size;
  const std::int64_t stored = blocks * packed.block_size;
  const Value integers = b.cast(unpack(packed.bytes, lead, packed.bits, stored, b), element);
  const Value apart = b.reshape(integers, joined(lead, {blocks, packed.block_size}));
  const Value centered = b.sub(apart, zero_points_of(packed, lead, blocks, element, b));
  const Value scaled = b.mul(centered, b.reshape(packed.scales, joined(lead, {blocks, 1})));
  const Value whole = b.reshape(scaled, joined(lead, {stored}));
  if (!whole || stored == columns) return whole;
  return b.slice(whole, Axes(lead.size() + 1, 0), joined(lead, {columns}),
                 Axes(lead.size() + 1, 1));
}

}  // namespace pfsday::onnx
