#include "importers/onnx/model_writer.h"

#include <bit>
#include <cassert>
#include <charconv>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "importers/onnx/proto.h"

namespace pfsday::onnx {
namespace {

using graph::ElementType;
using graph::Exact;
using graph::TensorType;
using protozero::pbf_writer;

std::int32_t number_of(ElementType element) {
  std::int32_t number = 0;
  while (element_type_of(std::int64_t{number}) != element) ++number;
  return number;
}

template <class Number>
void append(std::string& bytes, Exact value) {
  const auto array = std::bit_cast<std::array<char, sizeof(Number)>>(static_cast<Number>(value));
  bytes.append(array.data(), array.size());
}

void append_element(std::string& bytes, ElementType element, Exact value) {
  switch (element) {
    case ElementType::f32:
      return append<float>(bytes, value);
    case ElementType::f64:
      return append<double>(bytes, value);
    case ElementType::i64:
      return append<std::int64_t>(bytes, value);
    case ElementType::i32:
      return append<std::int32_t>(bytes, value);
    case ElementType::i16:
      return append<std::int16_t>(bytes, value);
    case ElementType::u64:
      return append<std::uint64_t>(bytes, value);
    case ElementType::u32:
      return append<std::uint32_t>(bytes, value);
    case ElementType::u16:
      return append<std::uint16_t>(bytes, value);
    case ElementType::u8:
    case ElementType::boolean:
      return append<std::uint8_t>(bytes, value);
    default:
      assert(element == ElementType::i8);
      return append<std::int8_t>(bytes, value);
  }
}

/// Tensor type `type` as TypeProto, its dimensions as text.
std::string type_bytes(ElementType element, const std::vector<std::string>& dimensions) {
  std::string shape;
  for (const std::string& dimension : dimensions) {
    std::string one;
    std::int64_t size = 0;
    const char* const end = dimension.data() + dimension.size();
    const bool is_size = std::from_chars(dimension.data(), end, size).ptr == end;
    if (is_size && !dimension.empty()) pbf_writer(one).add_int64(1, size);
    if (!is_size) pbf_writer(one).add_string(2, dimension);
    pbf_writer(shape).add_message(1, one);
  }
  std::string tensor;
  pbf_writer writer(tensor);
  writer.add_int32(1, number_of(element));
  writer.add_message(2, shape);
  std::string type;
  pbf_writer(type).add_message(1, tensor);
  return type;
}

std::string value_info_bytes(std::string_view name, const std::string& type) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, std::string(name));
  if (!type.empty()) writer.add_message(2, type);
  return bytes;
}

std::vector<std::string> texts_of(const graph::Shape& shape) {
  std::vector<std::string> texts;
  for (const std::int64_t size : shape) texts.push_back(std::to_string(size));
  return texts;
}

struct AttributeWriter {
  pbf_writer& writer;

  void operator()(std::int64_t value) const {
    writer.add_int64(3, value);
    writer.add_int32(20, 2);
  }
  void operator()(double value) const {
    writer.add_float(2, static_cast<float>(value));
    writer.add_int32(20, 1);
  }
  void operator()(const std::string& value) const {
    writer.add_string(4, value);
    writer.add_int32(20, 3);
  }
  void operator()(const graph::Axes& values) const {
    for (const std::int64_t value : values) writer.add_int64(8, value);
    writer.add_int32(20, 7);
  }
  void operator()(const std::vector<float>& values) const {
    writer.add_packed_float(7, values.begin(), values.end());
    writer.add_int32(20, 6);
  }
  void operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) writer.add_string(9, value);
    writer.add_int32(20, 8);
  }
  void operator()(const TensorToWrite& tensor) const {
    writer.add_message(5, tensor_bytes("", tensor));
    writer.add_int32(20, 4);
  }
  void operator()(const BodyToWrite& body) const {
    writer.add_message(6, body.graph);
    writer.add_int32(20, 5);
  }
};

