// Control flow, functions and sequences, imported from the bytes of a file and evaluated.
#include <gtest/gtest.h>

#include <algorithm>

#include "graph/text.h"
#include "importers/importer.h"
#include "importers/onnx/model_writer.h"
#include "ops/evaluation.h"
#include "ops/verify.h"

namespace pfsday::onnx {
namespace {

using graph::ElementType;
using graph::Exact;
using graph::TensorType;
using importers::ImportOptions;
using importers::Model;
using Tensor = ops::Tensor<Exact>;

constexpr std::int64_t opset = 17;

TensorType f32(const graph::Shape& shape) { return {ElementType::f32, shape}; }
TensorType i64(const graph::Shape& shape) { return {ElementType::i64, shape}; }
TensorType boolean() { return {ElementType::boolean, {}}; }

Result<Model> read(const std::string& bytes, const ImportOptions& options = {}) {
  auto model = importers::read_model(std::as_bytes(std::span(bytes)), options);
  if (model) {
    const auto verified = ops::verify(model->graph);
    EXPECT_TRUE(verified) << to_string(verified.error()) << graph::to_string(model->graph);
  }
  return model;
}

std::vector<Exact> evaluate(const Model& model, const std::vector<std::vector<Exact>>& inputs) {
  std::map<graph::Value, Tensor> given;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const graph::Value v = model.graph.inputs()[i];
    given[v] = {model.graph.type(v), inputs[i]};
  }
  const auto outputs = ops::evaluate_graph<Exact>(model.graph, given, {});
  EXPECT_TRUE(outputs) << to_string(outputs.error());
  std::vector<Exact> all;
  for (const Tensor& output : *outputs)
    all.insert(all.end(), output.data.begin(), output.data.end());
  return all;
}

std::size_t nodes_named(const Model& model, std::string_view kind) {
  return static_cast<std::size_t>(std::ranges::count_if(
      model.graph.nodes(), [&](const graph::Node& node) { return node.kind->name == kind; }));
}

/// y = x + x or y = x * x, as the condition says; both use x from outside.
std::string branching(bool is_known) {
  ModelWriter then_body(opset), else_body(opset), model(opset);
  then_body.node({.op = "Add", .inputs = {"x", "x"}, .outputs = {"t"}});
  then_body.output("t");
  else_body.node({.op = "Mul", .inputs = {"x", "x"}, .outputs = {"e"}});
  else_body.output("e");
  model.input("x", f32({2}));
  if (is_known) {
    model.initializer("c", {boolean(), {0}});
  } else {
    model.input("c", boolean());
  }
  model.node({.op = "If",
              .inputs = {"c"},
              .outputs = {"y"},
              .attributes = {{"then_branch", then_body.body()}, {"else_branch", else_body.body()}},
              .name = "choice"});
  model.output("y");
  return model.bytes();
}

TEST(OnnxIf, KnownConditionIsInlined) {
  const std::string bytes = branching(true);
  const auto model = read(bytes);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(nodes_named(*model, "branch"), 0U);
  EXPECT_EQ(evaluate(*model, {{2, 3}}), (std::vector<Exact>{4, 9}));
}

TEST(OnnxIf, OpenConditionKeepsBothSides) {
  const std::string bytes = branching(false);
  const auto model = read(bytes);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(nodes_named(*model, "branch"), 1U);
  EXPECT_EQ(evaluate(*model, {{5, 3}, {1}}), (std::vector<Exact>{10, 6}));
  EXPECT_EQ(evaluate(*model, {{5, 3}, {0}}), (std::vector<Exact>{25, 9}));
}

TEST(OnnxIf, SideIsChosenByName) {
  const std::string bytes = branching(false);
  ImportOptions options;
  options.branches["choice"] = false;
  const auto model = read(bytes, options);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(nodes_named(*model, "mul"), 1U);
  EXPECT_EQ(model->used_bindings, std::vector<std::string>{"choice"});
}

/// state = state * w, `trips` times; each state is stacked. The trip's number is added where asked.
std::string looping(std::optional<std::int64_t> trips, bool adds_number) {
  ModelWriter body(opset), model(opset);
  body.input("i", i64({}));
  body.input("go", boolean());
  body.input("s", f32({2}));
  body.node({.op = "Identity", .inputs = {"go"}, .outputs = {"still"}});
  body.node({.op = "Mul", .inputs = {"s", "w"}, .outputs = {"product"}});
  if (adds_number) {
    body.node(
        {.op = "Cast", .inputs = {"i"}, .outputs = {"f"}, .attributes = {{"to", std::int64_t{1}}}});
    body.node({.op = "Add", .inputs = {"product", "f"}, .outputs = {"next"}});
  } else {
    body.node({.op = "Identity", .inputs = {"product"}, .outputs = {"next"}});
  }
  body.node({.op = "Identity", .inputs = {"next"}, .outputs = {"copy"}});
  for (const std::string_view name : {"still", "next", "copy"}) body.output(name);
  model.input("x", f32({2}));
  model.input("w", f32({2}));
  if (trips) model.initializer("trips", {i64({}), {static_cast<Exact>(*trips)}});
  if (!trips) model.input("trips", i64({}));
  model.node({.op = "Loop",
              .inputs = {"trips", "", "x"},
              .outputs = {"last", "all"},
              .attributes = {{"body", body.body()}},
              .name = "steps"});
  model.output("last");
  model.output("all");
  return model.bytes();
}

TEST(OnnxLoop, IsKeptAsOneLoop) {
  const std::string bytes = looping(3, true);
  const auto model = read(bytes);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(nodes_named(*model, "loop"), 1U);
  EXPECT_TRUE(model->graph.bounds().empty());
  // 1, 2 times 2, 3 plus 0; then plus 1; then plus 2.
  EXPECT_EQ(evaluate(*model, {{1, 2}, {2, 3}}), (std::vector<Exact>{12, 59, 2, 6, 5, 19, 12, 59}));
}

TEST(OnnxLoop, UnknownTripsAreCountedOnceAndSaid) {
  const std::string bytes = looping({}, false);
  const auto model = read(bytes);
  ASSERT_TRUE(model) << to_string(model.error());
  ASSERT_EQ(model->graph.bounds().size(), 1U);
  EXPECT_EQ(model->graph.bounds()[0].kind, "per_trip");
  ImportOptions options;
  options.trips["steps"] = 4;
  const auto told = read(bytes, options);
  ASSERT_TRUE(told) << to_string(told.error());
  EXPECT_TRUE(told->graph.bounds().empty());
  EXPECT_EQ(told->graph.type(told->graph.outputs()[1]), f32({4, 2}));
}

/// x = x * x while a carried counter, which starts at 0, is below 3 after the trip.
std::string ending(Exact trips) {
  ModelWriter body(opset), model(opset);
  body.input("i", i64({}));
  body.input("go", boolean());
  body.input("count", i64({}));
  body.input("s", f32({2}));
  body.node({.op = "Add", .inputs = {"count", "one"}, .outputs = {"next"}});
  body.node({.op = "Less", .inputs = {"next", "three"}, .outputs = {"more"}});
  body.node({.op = "Mul", .inputs = {"s", "s"}, .outputs = {"square"}});
  for (const std::string_view name : {"more", "next", "square"}) body.output(name);
  model.input("x", f32({2}));
  model.initializer("zero", {i64({}), {0}});
  model.initializer("one", {i64({}), {1}});
  model.initializer("three", {i64({}), {3}});
  model.initializer("trips", {i64({}), {trips}});
  model.node({.op = "Loop",
              .inputs = {"trips", "", "zero", "x"},
              .outputs = {"n", "y"},
              .attributes = {{"body", body.body()}}});
  model.output("y");
  return model.bytes();
}

TEST(OnnxLoop, EndsWhereItsConditionIsKnownTo) {
  constexpr Exact without_end = 9223372036854775807.0L;
  for (const Exact trips : {Exact{100}, without_end}) {
    const std::string bytes = ending(trips);
    const auto model = read(bytes);
    ASSERT_TRUE(model) << to_string(model.error());
    EXPECT_TRUE(model->graph.bounds().empty());
    EXPECT_EQ(evaluate(*model, {{2, 3}}), (std::vector<Exact>{256, 6561}));
  }
}

TEST(OnnxLoop, GrowingValuesAreUnrolled) {
  ModelWriter body(opset), model(opset);
  body.input("i", i64({}));
  body.input("go", boolean());
  body.input("s", ElementType::f32, {""});
  body.node({.op = "Identity", .inputs = {"go"}, .outputs = {"still"}});
  body.node({.op = "Concat",
             .inputs = {"s", "x"},
             .outputs = {"longer"},
             .attributes = {{"axis", std::int64_t{0}}}});
  body.output("still");
  body.output("longer");
  model.input("x", f32({2}));
  model.initializer("trips", {i64({}), {3}});
  model.node({.op = "Loop",
              .inputs = {"trips", "", "x"},
              .outputs = {"y"},
              .attributes = {{"body", body.body()}}});
  model.output("y");
  const std::string bytes = model.bytes();
  const auto read_model = read(bytes);
  ASSERT_TRUE(read_model) << to_string(read_model.error());
  EXPECT_EQ(nodes_named(*read_model, "loop"), 0U);
  EXPECT_EQ(read_model->graph.type(read_model->graph.outputs()[0]), f32({8}));
  EXPECT_EQ(read_model->node_count, 3U) << "the body once";
}

TEST(OnnxScan, StatesGoOnAndSlicesAreStacked) {
  ModelWriter body(opset), model(opset);
  body.input("sum", f32({2}));
  body.input("slice", f32({2}));
  body.node({.op = "Add", .inputs = {"sum", "slice"}, .outputs = {"next"}});
  body.node({.op = "Identity", .inputs = {"next"}, .outputs = {"copy"}});
  body.output("next");
  body.output("copy");
  model.input("start", f32({2}));
  model.input("x", f32({3, 2}));
  model.node({.op = "Scan",
              .inputs = {"start", "x"},
              .outputs = {"total", "sums"},
              .attributes = {{"body", body.body()},
                             {"num_scan_inputs", std::int64_t{1}},
                             {"scan_input_directions", graph::Axes{1}}}});
  model.output("total");
  model.output("sums");
  const std::string bytes = model.bytes();
  const auto read_model = read(bytes);
  ASSERT_TRUE(read_model) << to_string(read_model.error());
  EXPECT_EQ(evaluate(*read_model, {{0, 0}, {1, 2, 3, 4, 5, 6}}),
            (std::vector<Exact>{9, 12, 5, 6, 8, 10, 9, 12}));
}

/// `levels` functions, each of which calls the one below twice.
std::string doubling(int levels) {
  ModelWriter model(opset);
  model.input("x", f32({2}));
  model.opset("local", 1);
  ModelWriter leaf(opset);
  leaf.node({.op = "Add", .inputs = {"a", "a"}, .outputs = {"b"}});
  model.function("local", "f0", {"a"}, {"b"}, leaf);
  for (int level = 1; level <= levels; ++level) {
    ModelWriter body(opset);
    const std::string below = "f" + std::to_string(level - 1);
    body.node({.op = below, .inputs = {"a"}, .outputs = {"m"}, .domain = "local", .name = "one"});
    body.node({.op = below, .inputs = {"m"}, .outputs = {"b"}, .domain = "local", .name = "two"});
    model.function("local", "f" + std::to_string(level), {"a"}, {"b"}, body);
  }
  model.node({.op = "f" + std::to_string(levels),
              .inputs = {"x"},
              .outputs = {"y"},
              .domain = "local",
              .name = "call"});
  model.output("y");
  return model.bytes();
}

TEST(OnnxFunctions, TakeThePlaceOfTheirCalls) {
  const std::string bytes = doubling(2);
  const auto model = read(bytes);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(evaluate(*model, {{1, 3}}), (std::vector<Exact>{16, 48}));
  EXPECT_EQ(model->graph.origins().back().name, "call/two/two/b");
}

TEST(OnnxFunctions, ThatUnfoldWithoutEndAreAFault) {
  const std::string bytes = doubling(60);
  const auto model = read(bytes);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::limit_exceeded);
}

