// Files are written with the library of FlatBuffers, by field numbers: an encoder that is not ours.
#include <flatbuffers/flatbuffers.h>
#include <gmock/gmock.h>

#include "importers/importer.h"
#include "ops/primitive.h"

namespace pfsday::importers {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using testing::HasSubstr;
using OffsetOfAny = flatbuffers::uoffset_t;

constexpr flatbuffers::voffset_t field(int number) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * number);
}

constexpr std::int8_t f32 = 0, i32 = 2, boolean = 6, i8 = 9;

struct Tensor {
  std::vector<std::int32_t> shape;
  std::int8_t type = f32;
  std::uint32_t buffer = 0;
  float scale = 0;  ///< of a quantized one
  std::int64_t zero_point = 0;
  bool is_variable = false;
};

/// An option is a field of 4 bytes or, where it is a byte, of 1.
struct Option {
  int field = 0;
  std::int32_t value = 0;
  bool is_byte = false;
};

struct Operator {
  std::int32_t builtin = 0;
  std::vector<std::int32_t> inputs, outputs;
  std::vector<Option> options = {};
  std::string custom = {};
};

struct Graph {
  std::vector<Tensor> tensors;
  std::vector<std::int32_t> inputs, outputs;
  std::vector<Operator> operators = {};
};

struct File {
  std::vector<Graph> graphs;
  std::vector<std::vector<std::uint8_t>> buffers = {{}};
  std::uint32_t version = 3;

  std::string write() const {
    FlatBufferBuilder b;
    std::vector<OffsetOfAny> codes, graph_tables, buffer_tables;
    std::uint32_t code = 0;
    for (const Graph& graph : graphs) {
      for (const Operator& op : graph.operators) codes.push_back(write_code(b, op));
    }
    for (const Graph& graph : graphs) graph_tables.push_back(write_graph(b, graph, code));
    for (const auto& bytes : buffers) buffer_tables.push_back(write_buffer(b, bytes));
    const auto code_list = list(b, codes), graph_list = list(b, graph_tables),
               buffer_list = list(b, buffer_tables);
    const auto start = b.StartTable();
    b.AddElement<std::uint32_t>(field(0), version, 0);
    b.AddOffset(field(1), code_list);
    b.AddOffset(field(2), graph_list);
    b.AddOffset(field(4), buffer_list);
    b.Finish(Offset<void>(b.EndTable(start)), "TFL3");
    return {reinterpret_cast<const char*>(b.GetBufferPointer()), b.GetSize()};
  }

