// What the lowerings of attention share: heads, caches of keys and values, masks, rotary positions.
#pragma once

#include "importers/onnx/lowering.h"
#include "ops/attention.h"

namespace pfsday::onnx {

/// [B, S, H * D] to [B, H, S, D]. Errors: Code::shapes_disagree, Code::attribute_invalid.
Result<Value> split_heads(Value x, std::int64_t heads, Builder& b);
/// [B, H, S, D] to [B, S, H * D].
Value merge_heads(Value x, Builder& b);
/// [B, S, H, n, D], n tensors packed beside each other, to the i-th of them as [B, H, S, D].
Value unpack_heads(Value x, std::int64_t i, Builder& b);

/// Positions from..from + size - 1 along an axis.
Value part_of(Value x, std::int64_t axis, std::int64_t from, std::int64_t size, Builder& b);
/// Consecutive parts of these sizes along the last axis. Errors: Code::shapes_disagree.
Result<Values> split_columns(Value x, const Axes& sizes, Builder& b);

/// Keys or values [B, H, S, D] behind those of earlier steps.
struct Cached {
  Value all;      ///< what queries see
  Value present;  ///< what the next step is given
};
/// past: empty, or [B, H, P, D]. length: where only the first of the P are filled, how many, as in
/// a buffer that has room for later steps; the new ones follow them. Errors: Code::shapes_disagree.
Result<Cached> extend_cache(Value past, Value fresh, std::optional<std::int64_t> length,
                            Builder& b);

/// A bias of 0 where the mask is true, and `hidden` where it is not.
Value bias_of_mask(Value mask, ElementType element, graph::Exact hidden, Builder& b);
/// The sum of two biases, either of which may be empty.
Value sum_of_biases(Value first, Value second, Builder& b);

/// The attribute `scale`, where 0 stands for 1 / sqrt(D).
Result<graph::Exact> scale_of(const OnnxNode& node, Value q, Builder& b);

/// Attention written out, for operators that give its inner tensors away: every pair is computed,
/// and those that the mask hides are overwritten.
struct WrittenAttention {
  Value scores;   ///< scaled products
  Value masked;   ///< capped, biased, masked
  Value softmax;  ///<
  Value y;        ///< [B, H, S, Dv]
};
WrittenAttention write_attention(Value q, Value k, Value v, Value bias,
                                 const ops::AttentionOptions& options, Builder& b);

/// Rotates pairs of elements of x [B, H, S, D] by angles whose cosines and sines are [.., S, R /
/// 2], broadcast over the heads: the first R elements, paired with their neighbor (interleaved) or
/// with the one R / 2 further. Errors: Code::shapes_disagree.
Result<Value> rotate(Value x, Value cosine, Value sine, bool is_interleaved, Builder& b);

}  // namespace pfsday::onnx
