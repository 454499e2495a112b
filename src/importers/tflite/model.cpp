#include "importers/tflite/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "importers/onnx/lowering.h"

namespace pfsday::tflite {
namespace {

using graph::ElementType;

// Numbers of the fields, as the schema of TensorFlow Lite (version 3) orders them.
enum ModelField { model_version, model_codes, model_graphs, model_buffers = 4 };
enum GraphField { graph_tensors, graph_inputs, graph_outputs, graph_operators, graph_name };
enum TensorField {
  tensor_shape,
  tensor_type,
  tensor_buffer,
  tensor_name,
  tensor_quantization,
  tensor_is_variable,
  tensor_signature = 7
};
enum QuantizationField { quantization_scale = 2, quantization_zero_point, quantization_axis = 6 };
enum CodeField { code_old_builtin, code_custom, code_version, code_builtin };
enum OperatorField { operator_code, operator_inputs, operator_outputs, operator_options = 4 };
enum BufferField { buffer_data, buffer_offset, buffer_size };

constexpr std::uint32_t known_version = 3;

constexpr ElementType element_types[] = {
    ElementType::f32, ElementType::f16,  ElementType::i32,     ElementType::u8,
    ElementType::i64, ElementType::text, ElementType::boolean, ElementType::i16,
    ElementType::c64, ElementType::i8,   ElementType::f64,     ElementType::c128,
    ElementType::u64, ElementType::text, ElementType::text,  // handles of resources, variants
    ElementType::u32, ElementType::u16,  ElementType::i4,      ElementType::bf16};

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::model_malformed, std::move(what));
}

/// The bytes of a buffer, which stand in its table or, in files over 2 GB, at a place of the file.
Result<Bytes> read_buffer(const Table& table, Bytes file) {
  const auto offset = TRY(table.number<std::uint64_t>(buffer_offset, 0));
  const auto size = TRY(table.number<std::uint64_t>(buffer_size, 0));
  if (offset <= 1) return table.bytes(buffer_data);
  if (offset > file.size() || size > file.size() - offset) {
    return fail(Code::model_truncated,
                fmt::format("a buffer of {} bytes at {} lies outside the file", size, offset));
  }
  return file.subspan(offset, size);
}

Result<std::vector<Bytes>> read_buffers(const Table& model, Bytes file) {
  std::vector<Bytes> buffers;
  for (const Table& table : TRY(model.tables(model_buffers))) {
    buffers.push_back(TRY(read_buffer(table, file)));
  }
  return buffers;
}

struct OperatorCode {
  std::int32_t builtin = 0;
  std::string_view custom = {};
};

Result<std::vector<OperatorCode>> read_codes(const Table& model) {
  constexpr std::int32_t custom_operator = 32;
  std::vector<OperatorCode> codes;
  for (const Table& table : TRY(model.tables(model_codes))) {
    // Files from before there were more than 127 operators have them in a byte.
    const auto old = TRY(table.number<std::int8_t>(code_old_builtin, 0));
    const auto builtin = TRY(table.number<std::int32_t>(code_builtin, 0));
    OperatorCode code{.builtin = std::max<std::int32_t>(old, builtin)};
    if (code.builtin == custom_operator) {
      code.custom = TRY(table.text(code_custom));
      if (code.custom.empty()) code.custom = "CUSTOM";
    }
    codes.push_back(code);
  }
  return codes;
}

Result<std::optional<Quantization>> read_quantization(const Table& table, ElementType element) {
  Quantization quantization;
  quantization.scales = TRY(table.numbers<float>(quantization_scale));
  quantization.zero_points = TRY(table.numbers<std::int64_t>(quantization_zero_point));
  quantization.axis = TRY(table.number<std::int32_t>(quantization_axis, 0));
  const bool may_be = graph::is_integer(element) && graph::bits_of(element) <= 32;
  if (quantization.scales.empty() || !may_be) return std::nullopt;
  return quantization;
}

/// One scale and zero point, or one for each index of an axis.
Result<void> check_quantization(const TensorView& tensor) {
  if (!tensor.quantization) return {};
  const Quantization& q = *tensor.quantization;
  if (q.scales.size() == 1 && q.zero_points.size() <= 1) return {};
  const bool has_axis = q.axis >= 0 && q.axis < tensor.type.rank();
  const auto fits = [&](std::size_t count) {
    return std::cmp_equal(count, tensor.type.shape[static_cast<std::size_t>(q.axis)]);
  };
  if (has_axis && fits(q.scales.size()) &&
      (q.zero_points.size() <= 1 || fits(q.zero_points.size()))) {
    return {};
  }
  return malformed(fmt::format("{} scales and {} zero points for {}", q.scales.size(),
                               q.zero_points.size(), to_string(tensor.type)));
}

Result<graph::Shape> read_shape(const Table& table) {
  graph::Shape shape;
  for (const std::int32_t size : TRY(table.numbers<std::int32_t>(tensor_shape))) {
    if (size < 0) return malformed(fmt::format("an axis of {} elements", size));
    shape.push_back(size);
  }
  return shape;
}