 private:
  static Offset<flatbuffers::Vector<Offset<void>>> list(FlatBufferBuilder& b,
                                                        const std::vector<OffsetOfAny>& tables) {
    return b.CreateVector(std::vector<Offset<void>>(tables.begin(), tables.end()));
  }
  static OffsetOfAny write_code(FlatBufferBuilder& b, const Operator& op) {
    const auto custom = b.CreateString(op.custom);
    const auto start = b.StartTable();
    b.AddElement<std::int32_t>(field(3), op.builtin, 0);
    if (!op.custom.empty()) b.AddOffset(field(1), custom);
    return b.EndTable(start);
  }
  static OffsetOfAny write_buffer(FlatBufferBuilder& b, const std::vector<std::uint8_t>& bytes) {
    const auto data = b.CreateVector(bytes);
    const auto start = b.StartTable();
    if (!bytes.empty()) b.AddOffset(field(0), data);
    return b.EndTable(start);
  }
  static OffsetOfAny write_tensor(FlatBufferBuilder& b, const Tensor& tensor, std::size_t i) {
    const auto shape = b.CreateVector(tensor.shape);
    const auto name = b.CreateString("t" + std::to_string(i));
    OffsetOfAny quantization = 0;
    if (tensor.scale != 0) {
      const auto scales = b.CreateVector(std::vector<float>{tensor.scale});
      const auto zeros = b.CreateVector(std::vector<std::int64_t>{tensor.zero_point});
      const auto start = b.StartTable();
      b.AddOffset(field(2), scales);
      b.AddOffset(field(3), zeros);
      quantization = b.EndTable(start);
    }
    const auto start = b.StartTable();
    b.AddOffset(field(0), shape);
    b.AddElement<std::int8_t>(field(1), tensor.type, 0);
    b.AddElement<std::uint32_t>(field(2), tensor.buffer, 0);
    b.AddOffset(field(3), name);
    if (quantization != 0) b.AddOffset(field(4), Offset<void>(quantization));
    b.AddElement<std::uint8_t>(field(5), tensor.is_variable ? 1 : 0, 0);
    return b.EndTable(start);
  }
  static OffsetOfAny write_operator(FlatBufferBuilder& b, const Operator& op, std::uint32_t code) {
    const auto inputs = b.CreateVector(op.inputs);
    const auto outputs = b.CreateVector(op.outputs);
    const auto begin = b.StartTable();
    for (const Option& option : op.options) {
      if (option.is_byte) {
        b.AddElement<std::int8_t>(field(option.field), static_cast<std::int8_t>(option.value), 0);
      } else {
        b.AddElement<std::int32_t>(field(option.field), option.value, 0);
      }
    }
    const auto options = b.EndTable(begin);
    const auto start = b.StartTable();
    b.AddElement<std::uint32_t>(field(0), code, 0);
    b.AddOffset(field(1), inputs);
    b.AddOffset(field(2), outputs);
    b.AddOffset(field(4), Offset<void>(options));
    return b.EndTable(start);
  }
  static OffsetOfAny write_graph(FlatBufferBuilder& b, const Graph& graph, std::uint32_t& code) {
    std::vector<OffsetOfAny> tensors, operators;
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
      tensors.push_back(write_tensor(b, graph.tensors[i], i));
    }
    for (const Operator& op : graph.operators) operators.push_back(write_operator(b, op, code++));
    const auto tensor_list = list(b, tensors), operator_list = list(b, operators);
    const auto inputs = b.CreateVector(graph.inputs), outputs = b.CreateVector(graph.outputs);
    const auto start = b.StartTable();
    b.AddOffset(field(0), tensor_list);
    b.AddOffset(field(1), inputs);
    b.AddOffset(field(2), outputs);
    b.AddOffset(field(3), operator_list);
    return b.EndTable(start);
  }
};

Bytes bytes_of(const std::string& file) { return std::as_bytes(std::span(file)); }

Result<Model> read(const File& file, const ImportOptions& options = {}) {
  const std::string text = file.write();
  return read_model(bytes_of(text), options);
}

/// A loop has the work of its trips, a branch that of its larger side.
ops::Work work_of(const graph::Graph& graph) {
  ops::Work sum;
  for (const graph::Node& node : graph.nodes()) {
    const auto& primitive = ops::primitive_of(*node.kind);
    if (primitive.work != nullptr) sum += primitive.work(graph::NodeView(graph, node), {});
  }
  return sum;
}

std::vector<std::uint8_t> zeros(std::size_t count) { return std::vector<std::uint8_t>(count); }

/// x [2, 3] times the transpose of w [4, 3], plus a bias of 4.
File dense(std::int8_t type) {
  const bool is_quantized = type == i8;
  const std::size_t bytes = is_quantized ? 1 : 4;
  const float scale = is_quantized ? 0.5F : 0;
  return {.graphs = {{.tensors = {{{2, 3}, type, 0, scale, 3},
                                  {{4, 3}, type, 1, scale},
                                  {{4}, is_quantized ? i32 : f32, 2},
                                  {{2, 4}, type, 0, scale, -1}},
                      .inputs = {0},
                      .outputs = {3},
                      .operators = {{9, {0, 1, 2}, {3}, {{0, 1, true}}}}}},
          .buffers = {{}, zeros(12 * bytes), zeros(16)}};
}

TEST(Tflite, ADenseLayer) {
  const Model model = read(dense(f32)).value();
  EXPECT_EQ(model.format, "tflite");
  EXPECT_EQ(model.node_count, 1U);
  const ops::Work work = work_of(model.graph);
  EXPECT_EQ(work.products, units::Count(24));
  EXPECT_EQ(work.add, units::Count(24 + 8));  // products, bias
  EXPECT_EQ(work.compare, units::Count(8));   // the fused relu
  EXPECT_EQ(model.graph.tensors().size(), 2U);
}

