// What the importer makes of files: bindings, initializers, operators that nobody knows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "graph/text.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"

namespace pfsday::onnx {
namespace {

using graph::ElementType;
using graph::TensorType;
using importers::ImportOptions;
using importers::Model;

/// The model's literals view `bytes`, which must outlive it.
Result<Model> import(const std::string& bytes, const ImportOptions& options = {}) {
  return importers::read_model(std::as_bytes(std::span(bytes)), options);
}

std::string fault_of(const ModelWriter& model, const ImportOptions& options = {}) {
  const std::string bytes = model.bytes();
  const auto imported = import(bytes, options);
  return imported ? "none" : to_string(imported.error());
}

ModelWriter relu_of(const std::vector<std::string>& dimensions) {
  ModelWriter model(13);
  model.input("x", ElementType::f32, dimensions);
  model.node({.op = "Relu", .inputs = {"x"}, .outputs = {"y"}});
  model.output("y");
  return model;
}

TEST(Onnx, OpenDimensionsAreBound) {
  const std::string bytes = relu_of({"batch", "seq", "4"}).bytes();
  const auto by_name = import(bytes, {.dimensions = {{"batch", 2}, {"seq", 3}, {"other", 1}}});
  ASSERT_TRUE(by_name) << to_string(by_name.error());
  EXPECT_EQ(by_name->graph.type(by_name->graph.outputs()[0]).shape, (graph::Shape{2, 3, 4}));
  EXPECT_EQ(by_name->used_bindings, (std::vector<std::string>{"batch", "seq"}));
  const auto whole = import(bytes, {.dimensions = {}, .inputs = {{"x", {5, 6, 4}}}});
  ASSERT_TRUE(whole) << to_string(whole.error());
  EXPECT_EQ(whole->graph.type(whole->graph.outputs()[0]).shape, (graph::Shape{5, 6, 4}));
  EXPECT_EQ(whole->used_bindings, (std::vector<std::string>{"x"}));
}

TEST(Onnx, OpenDimensionsLeftOpenAreNamed) {
  EXPECT_EQ(fault_of(relu_of({"batch", "seq", "4"})),
            "error[PFD204]: input \"x\" has no size for dimension \"batch\"\n"
            "  hint: pass --bind batch=1 --bind seq=128");
  EXPECT_EQ(fault_of(relu_of({"batch", "seq", "4"}), {.dimensions = {{"batch", 2}}}),
            "error[PFD204]: input \"x\" has no size for dimension \"seq\"\n"
            "  hint: pass --bind seq=128");
  EXPECT_EQ(fault_of(relu_of({"", "3"})),
            "error[PFD204]: input \"x\" has no size for its dimension 0\n"
            "  hint: pass --bind x=1x3");
  EXPECT_EQ(fault_of(relu_of({"2", "3"}), {.dimensions = {}, .inputs = {{"x", {2, 4}}}}),
            "error[PFD205]: input \"x\" has size 3 along dimension 1, its binding says 4");
}

TEST(Onnx, AnInputWithAnInitializerIsNoInput) {
  ModelWriter model(9);
  model.input("x", {ElementType::f32, {2, 3}});
  model.input("w", {ElementType::f32, {3, 5}});
  model.initializer("w", {{ElementType::f32, {3, 5}}});
  model.node({.op = "MatMul", .inputs = {"x", "w"}, .outputs = {"y"}});
  model.output("y");
  const std::string bytes = model.bytes();
  const auto imported = import(bytes);
  ASSERT_TRUE(imported);
  ASSERT_EQ(imported->graph.inputs().size(), 1);
  ASSERT_EQ(imported->graph.tensors().size(), 1);
  EXPECT_TRUE(imported->graph.info(imported->graph.tensors()[0]).is_parameter);
}

TEST(Onnx, AnUnknownOperatorIsKept) {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {2, 3}});
  model.node({.op = "Gelu", .inputs = {"x"}, .outputs = {"g"}, .domain = "com.example"});
  model.node({.op = "Relu", .inputs = {"g"}, .outputs = {"r"}});
  model.node({.op = "Nobody", .inputs = {"r"}, .outputs = {"y"}});
  model.output("y", {ElementType::f32, {2, 3}});
  const std::string bytes = model.bytes();
  const auto imported = import(bytes);
  ASSERT_TRUE(imported);
  std::vector<std::string> reasons;
  for (const graph::Node& node : imported->graph.nodes()) {
    EXPECT_EQ(node.kind->name, "uncounted");
    reasons.push_back(*graph::find_attribute<std::string>(node.attributes, "reason"));
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"no lowering in domain \"com.example\"",
                                               "the type of \"g\" is unknown",
                                               "no lowering in operator set 13"}));
  EXPECT_EQ(imported->graph.type(imported->graph.outputs()[0]),
            (TensorType{ElementType::f32, {2, 3}}))
      << "as the file declares it";
}

