// Fused operators, of which no test data exist, compute what the same is in standard operators:
// both are imported from the bytes of a file, given the same numbers, and evaluated.
#include <gtest/gtest.h>

#include <cmath>

#include "onnx_program.h"

namespace pfsday::onnx {
namespace {

// What attention is made of, in standard operators.

std::string transpose(Program& p, const std::string& x, const Axes& permutation) {
  return p("Transpose", {x}, {{"perm", permutation}});
}
std::string reshape(Program& p, const std::string& x, const Axes& shape) {
  return p("Reshape", {x, p.integers(shape)});
}
std::string slice(Program& p, const std::string& x, std::int64_t axis, std::int64_t start,
                  std::int64_t end) {
  return p("Slice", {x, p.integers({start}), p.integers({end}), p.integers({axis})});
}

/// [B, S, H * D] to [B, H, S, D], and back.
std::string to_heads(Program& p, const std::string& x, std::int64_t heads) {
  return transpose(p, reshape(p, x, {0, 0, heads, -1}), {0, 2, 1, 3});
}
std::string from_heads(Program& p, const std::string& x) {
  return reshape(p, transpose(p, x, {0, 2, 1, 3}), {0, 0, -1});
}

/// [B, H, S, D] with each head `times` times in a row.
std::string repeat_heads(Program& p, const std::string& x, std::int64_t heads, std::int64_t times) {
  std::vector<std::string> all;
  for (std::int64_t head = 0; head < heads; ++head) {
    for (std::int64_t i = 0; i < times; ++i) all.push_back(slice(p, x, 1, head, head + 1));
  }
  return p("Concat", all, {{"axis", std::int64_t{1}}});
}

/// 0 where key j is seen by query i, minus 1e9 where it is not.
std::string causal_bias(Program& p, std::int64_t queries, std::int64_t keys, std::int64_t offset,
                        std::int64_t window) {
  std::vector<Exact> bias;
  for (std::int64_t i = 0; i < queries; ++i) {
    for (std::int64_t j = 0; j < keys; ++j) {
      const std::int64_t distance = offset + i - j;
      bias.push_back(distance >= 0 && distance < window ? 0 : -1e9L);
    }
  }
  return p.constant({ElementType::f64, {queries, keys}}, bias);
}

struct Written {
  std::string softmax, y;
};
Written attend(Program& p, const std::string& q, const std::string& k, const std::string& v,
               Exact scale, const std::vector<std::string>& biases, Exact softcap = 0) {
  std::string x = p("Mul", {p("MatMul", {q, transpose(p, k, {0, 1, 3, 2})}), p.number(scale)});
  if (softcap != 0) {
    const std::string cap = p.number(softcap);
    x = p("Mul", {p("Tanh", {p("Div", {x, cap})}), cap});
  }
  for (const std::string& bias : biases) x = p("Add", {x, bias});
  const std::string softmax = p("Softmax", {x}, {{"axis", std::int64_t{-1}}});
  return {softmax, p("MatMul", {softmax, v})};
}

/// Grouped heads, a past, a causal mask, a cap and a mask.
TEST(OnnxFused, Attention) {
  Program fused(23);
  const auto y =
      fused.node("Attention",
                 {fused.input("q", {2, 3, 4 * 5}), fused.input("k", {2, 3, 2 * 5}),
                  fused.input("v", {2, 3, 2 * 6}), fused.input("mask", {3, 5}),
                  fused.input("past k", {2, 2, 2, 5}), fused.input("past v", {2, 2, 2, 6})},
                 {{"is_causal", std::int64_t{1}},
                  {"q_num_heads", std::int64_t{4}},
                  {"kv_num_heads", std::int64_t{2}},
                  {"softcap", 1.5},
                  {"qk_matmul_output_mode", std::int64_t{3}}},
                 4);

  Program p(23);
  const Attributes along_keys = {{"axis", std::int64_t{2}}};
  const std::string q = to_heads(p, p.input("q", {2, 3, 4 * 5}), 4);
  const std::string k = to_heads(p, p.input("k", {2, 3, 2 * 5}), 2);
  const std::string v = to_heads(p, p.input("v", {2, 3, 2 * 6}), 2);
  const std::string mask = p.input("mask", {3, 5});
  const std::string keys = p("Concat", {p.input("past k", {2, 2, 2, 5}), k}, along_keys);
  const std::string values = p("Concat", {p.input("past v", {2, 2, 2, 6}), v}, along_keys);
  const Written w = attend(p, q, repeat_heads(p, keys, 2, 2), repeat_heads(p, values, 2, 2),
                           1 / std::sqrt(5.0L), {mask, causal_bias(p, 3, 5, 2, 99)}, 1.5L);
  expect_equal(fused.run(y), p.run({from_heads(p, w.y), keys, values, w.softmax}));
}

/// With the primitive instead of the products: the same numbers.
TEST(OnnxFused, AttentionWithoutItsScores) {
  const auto run = [](std::size_t outputs) {
    Program fused(23);
    auto y =
        fused.node("Attention",
                   {fused.input("q", {2, 4, 3, 5}), fused.input("k", {2, 2, 3, 5}),
                    fused.input("v", {2, 2, 3, 6}), fused.input("mask", {3, 3})},
                   {{"is_causal", std::int64_t{1}}, {"scale", 0.7}, {"softcap", 1.5}}, outputs);
    return fused.run({y[0]});
  };
  expect_equal(run(1), run(4));
}

/// Pairs of elements beside each other or half the width apart; the last element stays.
TEST(OnnxFused, RotaryEmbedding) {
  for (const std::int64_t interleaved : {0, 1}) {
    SCOPED_TRACE(interleaved);
    Program fused(23);
    const auto y =
        fused.node("RotaryEmbedding",
                   {fused.input("x", {2, 3, 4, 5}), fused.input("cos", {2, 4, 2}),
                    fused.input("sin", {2, 4, 2})},
                   {{"interleaved", interleaved}, {"rotary_embedding_dim", std::int64_t{4}}}, 1);
    Program p(23);
    const std::string x = p.input("x", {2, 3, 4, 5});
    const std::string cos = p("Unsqueeze", {p.input("cos", {2, 4, 2}), p.integers({1})});
    const std::string sin = p("Unsqueeze", {p.input("sin", {2, 4, 2}), p.integers({1})});
    std::vector<std::string> turned(4);
    for (std::size_t pair = 0; pair < 2; ++pair) {
      const std::size_t i = interleaved != 0 ? 2 * pair : pair;
      const std::size_t j = interleaved != 0 ? 2 * pair + 1 : pair + 2;
      const auto at = [&](const std::string& t, std::size_t k) {
        return slice(p, t, 3, static_cast<std::int64_t>(k), static_cast<std::int64_t>(k) + 1);
      };
      const std::string c = at(cos, pair);
      const std::string s = at(sin, pair);
      turned[i] = p("Sub", {p("Mul", {at(x, i), c}), p("Mul", {at(x, j), s})});
      turned[j] = p("Add", {p("Mul", {at(x, i), s}), p("Mul", {at(x, j), c})});
    }
    turned.push_back(slice(p, x, 3, 4, 5));
    expect_equal(fused.run(y), p.run({p("Concat", turned, {{"axis", std::int64_t{3}}})}));
  }
}

/// Projection, split, a past, lengths of the keys, causal.
TEST(OnnxFused, MicrosoftAttention) {
  const TensorType lengths{ElementType::i64, {2}};
  Program fused(17);
  const auto y = fused.node(
      "Attention",
      {fused.input("x", {2, 3, 4}), fused.input("w", {4, 3 * 6}), fused.input("b", {3 * 6}),
       fused.constant(lengths, {5, 4}), fused.input("past", {2, 2, 2, 2, 3})},
      {{"num_heads", std::int64_t{2}}, {"unidirectional", std::int64_t{1}}}, 2, microsoft);

  Program p(17);
  const std::string projected =
      p("Add",
        {p("MatMul", {p.input("x", {2, 3, 4}), p.input("w", {4, 3 * 6})}), p.input("b", {3 * 6})});
  const std::string past = p.input("past", {2, 2, 2, 2, 3});
  const auto part = [&](std::int64_t i) {
    return to_heads(p, slice(p, projected, 2, 6 * i, 6 * i + 6), 2);
  };
  const auto extended = [&](std::int64_t i) {
    const std::string before = reshape(p, slice(p, past, 0, i, i + 1), {2, 2, 2, 3});
    return p("Concat", {before, part(i + 1)}, {{"axis", std::int64_t{2}}});
  };
  const std::string k = extended(0);
  const std::string v = extended(1);
  const std::string hidden =
      p.constant({ElementType::f64, {2, 1, 1, 5}}, {0, 0, 0, 0, 0, 0, 0, 0, 0, -10000});
  const Written w =
      attend(p, part(0), k, v, 1 / std::sqrt(3.0L), {hidden, causal_bias(p, 3, 5, 2, 99)});
  const auto one = [&](const std::string& t) { return reshape(p, t, {1, 2, 2, 5, 3}); };
  const std::string present = p("Concat", {one(k), one(v)}, {{"axis", std::int64_t{0}}});
  expect_equal(fused.run(y), p.run({from_heads(p, w.y), present}));
}

/// Cross attention with the bias of the projection and a bias of the scores.
TEST(OnnxFused, MicrosoftMultiHeadAttention) {
  Program fused(17);
  const auto y = fused.node("MultiHeadAttention",
                            {fused.input("q", {2, 3, 2 * 5}), fused.input("k", {2, 4, 2 * 5}),
                             fused.input("v", {2, 4, 2 * 6}), fused.input("b", {10 + 10 + 12}), "",
                             fused.input("bias", {1, 2, 3, 4})},
                            {{"num_heads", std::int64_t{2}}, {"scale", 0.3}}, 4, microsoft);

  Program p(17);
  const std::string bias = p.input("b", {10 + 10 + 12});
  const auto heads = [&](const std::string& x, std::int64_t from, std::int64_t to) {
    return to_heads(p, p("Add", {x, slice(p, bias, 0, from, to)}), 2);
  };
  const std::string q = heads(p.input("q", {2, 3, 2 * 5}), 0, 10);
  const std::string k = heads(p.input("k", {2, 4, 2 * 5}), 10, 20);
  const std::string v = heads(p.input("v", {2, 4, 2 * 6}), 20, 32);
  const Written w = attend(p, q, k, v, static_cast<Exact>(0.3F), {p.input("bias", {1, 2, 3, 4})});
  expect_equal(fused.run(y), p.run({from_heads(p, w.y), k, v, w.softmax}));
}

/// Packed queries, keys and values, rotated behind a past in a cache with room for more, and a
/// window of 3.
TEST(OnnxFused, MicrosoftGroupQueryAttention) {
  const TensorType whole{ElementType::i64, {1}};
  Program fused(17);
  const auto y = fused.node(
      "GroupQueryAttention",
      {fused.input("x", {1, 3, (4 + 2 * 2) * 2}), "", "", fused.input("past k", {1, 2, 7, 2}),
       fused.input("past v", {1, 2, 7, 2}), fused.constant(whole, {4}), fused.constant(whole, {5}),
       fused.input("cos", {9, 1}), fused.input("sin", {9, 1})},
      {{"num_heads", std::int64_t{4}},
       {"kv_num_heads", std::int64_t{2}},
       {"do_rotary", std::int64_t{1}},
       {"local_window_size", std::int64_t{3}},
       {"softcap", 2.0}},
      3, microsoft);

  Program p(23);
  const std::string x = p.input("x", {1, 3, (4 + 2 * 2) * 2});
  const std::string cos = reshape(p, slice(p, p.input("cos", {9, 1}), 0, 2, 5), {1, 3, 1});
  const std::string sin = reshape(p, slice(p, p.input("sin", {9, 1}), 0, 2, 5), {1, 3, 1});
  const auto rotated = [&](const std::string& t) { return p("RotaryEmbedding", {t, cos, sin}); };
  const std::string q = rotated(to_heads(p, slice(p, x, 2, 0, 8), 4));
  const std::string k = rotated(to_heads(p, slice(p, x, 2, 8, 12), 2));
  const std::string v = to_heads(p, slice(p, x, 2, 12, 16), 2);
  const Attributes along_keys = {{"axis", std::int64_t{2}}};
  const auto extended = [&](const std::string& past, const std::string& fresh) {
    return p("Concat", {slice(p, past, 2, 0, 2), fresh}, along_keys);
  };
  const std::string past_k = p.input("past k", {1, 2, 7, 2});
  const std::string past_v = p.input("past v", {1, 2, 7, 2});
  const std::string keys = extended(past_k, k);
  const std::string values = extended(past_v, v);
  const Written w = attend(p, q, repeat_heads(p, keys, 2, 2), repeat_heads(p, values, 2, 2),
                           1 / std::sqrt(2.0L), {causal_bias(p, 3, 5, 2, 3)}, 2);
  const auto present = [&](const std::string& all, const std::string& past) {
    return p("Concat", {all, slice(p, past, 2, 5, 7)}, along_keys);
  };
  expect_equal(fused.run(y),
               p.run({from_heads(p, w.y), present(keys, past_k), present(values, past_v)}));
}

/// One query on keys that were made before.
TEST(OnnxFused, MicrosoftDecoderMaskedMultiHeadAttention) {
  Program fused(17);
  const auto y = fused.node("DecoderMaskedMultiHeadAttention",
                            {fused.input("q", {2, 1, 2 * 5}), fused.input("k", {2, 2, 4, 5}),
                             fused.input("v", {2, 2, 4, 6})},
                            {{"num_heads", std::int64_t{2}}}, 1, microsoft);
  Program p(17);
  const std::string q = to_heads(p, p.input("q", {2, 1, 2 * 5}), 2);
  const Written w =
      attend(p, q, p.input("k", {2, 2, 4, 5}), p.input("v", {2, 2, 4, 6}), 1 / std::sqrt(5.0L), {});
  expect_equal(fused.run(y), p.run({from_heads(p, w.y)}));
}

TEST(OnnxFused, MicrosoftFusedMatMul) {
  Program fused(17);
  const auto y =
      fused.node("FusedMatMul", {fused.input("a", {3, 2, 5, 4}), fused.input("b", {2, 5, 6, 4})},
                 {{"transBatchA", std::int64_t{1}},
                  {"transA", std::int64_t{0}},
                  {"transB", std::int64_t{1}},
                  {"alpha", 0.5}},
                 1, microsoft);
  Program p(17);
  const std::string a = transpose(p, p.input("a", {3, 2, 5, 4}), {1, 2, 0, 3});
  const std::string b = transpose(p, p.input("b", {2, 5, 6, 4}), {0, 1, 3, 2});
  expect_equal(fused.run(y), p.run({p("Mul", {p("MatMul", {a, b}), p.number(0.5)})}));
}

TEST(OnnxFused, MicrosoftNhwcFusedConv) {
  Program fused(17);
  const auto y = fused.node("NhwcFusedConv",
                            {fused.input("x", {1, 5, 4, 2}), fused.input("w", {3, 2, 2, 2}),
                             fused.input("b", {3}), fused.input("z", {1, 4, 3, 3})},
                            {{"activation", "Relu"}}, 1, microsoft);
  Program p(17);
  const std::string x = transpose(p, p.input("x", {1, 5, 4, 2}), {0, 3, 1, 2});
  const std::string conv = p("Conv", {x, p.input("w", {3, 2, 2, 2}), p.input("b", {3})});
  const std::string sum = p("Add", {transpose(p, conv, {0, 2, 3, 1}), p.input("z", {1, 4, 3, 3})});
  expect_equal(fused.run(y), p.run({p("Relu", {sum})}));
}

}  // namespace
}  // namespace pfsday::onnx