// The zero point of x is subtracted from its 6 elements, that of the output added to its 8; one
// multiply scales each of them, and it is rounded and bounded on both sides.
TEST(Tflite, AQuantizedDenseLayerHasTheSameProducts) {
  const ops::Work work = work_of(read(dense(i8)).value().graph);
  EXPECT_EQ(work.products, units::Count(24));
  EXPECT_EQ(work.mul, units::Count(24 + 8));
  EXPECT_EQ(work.add, units::Count(24 + 6 + 8 + 8));
  EXPECT_EQ(work.compare, units::Count(3 * 8));
}

File convolution(std::int32_t builtin, std::vector<std::int32_t> w, std::vector<std::int32_t> y,
                 std::vector<Option> options) {
  std::size_t elements = 4;
  for (const std::int32_t size : w) elements *= static_cast<std::size_t>(size);
  return {.graphs = {{.tensors = {{{1, 5, 5, 2}}, {std::move(w), f32, 1}, {std::move(y)}},
                      .inputs = {0},
                      .outputs = {2},
                      .operators = {{builtin, {0, 1}, {2}, std::move(options)}}}},
          .buffers = {{}, zeros(elements)}};
}

TEST(Tflite, ConvolutionsByHand) {
  const struct {
    std::string_view name;
    File file;
    graph::Shape y;
    std::int64_t products;
  } cases[] = {
      {"same",
       convolution(3, {4, 3, 3, 2}, {1, 5, 5, 4}, {{0, 0, true}, {1, 1}, {2, 1}}),
       {1, 5, 5, 4},
       25 * 4 * 18},
      {"same, stride 2",
       convolution(3, {4, 3, 3, 2}, {1, 3, 3, 4}, {{0, 0, true}, {1, 2}, {2, 2}}),
       {1, 3, 3, 4},
       9 * 4 * 18},
      {"valid",
       convolution(3, {4, 3, 3, 2}, {1, 3, 3, 4}, {{0, 1, true}, {1, 1}, {2, 1}}),
       {1, 3, 3, 4},
       9 * 4 * 18},
      {"dilated",
       convolution(3, {4, 2, 2, 2}, {1, 1, 1, 4}, {{0, 1, true}, {1, 1}, {2, 1}, {4, 4}, {5, 4}}),
       {1, 1, 1, 4},
       4 * 8},
      {"grouped",
       convolution(3, {4, 3, 3, 1}, {1, 3, 3, 4}, {{0, 1, true}, {1, 1}, {2, 1}}),
       {1, 3, 3, 4},
       9 * 4 * 9},
      {"depthwise",
       convolution(4, {1, 3, 3, 4}, {1, 3, 3, 4}, {{0, 1, true}, {1, 1}, {2, 1}, {3, 2}}),
       {1, 3, 3, 4},
       9 * 4 * 9},
      {"strides differ",
       convolution(3, {4, 1, 1, 2}, {1, 2, 5, 4}, {{0, 1, true}, {1, 1}, {2, 3}}),
       {1, 2, 5, 4},
       10 * 4 * 2},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Model model = read(c.file).value();
    EXPECT_EQ(model.graph.type(model.graph.outputs()[0]).shape, c.y);
    EXPECT_EQ(work_of(model.graph).products, units::Count(c.products));
  }
}

/// Operators 119 (WHILE) and 118 (IF): graph 1 is the condition or the first side.
File control(std::int32_t builtin, std::int32_t first, std::int32_t second) {
  const Graph dense_graph = dense(f32).graphs[0];
  Graph main{.tensors = {{{2, 3}}, {{}, boolean}, {{2, 3}}}, .inputs = {0, 1}, .outputs = {2}};
  const bool is_loop = builtin == 119;
  main.operators = {
      {builtin, is_loop ? std::vector{0} : std::vector{1, 0}, {2}, {{0, first}, {1, second}}}};
  const Graph square{.tensors = {{{2, 3}}, {{2, 3}}},
                     .inputs = {0},
                     .outputs = {1},
                     .operators = {{92, {0}, {1}}}};
  const Graph root{.tensors = {{{2, 3}}, {{2, 3}}},
                   .inputs = {0},
                   .outputs = {1},
                   .operators = {{75, {0}, {1}}}};
  const Graph condition{.tensors = {{{2, 3}}, {{2, 3}, boolean}},
                        .inputs = {0},
                        .outputs = {1},
                        .operators = {{71, {0, 0}, {1}}}};
  return {.graphs = {main, square, root, condition}};
}