TEST(OnnxFunctions, MayNotCallThemselves) {
  ModelWriter model(opset);
  ModelWriter body(opset);
  body.node({.op = "f", .inputs = {"a"}, .outputs = {"b"}, .domain = "local"});
  model.function("local", "f", {"a"}, {"b"}, body);
  model.input("x", f32({2}));
  model.node({.op = "f", .inputs = {"x"}, .outputs = {"y"}, .domain = "local"});
  model.output("y");
  const std::string bytes = model.bytes();
  const auto read_model = read(bytes);
  ASSERT_FALSE(read_model);
  EXPECT_EQ(read_model.error().code, Code::graph_invalid);
}

TEST(OnnxSequences, AreListsOfTheirTensors) {
  ModelWriter model(opset);
  model.input("x", f32({4, 2}));
  model.initializer("sizes", {i64({2}), {1, 3}});
  model.initializer("minus_one", {i64({}), {-1}});
  model.node({.op = "SplitToSequence", .inputs = {"x", "sizes"}, .outputs = {"parts"}});
  model.node({.op = "SequenceAt", .inputs = {"parts", "minus_one"}, .outputs = {"last"}});
  model.node({.op = "SequenceLength", .inputs = {"parts"}, .outputs = {"n"}});
  model.output("last");
  model.output("n");
  const std::string bytes = model.bytes();
  const auto read_model = read(bytes);
  ASSERT_TRUE(read_model) << to_string(read_model.error());
  EXPECT_EQ(evaluate(*read_model, {{1, 2, 3, 4, 5, 6, 7, 8}}),
            (std::vector<Exact>{3, 4, 5, 6, 7, 8, 2}));
}