std::string opset_bytes(std::string_view domain, std::int64_t version) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, std::string(domain));
  writer.add_int64(2, version);
  return bytes;
}

}  // namespace

std::string tensor_bytes(std::string_view name, const TensorToWrite& tensor) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_packed_int64(1, tensor.type.shape.begin(), tensor.type.shape.end());
  writer.add_int32(2, number_of(tensor.type.element));
  writer.add_string(8, std::string(name));
  std::string data;
  for (const Exact value : tensor.values) append_element(data, tensor.type.element, value);
  if (!data.empty()) writer.add_bytes(9, data);
  return bytes;
}

void ModelWriter::input(std::string_view name, ElementType element,
                        const std::vector<std::string>& dimensions) {
  pbf_writer(graph_).add_message(11, value_info_bytes(name, type_bytes(element, dimensions)));
}

void ModelWriter::input(std::string_view name, const TensorType& type) {
  input(name, type.element, texts_of(type.shape));
}

void ModelWriter::sequence_input(std::string_view name, ElementType element,
                                 const std::vector<std::string>& dimensions) {
  std::string sequence, type;
  pbf_writer(sequence).add_message(1, type_bytes(element, dimensions));
  pbf_writer(type).add_message(4, sequence);
  pbf_writer(graph_).add_message(11, value_info_bytes(name, type));
}

void ModelWriter::initializer(std::string_view name, const TensorToWrite& tensor) {
  pbf_writer(graph_).add_message(5, tensor_bytes(name, tensor));
}

void ModelWriter::node(const NodeToWrite& node) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::string& name : node.inputs) writer.add_string(1, name);
  for (const std::string& name : node.outputs) writer.add_string(2, name);
  if (!node.name.empty()) writer.add_string(3, node.name);
  writer.add_string(4, node.op);
  for (const auto& [name, value] : node.attributes) {
    std::string attribute;
    pbf_writer attribute_writer(attribute);
    attribute_writer.add_string(1, name);
    std::visit(AttributeWriter{attribute_writer}, value);
    writer.add_message(5, attribute);
  }
  if (!node.domain.empty()) writer.add_string(7, node.domain);
  pbf_writer(graph_).add_message(1, bytes);
}

void ModelWriter::output(std::string_view name) {
  pbf_writer(graph_).add_message(12, value_info_bytes(name, {}));
}

void ModelWriter::output(std::string_view name, const TensorType& type) {
  const std::string bytes = type_bytes(type.element, texts_of(type.shape));
  pbf_writer(graph_).add_message(12, value_info_bytes(name, bytes));
}

void ModelWriter::value_info(std::string_view name, const TensorType& type) {
  const std::string bytes = type_bytes(type.element, texts_of(type.shape));
  pbf_writer(graph_).add_message(13, value_info_bytes(name, bytes));
}

void ModelWriter::function(std::string_view domain, std::string_view name,
                           const std::vector<std::string>& inputs,
                           const std::vector<std::string>& outputs, const ModelWriter& body) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, std::string(name));
  for (const std::string& input : inputs) writer.add_string(4, input);
  for (const std::string& output : outputs) writer.add_string(5, output);
  protozero::pbf_reader nodes(body.graph_);
  while (nodes.next(1)) writer.add_message(7, nodes.get_view());
  writer.add_message(9, opset_bytes("", opset_));
  writer.add_string(10, std::string(domain));
  pbf_writer(others_).add_message(25, bytes);
}

void ModelWriter::opset(std::string_view domain, std::int64_t version) {
  pbf_writer(others_).add_message(8, opset_bytes(domain, version));
}

std::string ModelWriter::graph_part() const {
  std::string bytes;
  pbf_writer(bytes).add_message(7, graph_);
  return bytes;
}

std::string ModelWriter::bytes() const {
  std::string bytes;
  pbf_writer model(bytes);
  model.add_int64(1, 8);
  bytes += graph_part();
  model.add_message(8, opset_bytes("", opset_));
  return bytes + others_;
}

}  // namespace pfsday::onnx
