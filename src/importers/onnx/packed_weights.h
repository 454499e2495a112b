// Weights of few bits, several to a byte, with a scale and a zero point for each block of them.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

struct PackedWeights {
  Value bytes = {};        ///< u8, [..., blocks * block_size * bits / 8] or [..., blocks, the rest]
  Value scales = {};       ///< one for each block: [..., blocks], in any shape of as many elements
  Value zero_points = {};  ///< as scales; packed as the weights are where u8; empty: 2^(bits - 1)
  std::int64_t bits = 4;
  std::int64_t block_size = 32;
};

/// (integer - zero point) * scale as [lead..., columns], with the lead axes given. Where the last
/// block is cut short, the integers that no column needs are converted all the same. Marks the
/// bytes as a parameter, which counts with every integer that it holds. Errors:
/// Code::attribute_invalid, Code::shapes_disagree.
Result<Value> unpack_weights(const PackedWeights& packed, const Shape& lead, std::int64_t columns,
                             Builder& b);

}  // namespace pfsday::onnx