Result<TensorView> read_tensor(const Table& table, const std::vector<Bytes>& buffers) {
  TensorView tensor{.name = TRY(table.text(tensor_name))};
  const auto type = TRY(table.number<std::int8_t>(tensor_type, 0));
  if (type < 0 || std::cmp_greater_equal(type, std::size(element_types))) {
    return fail(Code::type_unsupported,
                fmt::format("tensor \"{}\" is of type {}", tensor.name, type));
  }
  if (tensor.name.empty()) tensor.name = "unnamed";
  tensor.type = {element_types[type], TRY(read_shape(table))};
  TRY(pfsday::onnx::check_limits(tensor.type));
  const auto signature = TRY(table.numbers<std::int32_t>(tensor_signature));
  tensor.has_open_axis = std::ranges::find(signature, -1) != signature.end();
  tensor.is_variable = TRY(table.number<std::uint8_t>(tensor_is_variable, 0)) != 0;
  tensor.buffer = TRY(table.number<std::uint32_t>(tensor_buffer, 0));
  if (tensor.buffer != 0 && tensor.buffer >= buffers.size()) {
    return malformed(fmt::format("tensor \"{}\" is in buffer {}, of {}", tensor.name, tensor.buffer,
                                 buffers.size()));
  }
  if (tensor.buffer != 0) tensor.data = buffers[tensor.buffer];
  const Table quantization = TRY(table.table(tensor_quantization));
  tensor.quantization = TRY(read_quantization(quantization, tensor.type.element));
  TRY(check_quantization(tensor));
  return tensor;
}

Result<void> check_indices(const std::vector<std::int32_t>& indices, const GraphView& graph,
                           std::int32_t least) {
  for (const std::int32_t index : indices) {
    if (index >= least && std::cmp_less(index, graph.tensors.size())) continue;
    return malformed(fmt::format("graph \"{}\" has no tensor {}: it has {}", graph.name, index,
                                 graph.tensors.size()));
  }
  return {};
}

Result<OperatorView> read_operator(const Table& table, const std::vector<OperatorCode>& codes,
                                   const GraphView& graph) {
  const auto code = TRY(table.number<std::uint32_t>(operator_code, 0));
  if (code >= codes.size()) {
    return malformed(fmt::format("an operator has code {}, of {}", code, codes.size()));
  }
  OperatorView view{.builtin = codes[code].builtin, .custom = codes[code].custom};
  view.inputs = TRY(table.numbers<std::int32_t>(operator_inputs));
  view.outputs = TRY(table.numbers<std::int32_t>(operator_outputs));
  view.options = TRY(table.table(operator_options));
  TRY(check_indices(view.inputs, graph, absent));
  TRY(check_indices(view.outputs, graph, 0));
  return view;
}

Result<GraphView> read_graph(const Table& table, const std::vector<OperatorCode>& codes,
                             const std::vector<Bytes>& buffers) {
  GraphView graph{.name = TRY(table.text(graph_name))};
  for (const Table& tensor : TRY(table.tables(graph_tensors))) {
    graph.tensors.push_back(TRY(read_tensor(tensor, buffers)));
  }
  graph.inputs = TRY(table.numbers<std::int32_t>(graph_inputs));
  graph.outputs = TRY(table.numbers<std::int32_t>(graph_outputs));
  TRY(check_indices(graph.inputs, graph, 0));
  TRY(check_indices(graph.outputs, graph, 0));
  for (const Table& one : TRY(table.tables(graph_operators))) {
    graph.operators.push_back(TRY(read_operator(one, codes, graph)));
  }
  return graph;
}

}  // namespace

bool Quantization::has_zero_point() const {
  return std::ranges::any_of(zero_points, [](std::int64_t zero) { return zero != 0; });
}

bool begins_as_tflite(Bytes head) {
  constexpr std::string_view identifier = "TFL3";
  constexpr std::size_t at = 4;
  return head.size() >= at + identifier.size() &&
         std::string_view(reinterpret_cast<const char*>(head.data()) + at, identifier.size()) ==
             identifier;
}

Result<ModelView> read_model_view(Bytes file) {
  ModelView model{.budget = std::make_shared<Budget>(budget_of(file))};
  const Table root = TRY(root_of(file, *model.budget));
  const auto version = TRY(root.number<std::uint32_t>(model_version, 0));
  if (version != known_version) {
    return malformed(fmt::format("version {} of the format; {} is known", version, known_version));
  }
  const std::vector<Bytes> buffers = TRY(read_buffers(root, file));
  const std::vector<OperatorCode> codes = TRY(read_codes(root));
  for (const Table& table : TRY(root.tables(model_graphs))) {
    model.graphs.push_back(TRY(read_graph(table, codes, buffers)));
  }
  if (model.graphs.empty()) return malformed("the file holds no graph");
  return model;
}

}  // namespace pfsday::tflite
