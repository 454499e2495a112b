#include "importers/onnx/proto.h"

#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>
#include <random>

#include "importers/importer.h"
#include "importers/onnx/model_writer.h"

namespace pfsday::onnx {
namespace {

using graph::ElementType;
using graph::Exact;
using protozero::pbf_writer;

Bytes bytes_of(const std::string& text) { return std::as_bytes(std::span(text)); }

std::string small_model() {
  ModelWriter model(13);
  model.input("x", {ElementType::f32, {2, 3}});
  model.initializer("w", {{ElementType::f32, {3}}, {1, 2, 3}});
  model.node({.op = "Mul", .inputs = {"x", "w"}, .outputs = {"y"}});
  model.output("y");
  return model.bytes();
}

TEST(OnnxProto, EveryTruncationIsOneDiagnostic) {
  const std::string whole = small_model();
  ASSERT_TRUE(read_model_view(bytes_of(whole)));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    SCOPED_TRACE(size);
    const std::string part = whole.substr(0, size);
    // From its second byte on, the file is known for what it is.
    EXPECT_EQ(begins_as_onnx(bytes_of(part)), size >= 2);
    const auto view = read_model_view(bytes_of(part));
    if (view) continue;  // without its operator sets, the graph is whole
    EXPECT_EQ(view.error().code, Code::model_truncated);
    EXPECT_TRUE(view.error().place.byte.has_value());
  }
}

TEST(OnnxProto, OtherBytesAreNotOnnx) {
  EXPECT_FALSE(begins_as_onnx(bytes_of(std::string(4096, '\0'))));
  EXPECT_FALSE(begins_as_onnx(bytes_of("# a script\nimport onnx\n")));
  EXPECT_FALSE(begins_as_onnx(bytes_of("{\"model_type\": \"gpt2\"}")));
  // A TensorFlow SavedModel also begins with a small number; then comes a message, not a name.
  EXPECT_FALSE(begins_as_onnx(bytes_of(std::string("\x08\x01\x12\x04\x0a\x02\x10\x01", 8))));
  std::mt19937 rng(2018);
  int recognized = 0;
  for (int i = 0; i < 10000; ++i) {
    std::string noise(4096, '\0');
    for (std::size_t k = 0; k < noise.size(); k += 4) {
      const std::uint32_t word = static_cast<std::uint32_t>(rng());
      std::memcpy(noise.data() + k, &word, 4);
    }
    recognized += begins_as_onnx(bytes_of(noise)) ? 1 : 0;
  }
  EXPECT_LE(recognized, 1);
}

TEST(OnnxProto, RepeatedNumbersPackedOrNot) {
  std::string tensor;
  pbf_writer writer(tensor);
  writer.add_int64(1, 2);
  writer.add_int64(1, 2);
  writer.add_int32(2, 1);
  for (const float x : {1.0F, 2.0F}) writer.add_float(4, x);
  const float more[] = {3, 4};
  writer.add_packed_float(4, std::begin(more), std::end(more));
  const auto view = read_tensor_view(bytes_of(tensor));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type, (graph::TensorType{ElementType::f32, {2, 2}}));
  const auto values = read_values(*view);
  ASSERT_TRUE(values && *values);
  EXPECT_EQ((*values)->values(), (std::vector<Exact>{1, 2, 3, 4}));
}

TEST(OnnxProto, HalfPrecisionStandsAsBits) {
  std::string tensor;
  pbf_writer writer(tensor);
  writer.add_int64(1, 1);
  writer.add_int32(2, 10);
  writer.add_int32(5, 0x3e00);
  const auto view = read_tensor_view(bytes_of(tensor));
  ASSERT_TRUE(view);
  EXPECT_EQ((*read_values(*view))->at(0), 1.5L);
}

TEST(OnnxProto, DataMustFitTheDimensions) {
  std::string raw;
  pbf_writer writer(raw);
  writer.add_int64(1, 3);
  writer.add_int32(2, 1);
  writer.add_bytes(9, std::string(8, '\0'));
  const auto view = read_tensor_view(bytes_of(raw));
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code, Code::model_malformed);
  EXPECT_EQ(view.error().what, "tensor \"\" of f32[3] holds 8 bytes");

  std::string listed;
  pbf_writer list(listed);
  list.add_int64(1, 3);
  list.add_int32(2, 7);
  list.add_int64(7, 5);
  EXPECT_EQ(read_values(*read_tensor_view(bytes_of(listed))).error().code, Code::model_malformed);
}

TEST(OnnxProto, SizesThatAFileClaimsAreNotAllocated) {
  std::string tensor;
  pbf_writer writer(tensor);
  for (int i = 0; i < 4; ++i) writer.add_int64(1, std::int64_t{1} << 62);
  writer.add_int32(2, 1);
  const auto view = read_tensor_view(bytes_of(tensor));
  ASSERT_TRUE(view);
  EXPECT_FALSE(*read_values(*view));
  std::string negative;
  pbf_writer(negative).add_int64(1, -1);
  EXPECT_EQ(read_tensor_view(bytes_of(negative)).error().code, Code::model_malformed);
}

/// A constant of [2, 3] of which one element is written.
TEST(OnnxProto, SparseConstantsAreDense) {
  std::string values, sparse, attribute, node, output, nodes, opset, model;
  pbf_writer of_values(values);
  of_values.add_int64(1, 1);
  of_values.add_int32(2, 1);
  of_values.add_float(4, 5);
  pbf_writer of_sparse(sparse);
  of_sparse.add_message(1, values);
  of_sparse.add_int64(3, 2);
  of_sparse.add_int64(3, 3);
  pbf_writer of_attribute(attribute);
  of_attribute.add_string(1, "sparse_value");
  of_attribute.add_message(22, sparse);
  pbf_writer of_node(node);
  of_node.add_string(2, "y");
  of_node.add_string(4, "Constant");
  of_node.add_message(5, attribute);
  pbf_writer(output).add_string(1, "y");
  pbf_writer of_nodes(nodes);
  of_nodes.add_message(1, node);
  of_nodes.add_message(12, output);
  pbf_writer(opset).add_int64(2, 13);
  pbf_writer of_model(model);
  of_model.add_int64(1, 8);
  of_model.add_message(7, nodes);
  of_model.add_message(8, opset);
  const auto read = importers::read_model(bytes_of(model), {});
  ASSERT_TRUE(read) << to_string(read.error());
  const graph::Value y = read->graph.outputs()[0];
  EXPECT_EQ(read->graph.info(y).source, graph::Source::tensor);
  EXPECT_EQ(to_string(read->graph.type(y)), "f32[2,3]");
}

TEST(OnnxProto, BodiesNestedTooDeepAreRefused) {
  std::string body;
  for (int depth = 0; depth < 100; ++depth) {
    std::string attribute, node, outer;
    pbf_writer(attribute).add_message(6, body);
    pbf_writer(node).add_message(5, attribute);
    pbf_writer(outer).add_message(1, node);
    body = outer;
  }
  EXPECT_EQ(read_names_used(bytes_of(body)).error().code, Code::model_malformed);
}

}  // namespace
}  // namespace pfsday::onnx
