// What the quantized operators share: a real number r stands as the integer q = round(r / scale) +
// zero point, saturated to its type.
//
// Counted as the specification writes it: a zero point that is not given, or is known to be zero,
// costs nothing; rounding is one compare, and saturation two.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

/// A scale or zero point, aligned so that it broadcasts to x: one for the whole tensor, one for
/// each index of an axis, or one for each block of `block_size` elements along the axis (0: no
/// blocks). Errors: Code::shapes_disagree, Code::attribute_invalid.
Result<Value> align_to_quantized(Value v, const Shape& x, std::int64_t axis,
                                 std::int64_t block_size, Builder& b);

/// x as numbers of that type, less the zero point if that may differ from zero. The zero point is
/// aligned with x, or empty.
Value subtract_zero_point(Value x, Value zero_point, ElementType element, Builder& b);

/// r / scale, which is given, to a quantized type. A gradient passes the rounding as if there were
/// none. The zero point is aligned, or empty; floats of 8 bits or less are rounded by their cast.
Value quantize(Value scaled, Value zero_point, ElementType to, bool saturates, Builder& b);

/// The real value behind a quantized one: what `quantize` rounded, where x comes right from it, so
/// that a gradient passes; else x, cast.
Value dequantized(Value x, ElementType element, Builder& b);

}  // namespace pfsday::onnx