TEST(Onnx, ShapesThatOnlyARunWouldTell) {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {6}});
  model.input("n", {ElementType::i64, {1}});
  model.node({.op = "Reshape", .inputs = {"x", "n"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_EQ(fault_of(model),
            "error[PFD209]: node y (Reshape): \"n\" is known only when the model runs\n"
            "  hint: pass --bind n=VALUE");
  EXPECT_EQ(fault_of(model, {.dimensions = {{"n", 6}}}), "none");
}

TEST(Onnx, FaultsNameTheNode) {
  ModelWriter model(13);
  model.input("a", {ElementType::f32, {12, 128, 64}});
  model.input("b", {ElementType::f32, {12, 32, 64}});
  model.node({.op = "MatMul", .inputs = {"a", "b"}, .outputs = {"y"}, .name = "h.0/scores"});
  model.output("y");
  EXPECT_EQ(fault_of(model),
            "error[PFD211]: node h.0/scores (MatMul): inner dimensions differ: a is [12,128,64], b "
            "is [12,32,64]\n  hint: b looks transposed");
}

TEST(Onnx, BrokenGraphs) {
  const auto with_node = [](const NodeToWrite& node) {
    ModelWriter model(13);
    model.input("x", {ElementType::f32, {2}});
    model.node(node);
    model.output("y");
    return fault_of(model);
  };
  EXPECT_EQ(with_node({.op = "Relu", .inputs = {"z"}, .outputs = {"y"}}),
            "error[PFD206]: node y (Relu): it uses \"z\", which nothing defines");
  EXPECT_EQ(with_node({.op = "Relu", .inputs = {"y"}, .outputs = {"y"}}),
            "error[PFD206]: node y (Relu): it uses \"y\" before that is computed\n"
            "  hint: the nodes are out of order or form a cycle");
  EXPECT_EQ(with_node({.op = "Relu", .inputs = {"x"}, .outputs = {"x"}}),
            "error[PFD206]: node x (Relu): value \"x\" is defined twice");
  EXPECT_EQ(with_node({.op = "Add", .inputs = {"x"}, .outputs = {"y"}}),
            "error[PFD208]: node y (Add): input 1 is missing");
  EXPECT_EQ(with_node({.op = "Relu", .inputs = {"x"}, .outputs = {"z"}}),
            "error[PFD206]: output \"y\" is computed by no node");
}

TEST(Onnx, ABiasOfNoConvolutionIsNotAdded) {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {1, 3, 8, 8}});
  model.initializer("w", {{ElementType::f32, {4, 5, 3, 3}}});
  model.initializer("bias", {{ElementType::f32, {4}}});
  model.node({.op = "Conv", .inputs = {"x", "w", "bias"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_THAT(fault_of(model), testing::StartsWith("error[PFD211]: node y (Conv): "));
}

TEST(Onnx, AbsurdSizesAreRefusedAtOnce) {
  const std::string huge = std::to_string(std::int64_t{1} << 40);
  ModelWriter model(13);
  model.input("a", ElementType::f32, {huge, "1"});
  model.input("b", ElementType::f32, {"1", huge});
  model.node({.op = "MatMul", .inputs = {"a", "b"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_TRUE(fault_of(model).starts_with("error[PFD214]: node y (MatMul): a tensor of f32["));
}

/// Each node doubles what it joins; a weight operand made of it is looked for once.
TEST(Onnx, SharedOperandsAreWalkedOnce) {
  ModelWriter model(13);
  model.initializer("w0", {{ElementType::f32, {2}}});
  for (int i = 0; i < 50; ++i) {
    const std::string from = "w" + std::to_string(i);
    model.node({.op = "Concat",
                .inputs = {from, from},
                .outputs = {"w" + std::to_string(i + 1)},
                .attributes = {{"axis", std::int64_t{0}}}});
  }
  model.input("x", {ElementType::f32, {1}});
  model.node({.op = "Mul", .inputs = {"x", "w50"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_EQ(fault_of(model), "none");
}

/// Contents of weights are evaluated when a shape asks for them; each node once.
TEST(Onnx, SharedContentsAreEvaluatedOnce) {
  ModelWriter model(13);
  model.initializer("s0", {{ElementType::f32, {2}}, {0, 0}});
  for (int i = 0; i < 60; ++i) {
    const std::string from = "s" + std::to_string(i);
    model.node({.op = "Add", .inputs = {from, from}, .outputs = {"s" + std::to_string(i + 1)}});
  }
  model.node({.op = "Cast",
              .inputs = {"s60"},
              .outputs = {"shape"},
              .attributes = {{"to", std::int64_t{7}}}});
  model.input("x", {ElementType::f32, {2, 3}});
  model.node({.op = "Reshape", .inputs = {"x", "shape"}, .outputs = {"y"}});
  model.output("y");
  EXPECT_EQ(fault_of(model), "none");
}

}  // namespace
}  // namespace pfsday::onnx
