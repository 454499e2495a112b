// Attention and RotaryEmbedding of operator set 23.
#include <fmt/format.h>

#include <cmath>

#include "importers/onnx/attention_operands.h"

namespace pfsday::onnx {
namespace {

/// Query, key or value as [B, H, S, D]; with 3 axes, an attribute tells the number of heads.
Result<Value> operand_of(const OnnxNode& node, std::size_t input, std::string_view heads,
                         Builder& b) {
  const Value x = node.input(input);
  if (b.shape(x).size() == 4) return x;
  const std::int64_t count = TRY(node.integer(heads, 0));
  return split_heads(x, count, b);
}

/// A mask that is narrower than the keys hides those that it lacks.
Value widened(Value bias, std::int64_t keys, Builder& b) {
  Shape missing = b.shape(bias);
  if (missing.empty() || missing.back() <= 1 || missing.back() >= keys) return bias;
  missing.back() = keys - missing.back();
  const Value hidden = b.full({b.type(bias).element, missing}, -HUGE_VALL);
  return b.concat({bias, hidden}, std::ssize(missing) - 1);
}

/// attn_mask as a bias: a boolean one is true where a key is seen.
Value bias_of(const OnnxNode& node, ElementType element, std::int64_t keys, Builder& b) {
  if (!node.has_input(3)) return {};
  Value bias = node.input(3);
  if (b.type(bias).element == ElementType::boolean) {
    bias = bias_of_mask(bias, element, -HUGE_VALL, b);
  }
  return widened(b.cast(bias, element), keys, b);
}

/// Output 3: the scaled products, what the softmax is of, or the softmax. The cap comes before the
/// mask, as the revised text of the operator has it.
Result<Value> inner_output(const OnnxNode& node, const WrittenAttention& w) {
  switch (TRY(node.integer("qk_matmul_output_mode", 0))) {
    case 0:
      return w.scores;
    case 1:
    case 2:
      return w.masked;
    case 3:
      return w.softmax;
    default:
      return fail(Code::attribute_invalid, "qk_matmul_output_mode is not in 0..3");
  }
}

/// A causal mask begins behind the past; without a past, at the first key.
Result<ops::AttentionOptions> options_of(const OnnxNode& node, Value q, Builder& b) {
  ops::AttentionOptions options;
  options.causal = TRY(node.integer("is_causal", 0)) != 0;
  options.offset = node.has_input(4) ? b.shape(node.input(4))[2] : 0;
  options.scale = TRY(scale_of(node, q, b));
  options.softcap = TRY(node.real("softcap", 0));
  return options;
}

/// Inputs Q, K, V, attn_mask, past_key, past_value; outputs Y, present_key, present_value, scores.
Result<Values> lower_attention(const OnnxNode& node, Builder& b) {
  if (node.has_input(6)) {
    return fail(Code::type_unsupported, "a cache with a number of filled keys is not lowered");
  }
  for (const std::size_t i : {0U, 1U, 2U}) note_weight(node.input(i), b);
  const Value q = TRY(operand_of(node, 0, "q_num_heads", b));
  const Value fresh_key = TRY(operand_of(node, 1, "kv_num_heads", b));
  const Value fresh_value = TRY(operand_of(node, 2, "kv_num_heads", b));
  const Cached key = TRY(extend_cache(node.input(4), fresh_key, {}, b));
  const Cached value = TRY(extend_cache(node.input(5), fresh_value, {}, b));
  if (!key.all || !value.all) return Values{};
  const ops::AttentionOptions options = TRY(options_of(node, q, b));
  const Value bias = bias_of(node, b.type(q).element, b.shape(key.all)[2], b);
  Values outputs = {{}, key.present, value.present};
  if (node.has_output(3)) {
    const WrittenAttention w = write_attention(q, key.all, value.all, bias, options, b);
    outputs[0] = w.y;
    outputs.push_back(TRY(inner_output(node, w)));
  } else {
    outputs[0] = ops::emit_attention(b, q, key.all, value.all, bias, options);
  }
  if (b.shape(node.input(0)).size() == 3) outputs[0] = merge_heads(outputs[0], b);
  return outputs;
}

/// x [B, H, S, D], or [B, S, H * D] with the number of heads; the caches by position, or already
/// those of the positions of x.
Result<Values> lower_rotary(const OnnxNode& node, Builder& b) {
  const Value x = node.input(0);
  const bool is_merged = b.shape(x).size() == 3;
  const std::int64_t heads = TRY(node.integer("num_heads", 0));
  const Value split = is_merged ? TRY(split_heads(x, heads, b)) : x;
  const auto angles = [&](std::size_t cache) {
    return node.has_input(3) ? b.gather(node.input(cache), node.input(3), 0) : node.input(cache);
  };
  const Value cosine = angles(1);
  const Value sine = angles(2);
  if (!cosine || !sine) return Values{};
  const bool is_interleaved = TRY(node.integer("interleaved", 0)) != 0;
  const Value y = TRY(rotate(split, cosine, sine, is_interleaved, b));
  return Values{is_merged ? merge_heads(y, b) : y};
}

constexpr Lowering rows[] = {
    {.op = "Attention", .inputs = 3, .lower = lower_attention, .since = 23},
    {.op = "RotaryEmbedding", .inputs = 3, .lower = lower_rotary, .since = 23},
};

}  // namespace

extern constinit const LoweringFamily attention{rows};

}  // namespace pfsday::onnx
