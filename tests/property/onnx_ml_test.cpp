// Values and bounds of the operators of ai.onnx.ml, worked out by hand.
#include <cmath>

#include "property/onnx_evaluate.h"

namespace pfsday::onnx {
namespace {

using count::Pass;
using graph::Axes;
using graph::ElementType;
using graph::Exact;
using graph::TensorType;
using ops::Work;

using Attributes = std::vector<std::pair<std::string, AttributeToWrite>>;

ModelWriter one_node(std::string op, const TensorToWrite& x, Attributes attributes,
                     std::size_t outputs = 1) {
  ModelWriter model(17);
  model.opset("ai.onnx.ml", 3);
  model.initializer("x", x);
  NodeToWrite node{.op = std::move(op),
                   .inputs = {"x"},
                   .attributes = std::move(attributes),
                   .domain = "ai.onnx.ml"};
  for (std::size_t i = 0; i < outputs; ++i) {
    node.outputs.push_back("y" + std::to_string(i));
    model.output(node.outputs.back());
  }
  model.node(node);
  return model;
}

TensorToWrite examples(const std::vector<Exact>& values, std::int64_t features) {
  return {{ElementType::f32, {std::ssize(values) / features, features}}, values};
}

/// x <= 0.5 goes to leaf 1, else to node 2: y < 1 goes to leaf 3, else to leaf 4.
Attributes one_tree(const std::string& prefix) {
  return {
      {"nodes_treeids", Axes{0, 0, 0, 0, 0}},
      {"nodes_nodeids", Axes{0, 1, 2, 3, 4}},
      {"nodes_featureids", Axes{0, 0, 1, 0, 0}},
      {"nodes_modes", std::vector<std::string>{"BRANCH_LEQ", "LEAF", "BRANCH_LT", "LEAF", "LEAF"}},
      {"nodes_values", std::vector<float>{0.5, 0, 1, 0, 0}},
      {"nodes_truenodeids", Axes{1, 0, 3, 0, 0}},
      {"nodes_falsenodeids", Axes{2, 0, 4, 0, 0}},
      {prefix + "_treeids", Axes{0, 0, 0, 0}},
      {prefix + "_nodeids", Axes{1, 3, 4, 4}}};
}

Attributes with(Attributes attributes, Attributes more) {
  for (auto& attribute : more) attributes.push_back(std::move(attribute));
  return attributes;
}

Attributes regressor() {
  return with(one_tree("target"), {{"target_ids", Axes{0, 0, 0, 1}},
                                   {"target_weights", std::vector<float>{1, 2, 3, 4}},
                                   {"n_targets", std::int64_t{2}}});
}

TEST(OnnxTrees, Regressor) {
  const TensorToWrite x = examples({0.5, 9, 0.6L, 0.9L, 0.6L, 1}, 2);
  expect_near(evaluate(one_node("TreeEnsembleRegressor", x, regressor())), {1, 0, 2, 0, 3, 4});
  expect_near(evaluate(one_node("TreeEnsembleRegressor", x,
                                with(regressor(), {{"base_values", std::vector<float>{10, 20}}}))),
              {11, 20, 12, 20, 13, 24});
}

TEST(OnnxTrees, CountsTheLongestPath) {
  ModelWriter model(17);
  model.opset("ai.onnx.ml", 3);
  model.input("x", {ElementType::f32, {7, 2}});
  model.node({.op = "TreeEnsembleRegressor",
              .inputs = {"x"},
              .outputs = {"y"},
              .attributes = regressor(),
              .domain = "ai.onnx.ml"});
  model.output("y");
  const graph::Graph graph = import(model);
  ASSERT_EQ(graph.bounds().size(), 1U);
  EXPECT_EQ(graph.bounds()[0].kind, "upper_bound");
  EXPECT_EQ(count_model(model, count::Step::forward).pass(Pass::forward).work,
            (Work{.add = 7 * 2, .compare = 7 * 2}));
}

TEST(OnnxTrees, ClassifierOfTwoClasses) {
  const TensorToWrite x = examples({0.5, 9, 0.6L, 0.9L}, 2);
  const auto y = evaluate_all(
      one_node("TreeEnsembleClassifier", x,
               with(one_tree("class"), {{"class_ids", Axes{1, 1, 1, 1}},
                                        {"class_weights", std::vector<float>{0.25, 0.75, 0, 0}},
                                        {"classlabels_int64s", Axes{30, 40}}}),
               2));
  expect_near(y[0].data, {30, 40});
  expect_near(y[1].data, {0.75, 0.25, 0.25, 0.75});
}

TEST(OnnxTrees, MalformedOnesAreOneFault) {
  const struct {
    std::string_view name, attribute;
    AttributeToWrite value;
  } cases[] = {
      {"a cycle", "nodes_truenodeids", Axes{1, 0, 2, 0, 0}},
      {"two parents", "nodes_truenodeids", Axes{2, 0, 3, 0, 0}},
      {"no such child", "nodes_falsenodeids", Axes{7, 0, 4, 0, 0}},
      {"too few modes", "nodes_modes", std::vector<std::string>{"LEAF"}},
      {"unknown mode", "nodes_modes",
       std::vector<std::string>{"BRANCH", "LEAF", "BRANCH_LT", "LEAF", "LEAF"}},
      {"no such feature", "nodes_featureids", Axes{2, 0, 0, 0, 0}},
      {"no such leaf", "target_nodeids", Axes{1, 3, 4, 5}},
      {"no such target", "target_ids", Axes{0, 0, 0, 2}},
      {"the same id twice", "nodes_nodeids", Axes{0, 1, 2, 3, 3}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Attributes attributes = regressor();
    for (auto& [name, value] : attributes) {
      if (name == c.attribute) value = c.value;
    }
    const auto graph =
        try_import(one_node("TreeEnsembleRegressor", examples({0, 0}, 2), attributes));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().code, Code::attribute_invalid);
  }
}

TEST(OnnxMl, Features) {
  const TensorToWrite x = examples({3, -4, 0, 0}, 2);
  expect_near(
      evaluate(one_node("Scaler", x,
                        {{"offset", std::vector<float>{1}}, {"scale", std::vector<float>{2, 10}}})),
      {4, -50, -2, -10});
  expect_near(evaluate(one_node("Normalizer", x, {{"norm", "MAX"}})), {0.75, -1, 0, 0});
  expect_near(evaluate(one_node("Normalizer", x, {{"norm", "L2"}})), {0.6L, -0.8L, 0, 0});
  expect_near(evaluate(one_node("Binarizer", x, {{"threshold", -1.0}})), {1, 0, 1, 1});
  expect_near(evaluate(one_node("Imputer", examples({1, std::nanl("")}, 2),
                                {{"imputed_value_floats", std::vector<float>{7, 8}},
                                 {"replaced_value_float", std::nan("")}})),
              {1, 8});
}

TEST(OnnxMl, LookUps) {
  const TensorToWrite x{{ElementType::i64, {3}}, {5, 2, 9}};
  expect_near(evaluate(one_node("OneHotEncoder", x, {{"cats_int64s", Axes{2, 5}}})),
              {0, 1, 1, 0, 0, 0});
  expect_near(evaluate(one_node("LabelEncoder", x,
                                {{"keys_int64s", Axes{2, 5}},
                                 {"values_floats", std::vector<float>{0.5, 1.5}},
                                 {"default_float", -1.0}})),
              {1.5, 0.5, -1});
}

/// The type of what an operator of ai.onnx.ml gives, all of it movement.
TensorType type_given(std::string op, const TensorType& x, Attributes attributes) {
  ModelWriter model(17);
  model.opset("ai.onnx.ml", 4);
  model.input("x", x);
  model.node({.op = std::move(op),
              .inputs = {"x"},
              .outputs = {"y"},
              .attributes = std::move(attributes),
              .domain = "ai.onnx.ml"});
  model.output("y");
  const auto work = count_model(model, count::Step::forward).pass(Pass::forward).work;
  EXPECT_EQ(work, Work{});
  const graph::Graph graph = import(model);
  return graph.type(graph.outputs()[0]);
}

TEST(OnnxMl, TextsAreLookedUpWithoutArithmetic) {
  const TensorType x{ElementType::text, {2, 3}};
  const std::vector<std::string> words = {"a", "b", "c", "d"};
  EXPECT_EQ(type_given("OneHotEncoder", x, {{"cats_strings", words}}),
            (TensorType{ElementType::f32, {2, 3, 4}}));
  EXPECT_EQ(type_given("LabelEncoder", x, {{"classes_strings", words}}),
            (TensorType{ElementType::i64, {2, 3}}));
  EXPECT_EQ(type_given("LabelEncoder", x, {{"keys_strings", words}, {"values_strings", words}}),
            (TensorType{ElementType::text, {2, 3}}));
  EXPECT_EQ(type_given("LabelEncoder", x,
                       {{"keys_strings", words}, {"values_floats", std::vector<float>(4, 0.5)}}),
            (TensorType{ElementType::f32, {2, 3}}));
  EXPECT_EQ(type_given("CategoryMapper", x, {{"cats_strings", words}, {"cats_int64s", Axes{1, 2}}}),
            (TensorType{ElementType::i64, {2, 3}}));
}

TEST(OnnxMl, Linear) {
  const TensorToWrite x = examples({1, 2}, 2);
  const Attributes one = {{"coefficients", std::vector<float>{3, -1}},
                          {"intercepts", std::vector<float>{0.5}}};
  expect_near(evaluate(one_node("LinearRegressor", x, one)), {1.5});
  const auto y = evaluate_all(
      one_node("LinearClassifier", x,
               with(one, {{"classlabels_ints", Axes{0, 7}}, {"post_transform", "LOGISTIC"}}), 2));
  expect_near(y[0].data, {7});
  expect_near(y[1].data, {1 - 0.8175745L, 0.8175745L});
}

TEST(OnnxMl, SupportVectors) {
  const TensorToWrite x = examples({1, 2}, 2);
  const Attributes vectors = {{"kernel_type", "RBF"},
                              {"kernel_params", std::vector<float>{0.5, 0, 3}},
                              {"support_vectors", std::vector<float>{1, 2, 1, 0}}};
  const auto y = evaluate(one_node("SVMRegressor", x,
                                   with(vectors, {{"n_supports", std::int64_t{2}},
                                                  {"coefficients", std::vector<float>{3, -1}},
                                                  {"rho", std::vector<float>{0.5}}})));
  expect_near(y, {3 - std::exp(-2.0L) + 0.5L});
  const auto labels =
      evaluate_all(one_node("SVMClassifier", x,
                            with(vectors, {{"vectors_per_class", Axes{1, 1}},
                                           {"coefficients", std::vector<float>{1, -1}},
                                           {"rho", std::vector<float>{0}},
                                           {"classlabels_ints", Axes{4, 5}}}),
                            2));
  expect_near(labels[0].data, {4});
}

}  // namespace
}  // namespace pfsday::onnx
