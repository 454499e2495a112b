// Fused layers, of which no test data exist, compute what the same is in standard operators.
#include <gtest/gtest.h>

#include <cmath>

#include "count/count.h"
#include "onnx_program.h"

namespace pfsday::onnx {
namespace {

constexpr Exact epsilon = 0.125L;  ///< the same in every precision

std::string mean(Program& p, const std::string& x, const Axes& axes) {
  return p("ReduceMean", {x}, {{"axes", axes}, {"keepdims", std::int64_t{1}}});
}

/// (x - mean) / sqrt(variance + epsilon).
std::string standardize(Program& p, const std::string& x, const Axes& axes) {
  const std::string deviations = p("Sub", {x, mean(p, x, axes)});
  const std::string variance = mean(p, p("Mul", {deviations, deviations}), axes);
  return p("Div", {deviations, p("Sqrt", {p("Add", {variance, p.number(epsilon)})})});
}

/// Statistics in f64, as the operands are.
const Attributes norm_attributes = {{"epsilon", static_cast<double>(epsilon)},
                                    {"stash_type", std::int64_t{11}}};

TEST(OnnxFusedLayers, SkipLayerNormalization) {
  Program fused(17);
  auto y = fused.node("SkipLayerNormalization",
                      {fused.input("x", {2, 3, 4}), fused.input("skip", {1, 3, 4}),
                       fused.input("scale", {4}), fused.input("shift", {4}), fused.input("b", {4})},
                      norm_attributes, 4, microsoft);
  Program p(17);
  const std::string sum = p(
      "Add", {p("Add", {p.input("x", {2, 3, 4}), p.input("skip", {1, 3, 4})}), p.input("b", {4})});
  const std::string scaled = p("Mul", {standardize(p, sum, {-1}), p.input("scale", {4})});
  expect_equal(fused.run({y[0], y[3]}), p.run({p("Add", {scaled, p.input("shift", {4})}), sum}));
}

/// x over the root of the mean of its squares, with a sum before it or without.
TEST(OnnxFusedLayers, SimplifiedLayerNormalization) {
  for (const bool skips : {false, true}) {
    SCOPED_TRACE(skips);
    Program fused(17);
    std::vector<std::string> inputs = {fused.input("x", {2, 3, 4})};
    if (skips) inputs.push_back(fused.input("skip", {2, 3, 4}));
    inputs.push_back(fused.input("scale", {4}));
    const std::string op =
        skips ? "SkipSimplifiedLayerNormalization" : "SimplifiedLayerNormalization";
    const auto y = fused.node(op, inputs, norm_attributes, 1, skips ? microsoft : "");
    Program p(17);
    std::string x = p.input("x", {2, 3, 4});
    if (skips) x = p("Add", {x, p.input("skip", {2, 3, 4})});
    const std::string root =
        p("Sqrt", {p("Add", {mean(p, p("Mul", {x, x}), {-1}), p.number(epsilon)})});
    expect_equal(fused.run(y), p.run({p("Mul", {p("Div", {x, root}), p.input("scale", {4})})}));
  }
}

TEST(OnnxFusedLayers, EmbedLayerNormalization) {
  const TensorType words{ElementType::i64, {2, 3}};
  Program fused(17);
  const auto y = fused.node(
      "EmbedLayerNormalization",
      {fused.constant(words, {0, 4, 2, 1, 3, 0}), fused.constant(words, {0, 0, 1, 1, 1, 0}),
       fused.input("words", {5, 4}), fused.input("positions", {6, 4}),
       fused.input("segments", {2, 4}), fused.input("scale", {4}), fused.input("shift", {4}),
       fused.constant(words, {1, 1, 0, 1, 1, 1})},
      norm_attributes, 3, microsoft);
  Program p(17);
  const auto rows = [&](const std::string& table, const std::string& indices) {
    return p("Gather", {table, indices});
  };
  const std::string positions = rows(p.input("positions", {6, 4}), p.integers({0, 1, 2}));
  const std::string sum = p(
      "Add",
      {p("Add", {rows(p.input("words", {5, 4}), p.constant(words, {0, 4, 2, 1, 3, 0})), positions}),
       rows(p.input("segments", {2, 4}), p.constant(words, {0, 0, 1, 1, 1, 0}))});
  const std::string scaled = p("Mul", {standardize(p, sum, {-1}), p.input("scale", {4})});
  expect_equal(fused.run(y), p.run({p("Add", {scaled, p.input("shift", {4})}),
                                    p("Identity", {p.integers({2, 3})}), sum}));
}

/// Channels in the last axis, two groups, then x sigmoid(x).
TEST(OnnxFusedLayers, GroupNorm) {
  Program fused(17);
  const auto y = fused.node(
      "GroupNorm",
      {fused.input("x", {2, 3, 5, 4}), fused.input("scale", {4}), fused.input("shift", {4})},
      {{"groups", std::int64_t{2}},
       {"activation", std::int64_t{1}},
       {"epsilon", static_cast<double>(epsilon)}},
      1, microsoft);
  Program p(17);
  const auto reshape = [&](const std::string& x, const Axes& shape) {
    return p("Reshape", {x, p.integers(shape)});
  };
  const std::string grouped = reshape(p.input("x", {2, 3, 5, 4}), {2, 15, 2, 2});
  const std::string standard = reshape(standardize(p, grouped, {1, 3}), {2, 3, 5, 4});
  const std::string z =
      p("Add", {p("Mul", {standard, p.input("scale", {4})}), p.input("shift", {4})});
  expect_equal(fused.run(y), p.run({p("Mul", {z, p("Sigmoid", {z})})}));
}

/// 0.5 x (1 + erf(x / sqrt(2))).
std::string gelu(Program& p, const std::string& x) {
  const std::string bent = p("Erf", {p("Div", {x, p.number(std::sqrt(2.0L))})});
  return p("Mul", {p("Mul", {x, p.number(0.5L)}), p("Add", {bent, p.number(1)})});
}

TEST(OnnxFusedLayers, BiasGeluAndItsHalves) {
  Program fused(17);
  const std::string x = fused.input("x", {2, 6});
  const std::string bias = fused.input("b", {6});
  const auto whole = fused.node("BiasGelu", {x, bias}, {}, 1, microsoft);
  const auto split = fused.node("BiasSplitGelu", {x, bias}, {}, 1, microsoft);
  Program p(17);
  const std::string sum = p("Add", {p.input("x", {2, 6}), p.input("b", {6})});
  const auto half = [&](std::int64_t from) {
    return p("Slice", {sum, p.integers({from}), p.integers({from + 3}), p.integers({1})});
  };
  expect_equal(fused.run({whole[0], split[0]}),
               p.run({gelu(p, sum), p("Mul", {half(0), gelu(p, half(3))})}));
}

TEST(OnnxFusedLayers, FastGeluAndQuickGelu) {
  Program fused(17);
  const std::string x = fused.input("x", {2, 6});
  const auto fast = fused.node("FastGelu", {x}, {}, 1, microsoft);
  const auto quick = fused.node("QuickGelu", {x}, {{"alpha", 1.5}}, 1, microsoft);
  Program p(17);
  const std::string z = p.input("x", {2, 6});
  const std::string cubic = p("Mul", {p("Pow", {z, p.number(3)}), p.number(0.035677L)});
  const std::string line = p("Mul", {z, p.number(0.797885L)});
  const std::string bent = p("Add", {p("Tanh", {p("Add", {line, cubic})}), p.number(1)});
  expect_equal(fused.run({fast[0], quick[0]}),
               p.run({p("Mul", {p("Mul", {z, p.number(0.5L)}), bent}),
                      p("Mul", {z, p("Sigmoid", {p("Mul", {z, p.number(1.5L)})})})}));
}

/// The smaller, the larger and the last block of packed weights: 5 columns in blocks of 4, with 4
/// bits; the zero points are packed too.
TEST(OnnxFusedLayers, MatMulNBits) {
  const std::vector<Exact> integers = {1, 15, 0, 7, 9, 3, 3, 3, 8, 2, 4, 6, 12, 0, 0, 0};
  const std::vector<Exact> scales = {0.5L, 0.25L, 2, 1};
  const std::vector<Exact> zero_points = {8, 3, 0, 15};
  std::vector<Exact> bytes;
  for (std::size_t i = 0; i < integers.size(); i += 2) {
    bytes.push_back(integers[i] + 16 * integers[i + 1]);
  }
  Program fused(17);
  const auto y =
      fused.node("MatMulNBits",
                 {fused.input("x", {3, 5}), fused.constant({ElementType::u8, {2, 2, 2}}, bytes),
                  fused.constant({ElementType::f64, {4}}, scales),
                  fused.constant({ElementType::u8, {2, 1}}, {8 + 16 * 3, 0 + 16 * 15})},
                 {{"K", std::int64_t{5}},
                  {"N", std::int64_t{2}},
                  {"bits", std::int64_t{4}},
                  {"block_size", std::int64_t{4}}},
                 1, microsoft);
  std::vector<Exact> weights;  // [5, 2]
  for (std::size_t k = 0; k < 5; ++k) {
    for (std::size_t n = 0; n < 2; ++n) {
      const std::size_t block = 2 * n + k / 4;
      weights.push_back((integers[8 * n + k] - zero_points[block]) * scales[block]);
    }
  }
  Program p(17);
  const std::string w = p.constant({ElementType::f64, {5, 2}}, weights);
  expect_equal(fused.run(y), p.run({p("MatMul", {p.input("x", {3, 5}), w})}));
}

/// Packed weights count as the numbers they hold, a table of them too; their scales are buffers.
TEST(OnnxFusedLayers, PackedParametersCountUnpacked) {
  Program p(17);
  const std::vector<Exact> bytes(2 * 4);
  const std::string w = p.constant({ElementType::u8, {2, 1, 4}}, bytes);
  const std::string scales = p.constant({ElementType::f64, {2, 1}}, {1, 2});
  const std::string y = p.node("MatMulNBits", {p.input("x", {3, 8}), w, scales},
                               {{"K", std::int64_t{8}},
                                {"N", std::int64_t{2}},
                                {"bits", std::int64_t{4}},
                                {"block_size", std::int64_t{8}}},
                               1, microsoft)[0];
  const std::string bits = p.bytes({y});
  const auto model = importers::read_model(std::as_bytes(std::span(bits)), {});
  ASSERT_TRUE(model) << to_string(model.error());
  const auto counts = count::count_graph(model->graph, {});
  ASSERT_TRUE(counts);
  const count::ParameterCounts parameters = count::count_parameters(model->graph);
  EXPECT_EQ(parameters.total, units::Count(2 * 8));
  EXPECT_EQ(parameters.buffers, units::Count(2));
  EXPECT_EQ(counts->total.work.products, units::Count(3 * 2 * 8));
}

/// saturate(round((a + b) / scale) + zero point), as its parts are written in the standard.
TEST(OnnxFusedLayers, QLinearAdd) {
  const TensorType bytes{ElementType::u8, {2, 3}};
  const auto operands = [&](Program& p) {
    return std::vector<std::string>{p.constant(bytes, {1, 20, 255, 4, 99, 6}),
                                    p.number(0.1L),
                                    p.constant({ElementType::u8, {}}, {3}),
                                    p.constant(bytes, {200, 0, 255, 7, 9, 100}),
                                    p.number(0.05L),
                                    p.constant({ElementType::u8, {}}, {5}),
                                    p.number(0.11L),
                                    p.constant({ElementType::u8, {}}, {2})};
  };
  Program fused(17);
  const auto y = fused.node("QLinearAdd", operands(fused), {}, 1, microsoft);
  Program p(17);
  const std::vector<std::string> in = operands(p);
  const std::string a = p("DequantizeLinear", {in[0], in[1], in[2]});
  const std::string b = p("DequantizeLinear", {in[3], in[4], in[5]});
  expect_equal(fused.run(y), p.run({p("QuantizeLinear", {p("Add", {a, b}), in[6], in[7]})}));
}

TEST(OnnxFusedLayers, MatMulIntegerToFloat) {
  const TensorType bytes{ElementType::u8, {2, 2}};
  const auto operands = [&](Program& p) {
    return std::vector<std::string>{p.constant(bytes, {1, 20, 255, 4}),
                                    p.constant(bytes, {7, 8, 0, 255}),
                                    p.number(0.1L),
                                    p.constant({ElementType::f64, {2}}, {0.5L, 0.25L}),
                                    p.constant({ElementType::u8, {}}, {3}),
                                    p.constant({ElementType::u8, {}}, {128}),
                                    p.constant({ElementType::f64, {2}}, {1, -1})};
  };
  Program fused(17);
  const auto y = fused.node("MatMulIntegerToFloat", operands(fused), {}, 1, microsoft);
  Program p(17);
  const std::vector<std::string> in = operands(p);
  const auto real = [&](std::size_t i, const std::string& zero_point) {
    const Attributes to_double = {{"to", std::int64_t{11}}};
    return p("Sub", {p("Cast", {in[i]}, to_double), p("Cast", {zero_point}, to_double)});
  };
  const std::string product = p("MatMul", {real(0, in[4]), real(1, in[5])});
  const std::string scaled = p("Mul", {product, p("Mul", {in[2], in[3]})});
  expect_equal(fused.run(y), p.run({p("Add", {scaled, in[6]})}));
}

/// Two of three experts for each of two tokens, whose matrices are picked by Gather.
TEST(OnnxFusedLayers, MixtureOfExperts) {
  const Shape first = {3, 5, 4};
  const Shape second = {3, 4, 5};
  Program fused(17);
  const auto y =
      fused.node("MoE",
                 {fused.input("x", {2, 4}), fused.input("router", {2, 3}), fused.input("w1", first),
                  fused.input("b1", {3, 5}), fused.input("w2", second)},
                 {{"k", std::int64_t{2}},
                  {"activation_type", "silu"},
                  {"normalize_routing_weights", std::int64_t{1}}},
                 1, microsoft);
  Program p(17);
  const Attributes last = {{"axis", std::int64_t{-1}}};
  const auto best =
      p.node("TopK", {p("Softmax", {p.input("router", {2, 3})}, last), p.integers({2})}, last, 2);
  const std::string sum =
      p("ReduceSum", {best[0], p.integers({1})}, {{"keepdims", std::int64_t{1}}});
  const std::string weights = p("Div", {best[0], sum});
  const auto pick = [&](const std::string& table) { return p("Gather", {table, best[1]}); };
  const std::string x = p("Reshape", {p.input("x", {2, 4}), p.integers({2, 1, 4, 1})});
  const std::string bias = p("Reshape", {pick(p.input("b1", {3, 5})), p.integers({2, 2, 5, 1})});
  const std::string z = p("Add", {p("MatMul", {pick(p.input("w1", first)), x}), bias});
  const std::string bent = p("Mul", {z, p("Sigmoid", {z})});
  const std::string out = p("MatMul", {pick(p.input("w2", second)), bent});
  const std::string weighted = p("Mul", {p("Reshape", {out, p.integers({2, 2, 4})}),
                                         p("Reshape", {weights, p.integers({2, 2, 1})})});
  expect_equal(
      fused.run(y),
      p.run({p("ReduceSum", {weighted, p.integers({1})}, {{"keepdims", std::int64_t{0}}})}));
}

}  // namespace
}  // namespace pfsday::onnx
