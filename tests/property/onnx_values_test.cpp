// Values of ONNX operators, and of versions of them, that the cases of libonnx-testdata do not
// reach: each by hand from the definition of the operator.
#include <gtest/gtest.h>

#include <cmath>

#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {
namespace {

using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::Shape;
using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;
using Outputs = std::vector<std::vector<Exact>>;

TensorToWrite reals(const Shape& shape, std::vector<Exact> values) {
  return {{ElementType::f64, shape}, std::move(values)};
}
TensorToWrite whole(ElementType element, std::vector<Exact> values) {
  return {{element, {std::ssize(values)}}, std::move(values)};
}

struct ValueCase {
  std::string_view op;
  std::int64_t opset;
  Attributes attributes;
  std::vector<TensorToWrite> operands;
  Outputs outputs;
};

/// A model of one node, whose operands it holds.
std::string model_of(const ValueCase& c) {
  ModelWriter model(c.opset);
  NodeToWrite node{.op = std::string(c.op), .attributes = c.attributes};
  for (const TensorToWrite& operand : c.operands) {
    node.inputs.push_back("x" + std::to_string(node.inputs.size()));
    model.initializer(node.inputs.back(), operand);
  }
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    node.outputs.push_back("y" + std::to_string(i));
    model.output(node.outputs.back());
  }
  model.node(node);
  return model.bytes();
}

Result<Outputs> evaluate(const ValueCase& c) {
  const std::string bytes = model_of(c);
  const auto model = TRY(importers::read_model(std::as_bytes(std::span(bytes)), {}));
  Outputs outputs;
  for (auto& tensor : TRY(ops::evaluate_graph<Exact>(model.graph, {}, {}))) {
    outputs.push_back(std::move(tensor.data));
  }
  return outputs;
}

void check(const ValueCase& c) {
  SCOPED_TRACE(std::string(c.op) + " in operator set " + std::to_string(c.opset));
  const auto outputs = evaluate(c);
  ASSERT_TRUE(outputs) << to_string(outputs.error());
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    ASSERT_EQ((*outputs)[i].size(), c.outputs[i].size()) << "output " << i;
    for (std::size_t k = 0; k < c.outputs[i].size(); ++k) {
      EXPECT_NEAR(static_cast<double>((*outputs)[i][k]), static_cast<double>(c.outputs[i][k]), 1e-8)
          << "element " << k << " of output " << i;
    }
  }
}

