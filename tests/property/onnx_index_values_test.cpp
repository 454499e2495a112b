// Values of ONNX operators that index, choose, rearrange and draw, and of versions of them, that
// the cases of libonnx-testdata do not reach: each by hand from the definition of the operator.
#include <gtest/gtest.h>

#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/evaluation.h"

namespace pfsday::onnx {
namespace {

using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::Shape;

struct ValueCase {
  std::string name;
  std::int64_t opset = 13;
  std::string op;
  std::vector<TensorToWrite> inputs = {};
  std::vector<std::pair<std::string, AttributeToWrite>> attributes = {};
  std::vector<TensorToWrite> outputs = {};
};

TensorToWrite reals(const Shape& shape, std::vector<Exact> values) {
  return {{ElementType::f32, shape}, std::move(values)};
}

TensorToWrite whole(const Shape& shape, std::vector<Exact> values) {
  return {{ElementType::i64, shape}, std::move(values)};
}

const ValueCase cases[] = {
    {.name = "CenterCropPadCropsTheOddOneAfter",
     .opset = 18,
     .op = "CenterCropPad",
     .inputs = {reals({5}, {1, 2, 3, 4, 5}), whole({1}, {2})},
     .outputs = {reals({2}, {2, 3})}},
    {.name = "CenterCropPadPadsTheOddOneAfter",
     .opset = 18,
     .op = "CenterCropPad",
     .inputs = {reals({2}, {1, 2}), whole({1}, {5})},
     .outputs = {reals({5}, {0, 1, 2, 0, 0})}},
    {.name = "CenterCropPadOfSomeAxes",
     .opset = 18,
     .op = "CenterCropPad",
     .inputs = {reals({2, 3}, {1, 2, 3, 4, 5, 6}), whole({1}, {1})},
     .attributes = {{"axes", Axes{-1}}},
     .outputs = {reals({2, 1}, {2, 5})}},
    {.name = "MultinomialOfCertainties",
     .opset = 7,
     .op = "Multinomial",
     .inputs = {reals({2, 3}, {-900, 0, -900, 0, -900, -900})},
     .attributes = {{"sample_size", std::int64_t{2}}, {"dtype", std::int64_t{7}}},
     .outputs = {whole({2, 2}, {1, 1, 0, 0})}},
    {.name = "BernoulliOfCertainties",
     .opset = 15,
     .op = "Bernoulli",
     .inputs = {reals({4}, {0, 1, 1, 0})},
     .outputs = {reals({4}, {0, 1, 1, 0})}},
    {.name = "TileOfOneAxis",
     .opset = 1,
     .op = "Tile",
     .inputs = {reals({2, 2}, {1, 2, 3, 4}), reals({}, {2}), reals({}, {1})},
     .outputs = {reals({2, 4}, {1, 2, 1, 2, 3, 4, 3, 4})}},
    {.name = "TopKByAttribute",
     .opset = 1,
     .op = "TopK",
     .inputs = {reals({4}, {1, 4, 2, 3})},
     .attributes = {{"k", std::int64_t{2}}},
     .outputs = {reals({2}, {4, 3}), whole({2}, {1, 3})}},
    {.name = "TopKOfEqualElementsTakesTheFirst",
     .opset = 11,
     .op = "TopK",
     .inputs = {reals({4}, {2, 1, 2, 2}), whole({1}, {2})},
     .outputs = {reals({2}, {2, 2}), whole({2}, {0, 2})}},
    {.name = "HardmaxFlattensInOldVersions",
     .opset = 11,
     .op = "Hardmax",
     .inputs = {reals({1, 2, 2}, {1, 2, 4, 3})},
     .outputs = {reals({1, 2, 2}, {0, 0, 1, 0})}},
    {.name = "ScatterElementsMax",
     .opset = 18,
     .op = "ScatterElements",
     .inputs = {reals({3}, {1, 5, 2}), whole({3}, {0, 1, -3}), reals({3}, {3, 4, 2})},
     .attributes = {{"reduction", std::string("max")}},
     .outputs = {reals({3}, {3, 5, 2})}},
    {.name = "ScatterNDMin",
     .opset = 18,
     .op = "ScatterND",
     .inputs = {reals({2, 2}, {1, 5, 2, 6}), whole({1, 1}, {1}), reals({1, 2}, {3, 4})},
     .attributes = {{"reduction", std::string("min")}},
     .outputs = {reals({2, 2}, {1, 5, 2, 4})}},
    {.name = "MaxPoolIndicesByColumns",
     .opset = 12,
     .op = "MaxPool",
     .inputs = {reals({1, 1, 2, 3}, {1, 2, 3, 6, 5, 4})},
     .attributes = {{"kernel_shape", Axes{2, 2}}, {"storage_order", std::int64_t{1}}},
     .outputs = {reals({1, 1, 1, 2}, {6, 5}), whole({1, 1, 1, 2}, {1, 3})}},
    {.name = "SplitWithASmallerLastPart",
     .opset = 18,
     .op = "Split",
     .inputs = {reals({3}, {1, 2, 3})},
     .attributes = {{"num_outputs", std::int64_t{2}}},
     .outputs = {reals({2}, {1, 2}), reals({1}, {3})}},
    {.name = "PadOfSomeAxes",
     .opset = 18,
     .op = "Pad",
     .inputs = {reals({1, 2}, {1, 2}), whole({2}, {1, 0}), reals({}, {9}), whole({1}, {1})},
     .outputs = {reals({1, 3}, {9, 1, 2})}},
    {.name = "PadReflectsMoreThanOnce",
     .opset = 18,
     .op = "Pad",
     .inputs = {reals({3}, {1, 2, 3}), whole({2}, {5, 0})},
     .attributes = {{"mode", std::string("reflect")}},
     .outputs = {reals({8}, {2, 1, 2, 3, 2, 1, 2, 3})}},
    {.name = "PadWrapsMoreThanOnce",
     .opset = 19,
     .op = "Pad",
     .inputs = {reals({3}, {1, 2, 3}), whole({2}, {1, 4})},
     .attributes = {{"mode", std::string("wrap")}},
     .outputs = {reals({8}, {3, 1, 2, 3, 1, 2, 3, 1})}},
    {.name = "PadRepeatsTheEdgeAndCrops",
     .opset = 18,
     .op = "Pad",
     .inputs = {reals({3}, {1, 2, 3}), whole({2}, {-1, 2})},
     .attributes = {{"mode", std::string("edge")}},
     .outputs = {reals({4}, {2, 3, 3, 3})}},
};

std::string write(const ValueCase& c) {
  ModelWriter model(c.opset);
  NodeToWrite node{.op = c.op, .attributes = c.attributes};
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    node.inputs.push_back("input" + std::to_string(i));
    model.initializer(node.inputs.back(), c.inputs[i]);
  }
  for (std::size_t i = 0; i < c.outputs.size(); ++i) {
    node.outputs.push_back("output" + std::to_string(i));
  }
  model.node(node);
  for (const std::string& output : node.outputs) model.output(output);
  return model.bytes();
}

class OnnxIndexValues : public testing::TestWithParam<ValueCase> {};

TEST_P(OnnxIndexValues, AreThoseOfTheSpecification) {
  const ValueCase& c = GetParam();
  const std::string bytes = write(c);
  const auto model = importers::read_model(std::as_bytes(std::span(bytes)), {});
  ASSERT_TRUE(model) << to_string(model.error());
  const auto outputs = ops::evaluate_graph<Exact>(model->graph, {}, {});
  ASSERT_TRUE(outputs) << to_string(outputs.error());
  ASSERT_EQ(outputs->size(), c.outputs.size());
  for (std::size_t i = 0; i < outputs->size(); ++i) {
    SCOPED_TRACE("output " + std::to_string(i));
    EXPECT_EQ(to_string((*outputs)[i].type), to_string(c.outputs[i].type));
    EXPECT_EQ((*outputs)[i].data, c.outputs[i].values);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, OnnxIndexValues, testing::ValuesIn(cases),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace pfsday::onnx