TEST(Tflite, ALoopCountsItsTripsAndItsConditions) {
  const File file = control(119, 3, 1);
  const ops::Work once = work_of(read(file).value().graph);
  EXPECT_EQ(once.mul, units::Count(6));
  const Model model = read(file, {.trips = {{"t2", 5}}}).value();
  EXPECT_EQ(work_of(model.graph).mul, units::Count(5 * 6));
  EXPECT_EQ(work_of(model.graph).compare, units::Count((5 + 1) * 6));
  EXPECT_EQ(model.used_bindings, std::vector<std::string>{"t2"});
}

TEST(Tflite, ABranchHasTheLargerSide) {
  const Model both = read(control(118, 1, 2)).value();
  EXPECT_EQ(work_of(both.graph).mul, units::Count(6));
  const Model one = read(control(118, 1, 2), {.branches = {{"t2", false}}}).value();
  EXPECT_EQ(work_of(one.graph).mul, units::Count(0));
  EXPECT_EQ(work_of(one.graph).special, units::Count(6));
}

TEST(Tflite, WhatNobodyKnowsIsNamed) {
  File file = dense(f32);
  file.graphs[0].operators[0] = {32, {0}, {3}, {}, "Warp"};
  const Model model = read(file).value();
  const graph::Node& node = model.graph.nodes().back();
  EXPECT_EQ(node.kind->name, "uncounted");
  EXPECT_EQ(*graph::find_attribute<std::string>(node.attributes, "op"), "Warp");
}

TEST(Tflite, RefusesWhatIsNotThere) {
  const auto changed = [](auto change) {
    File file = dense(f32);
    change(file);
    return file;
  };
  const struct {
    std::string_view name;
    File file;
    Code code;
    std::string_view what;
  } cases[] = {
      {"version", changed([](File& f) { f.version = 2; }), Code::model_malformed, "version 2"},
      {"no graph", changed([](File& f) { f.graphs.clear(); }), Code::model_malformed, "no graph"},
      {"tensor of an input", changed([](File& f) { f.graphs[0].operators[0].inputs[1] = 4; }),
       Code::model_malformed, "no tensor 4"},
      {"tensor of an output", changed([](File& f) { f.graphs[0].outputs[0] = -1; }),
       Code::model_malformed, "no tensor -1"},
      {"buffer", changed([](File& f) { f.graphs[0].tensors[1].buffer = 3; }), Code::model_malformed,
       "buffer 3, of 3"},
      {"bytes of a constant", changed([](File& f) { f.buffers[1].pop_back(); }),
       Code::model_malformed, "has 47 bytes"},
      {"undefined", changed([](File& f) { f.graphs[0].inputs.clear(); }), Code::graph_invalid,
       "which nothing before it gives"},
      {"missing input", changed([](File& f) { f.graphs[0].operators[0].inputs = {0}; }),
       Code::input_missing, "input 1"},
      {"shapes", changed([](File& f) { f.graphs[0].tensors[0].shape = {2, 4}; }),
       Code::shapes_disagree, "x is [2,4]"},
      {"type", changed([](File& f) { f.graphs[0].tensors[0].type = 77; }), Code::type_unsupported,
       "type 77"},
      {"negative size", changed([](File& f) { f.graphs[0].tensors[0].shape = {-2}; }),
       Code::model_malformed, "an axis of -2"},
      {"itself", control(118, 0, 2), Code::call_cyclic, "graph 0 -> graph 0"},
      {"another graph", control(118, 9, 2), Code::graph_invalid, "there is no graph 9"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto model = read(c.file);
    ASSERT_FALSE(model);
    EXPECT_EQ(model.error().code, c.code);
    EXPECT_THAT(model.error().what, HasSubstr(std::string(c.what)));
  }
}

TEST(Tflite, AGraphThatCallsItselfIsRefused) {
  File file = control(119, 3, 1);
  file.graphs[1].operators[0] = {31, {0}, {1}, {{0, 2}}};
  file.graphs[2].operators[0] = {31, {0}, {1}, {{0, 1}}};
  const auto model = read(file);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::call_cyclic);
  EXPECT_EQ(model.error().what, "graph 1 -> graph 2 -> graph 1");
}