/// y = each element of the sequence s, times itself.
std::string mapping() {
  ModelWriter body(opset), model(opset);
  body.input("e", ElementType::f32, {"n"});
  body.node({.op = "Mul", .inputs = {"e", "e"}, .outputs = {"square"}});
  body.output("square");
  model.sequence_input("s", ElementType::f32, {"n"});
  model.node({.op = "SequenceMap",
              .inputs = {"s"},
              .outputs = {"y"},
              .attributes = {{"body", body.body()}}});
  model.output("y");
  return model.bytes();
}

TEST(OnnxSequences, GivenOnesHaveTheLengthThatIsBound) {
  const std::string bytes = mapping();
  ImportOptions options;
  options.dimensions["s"] = 3;
  options.dimensions["n"] = 1;
  options.inputs["s[1]"] = {2};
  const auto model = read(bytes, options);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_TRUE(model->graph.bounds().empty());
  EXPECT_EQ(evaluate(*model, {{2}, {3, 4}, {5}}), (std::vector<Exact>{4, 9, 16, 25}));
}

TEST(OnnxSequences, OpenOnesCountOneElementAndSaySo) {
  const std::string bytes = mapping();
  ImportOptions options;
  options.dimensions["n"] = 6;
  const auto model = read(bytes, options);
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(nodes_named(*model, "mul"), 1U);
  ASSERT_EQ(model->graph.bounds().size(), 1U);
  EXPECT_EQ(model->graph.bounds()[0].kind, "per_trip");
  const auto unbound = read(bytes);
  ASSERT_TRUE(unbound) << to_string(unbound.error());
  EXPECT_EQ(nodes_named(*unbound, "uncounted"), 1U);
}