TEST(OnnxValues, Bits) {
  const ValueCase cases[] = {
      {"BitwiseAnd",
       18,
       {},
       {whole(ElementType::i32, {6, -1, 5}), whole(ElementType::i32, {3, 5, -2})},
       {{2, 5, 4}}},
      {"BitwiseOr",
       18,
       {},
       {whole(ElementType::i8, {1, -8}), whole(ElementType::i8, {2, 3})},
       {{3, -5}}},
      {"BitwiseXor",
       18,
       {},
       {whole(ElementType::i64, {6, -1}), whole(ElementType::i64, {3, 1})},
       {{5, -2}}},
      {"BitwiseNot", 18, {}, {whole(ElementType::u8, {0, 5, 255})}, {{255, 250, 0}}},
      {"BitwiseNot", 18, {}, {whole(ElementType::i8, {0, 5, -128})}, {{-1, -6, 127}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, Activations) {
  const TensorToWrite x = reals({3}, {-1, 0, 1});
  const ValueCase cases[] = {
      {"Mish", 18, {}, {x}, {{-0.30340146137L, 0, 0.86509838827L}}},
      {"Gelu", 20, {}, {x}, {{-0.15865525393L, 0, 0.84134474607L}}},
      {"Gelu", 20, {{"approximate", "tanh"}}, {x}, {{-0.15880800939L, 0, 0.84119199061L}}},
      {"Swish", 24, {{"alpha", 2.0}}, {x}, {{-0.11920292202L, 0, 0.88079707798L}}},
      {"Selu", 1, {}, {x}, {{1.0507L * 1.6732L * (std::exp(-1.0L) - 1), 0, 1.0507L}}},
      {"Affine", 1, {{"alpha", 2.0}, {"beta", 1.0}}, {x}, {{-1, 1, 3}}},
      {"ParametricSoftplus",
       1,
       {{"alpha", 2.0}, {"beta", 0.5}},
       {reals({1}, {0})},
       {{2 * std::log(2.0L)}}},
      {"ScaledTanh",
       1,
       {{"alpha", 2.0}, {"beta", 0.5}},
       {reals({1}, {2})},
       {{2 * std::tanh(1.0L)}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, BroadcastOfTheFirstVersions) {
  const Attributes along_rows = {{"broadcast", std::int64_t{1}}, {"axis", std::int64_t{0}}};
  const TensorToWrite square = reals({2, 2}, {1, 2, 3, 4});
  const ValueCase cases[] = {
      {"Pow", 1, along_rows, {square, reals({2}, {1, 2})}, {{1, 2, 9, 16}}},
      {"Greater", 1, along_rows, {square, reals({2}, {1, 3})}, {{0, 1, 0, 1}}},
      {"PRelu", 1, {}, {reals({1, 2, 1}, {-1, -2}), reals({2}, {0.5L, 0.25L})}, {{-0.5L, -0.5L}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, Reductions) {
  const TensorToWrite axis{{ElementType::i64, {1}}, {1}};
  const TensorToWrite flags{{ElementType::boolean, {2, 2}}, {0, 1, 1, 1}};
  const Attributes noop = {{"noop_with_empty_axes", std::int64_t{1}}};
  const ValueCase cases[] = {
      {"ReduceMax", 20, {}, {flags, axis}, {{1, 1}}},
      {"ReduceMin", 20, {}, {flags, axis}, {{0, 1}}},
      {"ReduceSumSquare", 18, noop, {reals({2}, {3, -4})}, {{9, 16}}},
      {"ReduceMean", 18, noop, {reals({2}, {3, -4})}, {{3, -4}}},
      {"ReduceL2",
       18,
       {{"keepdims", std::int64_t{0}}},
       {reals({2, 2}, {3, 4, 5, 12}), axis},
       {{5, 13}}},
      {"ReduceLogSumExp", 18, {}, {whole(ElementType::i64, {1, 2, 3})}, {{3}}},
      {"ReduceLogSumExp",
       1,
       {{"axes", Axes{0}}},
       {reals({2}, {20000, 20000})},
       {{20000 + std::log(2.0L)}}},
  };
  for (const auto& c : cases) check(c);
}

/// Where epsilon makes the roots whole.
TEST(OnnxValues, Normalizations) {
  const TensorToWrite x = reals({1, 4, 2}, {1, 3, 5, 7, 0, 0, 0, 0});
  const Attributes groups = {{"num_groups", std::int64_t{2}}, {"epsilon", 4.0}};
  Attributes in_f64 = groups;
  in_f64.emplace_back("stash_type", std::int64_t{11});
  const ValueCase cases[] = {
      {"GroupNormalization",
       18,
       groups,
       {x, reals({2}, {3, 1}), reals({2}, {0, 5})},
       {{-3, -1, 1, 3, 5, 5, 5, 5}}},
      {"GroupNormalization",
       21,
       in_f64,
       {x, reals({4}, {3, 6, 1, 1}), reals({4}, {0, 1, 5, 6})},
       {{-3, -1, 3, 7, 5, 5, 6, 6}}},
      {"RMSNormalization",
       23,
       {{"epsilon", 3.5}},
       {reals({1, 2}, {3, 4}), reals({2}, {2, 4})},
       {{1.5L, 4}}},
      {"LpNormalization",
       1,
       {{"p", std::int64_t{1}}},
       {reals({2, 2}, {1, -3, 2, 2})},
       {{0.25L, -0.75L, 0.5L, 0.5L}}},
      {"LpNormalization",
       22,
       {{"axis", std::int64_t{0}}},
       {reals({2, 2}, {3, 0, 4, 5})},
       {{0.6L, 0, 0.8L, 1}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, MeanVarianceNormalizationOfTheFirstVersion) {
  const TensorToWrite x = reals({1, 2, 1, 2}, {1, 3, 2, 6});
  const std::pair<std::string, AttributeToWrite> across = {"across_channels", std::int64_t{1}};
  const std::pair<std::string, AttributeToWrite> mean_only = {"normalize_variance",
                                                              std::int64_t{0}};
  const ValueCase cases[] = {
      {"MeanVarianceNormalization", 1, {}, {x}, {{-1, 1, -1, 1}}},
      {"MeanVarianceNormalization", 1, {mean_only}, {x}, {{-1, 1, -2, 2}}},
      {"MeanVarianceNormalization", 1, {mean_only, across}, {x}, {{-2, 0, -1, 3}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, BatchNormalization) {
  const TensorToWrite ones = reals({1, 2}, {1, 1});
  const TensorToWrite zeros = reals({1, 2}, {0, 0});
  const TensorToWrite singles{{ElementType::f32, {1}}, {2}};
  const ValueCase cases[] = {
      // Statistics of each activation, in training.
      {"BatchNormalization",
       7,
       {{"spatial", std::int64_t{0}}, {"momentum", 0.5}, {"epsilon", 0.0}},
       {reals({2, 1, 2}, {1, 2, 3, 6}), ones, zeros, zeros, ones},
       {{-1, -1, 1, 1}, {1, 2}, {1, 2.5L}, {2, 4}, {1, 4}}},
      // Two precisions may meet.
      {"BatchNormalization",
       15,
       {{"epsilon", 0.0}},
       {{{ElementType::f32, {1, 1, 2}}, {1, 5}},
        singles,
        singles,
        reals({1}, {1}),
        reals({1}, {4})},
       {{2, 6}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, Pools) {
  const TensorToWrite x = reals({1, 1, 3}, {3, 4, 12});
  const std::pair<std::string, AttributeToWrite> two = {"kernel_shape", Axes{2}};
  const ValueCase cases[] = {
      {"LpPool", 11, {two}, {x}, {{5, std::sqrt(160.0L)}}},
      {"LpPool", 2, {two, {"p", std::int64_t{1}}, {"pads", Axes{1, 1}}}, {x}, {{3, 7, 16, 12}}},
      {"LpPool", 1, {two, {"p", 3.0}}, {reals({1, 1, 2}, {1, -2})}, {{std::cbrt(9.0L)}}},
      {"LpPool", 18, {two, {"dilations", Axes{2}}}, {x}, {{std::sqrt(153.0L)}}},
      {"LpPool", 18, {two, {"strides", Axes{2}}, {"ceil_mode", std::int64_t{1}}}, {x}, {{5, 12}}},
      {"GlobalLpPool", 1, {}, {reals({1, 1, 2}, {3, -4})}, {{5}}},
      {"GlobalLpPool", 2, {{"p", std::int64_t{1}}}, {reals({1, 1, 2}, {3, -4})}, {{7}}},
      {"AveragePool", 19, {two, {"dilations", Axes{2}}}, {x}, {{7.5L}}},
      {"AveragePool",
       10,
       {two, {"strides", Axes{2}}, {"ceil_mode", std::int64_t{1}}},
       {x},
       {{3.5L, 12}}},
      {"AveragePool", 1, {two, {"auto_pad", "SAME_UPPER"}}, {x}, {{3.5L, 8, 12}}},
      {"MaxPool", 1, {two, {"auto_pad", "SAME_LOWER"}}, {x}, {{3, 4, 12}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, Dropout) {
  const TensorToWrite x = reals({2}, {1, 2});
  const ValueCase cases[] = {
      {"Dropout", 1, {{"is_test", std::int64_t{1}}}, {x}, {{1, 2}, {1, 1}}},
      {"Dropout", 7, {}, {x}, {{1, 2}}},
      {"Dropout", 6, {{"ratio", 0.0}}, {x}, {{1, 2}}},
  };
  for (const auto& c : cases) check(c);
}

TEST(OnnxValues, ExperimentalOperators) {
  const TensorToWrite image = reals({1, 1, 2, 3}, {1, 2, 3, 4, 5, 6});
  const std::pair<std::string, AttributeToWrite> border = {"border", Axes{1, 0, 1, 1}};
  const ValueCase cases[] = {
      {"Scale", 1, {{"scale", 2.0}}, {reals({2}, {1, -2})}, {{2, -4}}},
      {"ImageScaler",
       1,
       {{"scale", 2.0}, {"bias", std::vector<float>{1, -1}}},
       {reals({1, 2, 1, 1}, {3, 4})},
       {{7, 7}}},
      {"Crop", 1, {border}, {image}, {{2}}},
      {"Crop", 1, {border, {"scale", Axes{2, 2}}}, {image}, {{2, 3, 5, 6}}},
      {"ConstantFill", 1, {{"value", 0.5}, {"shape", Axes{2}}}, {}, {{0.5L, 0.5L}}},
      {"GivenTensorFill",
       1,
       {{"shape", Axes{2, 1}}, {"values", std::vector<float>{1, 2}}},
       {},
       {{1, 2}}},
  };
  for (const auto& c : cases) check(c);
}

}  // namespace
}  // namespace pfsday::onnx