/// The graph that such a test of recurrent operators has: x is input 0, the last tensor the output.
File recurrent(std::int32_t builtin, std::vector<Tensor> tensors, std::vector<std::int32_t> inputs,
               std::vector<Option> options) {
  const auto last = static_cast<std::int32_t>(tensors.size()) - 1;
  std::vector<std::vector<std::uint8_t>> buffers = {{}};
  for (Tensor& tensor : tensors) {
    if (tensor.buffer == 0) continue;
    std::size_t bytes = 4;
    for (const std::int32_t size : tensor.shape) bytes *= static_cast<std::size_t>(size);
    tensor.buffer = static_cast<std::uint32_t>(buffers.size());
    buffers.push_back(zeros(bytes));
  }
  return {.graphs = {{.tensors = std::move(tensors),
                      .inputs = {0},
                      .outputs = {last},
                      .operators = {{builtin, std::move(inputs), {last}, std::move(options)}}}},
          .buffers = std::move(buffers)};
}

// 2 examples, 3 features, 4 units; 7 steps. A step: 4 gates of 4 x (3 + 4) products for each
// example.
TEST(Tflite, AnLstmMultipliesItsGatesInEachStep) {
  std::vector<Tensor> tensors = {{{2, 7, 3}}};
  std::vector<std::int32_t> inputs(24, -1);
  inputs[0] = 0;
  const auto add = [&](std::size_t input, Tensor tensor) {
    inputs[input] = static_cast<std::int32_t>(tensors.size());
    tensors.push_back(std::move(tensor));
  };
  for (std::size_t gate = 0; gate < 4; ++gate) {
    add(1 + gate, {{4, 3}, f32, 1});
    add(5 + gate, {{4, 4}, f32, 1});
    add(12 + gate, {{4}, f32, 1});
  }
  add(18, {{2, 4}, f32, 0, 0, 0, true});
  add(19, {{2, 4}, f32, 0, 0, 0, true});
  tensors.push_back({{2, 7, 4}});
  const Model model = read(recurrent(44, tensors, inputs, {})).value();
  EXPECT_EQ(model.graph.type(model.graph.outputs()[0]).shape, (graph::Shape{2, 7, 4}));
  const ops::Work work = work_of(model.graph);
  EXPECT_EQ(work.products, units::Count(7 * 2 * 4 * 4 * (3 + 4)));
  EXPECT_EQ(work.special, units::Count(7 * 2 * 4 * 5));  // four gates and the cell
  EXPECT_EQ(work.mul, work.products + units::Count(7 * 2 * 4 * 3));
}

// 2 examples, 3 features, 8 filters of 5 steps, two of which make one of 4 units.
TEST(Tflite, AnSvdfFiltersFeaturesAndTime) {
  const Model model = read(recurrent(27,
                                     {{{2, 3}},
                                      {{8, 3}, f32, 1},
                                      {{8, 5}, f32, 1},
                                      {{4}, f32, 1},
                                      {{2, 40}, f32, 0, 0, 0, true},
                                      {{2, 4}}},
                                     {0, 1, 2, 3, 4}, {{0, 2}}))
                          .value();
  EXPECT_EQ(model.graph.type(model.graph.outputs()[0]).shape, (graph::Shape{2, 4}));
  const ops::Work work = work_of(model.graph);
  EXPECT_EQ(work.products, units::Count(2 * 8 * 3 + 2 * 8 * 5));
  EXPECT_EQ(work.add, work.products + units::Count(2 * 4 + 2 * 4));  // pairs of filters, bias
}

// Wherever it is cut, or whichever byte of it is another, it is read or refused.
TEST(Tflite, SurvivesEveryCutAndEveryByte) {
  const std::string whole = dense(i8).write();
  for (std::size_t size = 8; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    const auto model = read_model(bytes_of(cut), {});
    EXPECT_TRUE(model || !model.error().what.empty());
  }
  for (std::size_t i = 8; i < whole.size(); ++i) {
    for (const int change : {1, 0x7f, 0xff}) {
      std::string other = whole;
      other[i] = static_cast<char>(other[i] ^ change);
      (void)read_model(bytes_of(other), {}).has_value();
    }
  }
}

}  // namespace
}  // namespace pfsday::importers
