// Fused layers, of which no test data exist, compute what the same is in standard operators.
#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace pfsday::onnx