TEST(OnnxSequences, ImpossibleLengthsAreAFault) {
  const std::string bytes = mapping();
  for (const std::int64_t length : {-1L, 1'000'000'000L}) {
    ImportOptions options;
    options.dimensions["s"] = length;
    const auto model = read(bytes, options);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, Code::binding_malformed);
  }
}

/// What the values would steer is told from the declared type of y, and is not known in turn.
TEST(OnnxSteering, IsToldFromDeclaredTypes) {
  ModelWriter model(opset);
  model.input("x", f32({3, 4}));
  model.input("shape", i64({2}));
  model.node({.op = "Reshape", .inputs = {"x", "shape"}, .outputs = {"y"}});
  model.output("y", f32({6, 2}));
  const std::string bytes = model.bytes();
  const auto told = read(bytes);
  ASSERT_TRUE(told) << to_string(told.error());
  ASSERT_EQ(told->graph.bounds().size(), 1U);
  EXPECT_EQ(told->graph.bounds()[0].kind, "declared_shape");
  EXPECT_EQ(told->graph.type(told->graph.outputs()[0]), f32({6, 2}));
}

TEST(OnnxSteering, DeclaredTypesThatCannotBeAreAFault) {
  ModelWriter model(opset);
  model.input("x", f32({3, 4}));
  model.input("shape", i64({1}));
  model.node({.op = "Reshape", .inputs = {"x", "shape"}, .outputs = {"y"}});
  model.output("y", f32({13}));
  const std::string bytes = model.bytes();
  const auto told = read(bytes);
  ASSERT_FALSE(told);
  EXPECT_EQ(told.error().code, Code::value_unknown);
  EXPECT_EQ(told.error().hint, "pass --bind shape=VALUE");
}

TEST(OnnxSteering, AssumedValuesAreNotKnown) {
  ModelWriter model(opset);
  for (const std::string_view name : {"start", "limit", "delta"}) model.input(name, i64({}));
  model.node({.op = "Range", .inputs = {"start", "limit", "delta"}, .outputs = {"sizes"}});
  model.value_info("sizes", i64({2}));
  model.node({.op = "ConstantOfShape", .inputs = {"sizes"}, .outputs = {"y"}});
  model.output("y");
  const std::string bytes = model.bytes();
  const auto told = read(bytes);
  ASSERT_TRUE(told) << to_string(told.error());
  EXPECT_EQ(nodes_named(*told, "uncounted"), 1U) << "its shape is not 0, 1";
}

TEST(OnnxBodies, NestedTooDeepAreAFault) {
  ModelWriter inner(opset);
  inner.node({.op = "Identity", .inputs = {"x"}, .outputs = {"y"}});
  inner.output("y");
  BodyToWrite body = inner.body();
  for (int depth = 0; depth < 200; ++depth) {
    ModelWriter outer(opset);
    outer.node({.op = "If",
                .inputs = {"c"},
                .outputs = {"y"},
                .attributes = {{"then_branch", body}, {"else_branch", inner.body()}}});
    outer.output("y");
    body = outer.body();
  }
  ModelWriter model(opset);
  model.input("x", f32({2}));
  model.initializer("c", {boolean(), {1}});
  model.node({.op = "If",
              .inputs = {"c"},
              .outputs = {"z"},
              .attributes = {{"then_branch", body}, {"else_branch", inner.body()}}});
  model.output("z");
  const std::string bytes = model.bytes();
  const auto read_model = read(bytes);
  ASSERT_FALSE(read_model);
  EXPECT_EQ(read_model.error().code, Code::limit_exceeded);
}

}  // namespace
}  // namespace pfsday::onnx
