// Views of an ONNX file: the messages of its protobuf wire format, as spans into the mapped bytes.
//
//   const ModelView model = TRY(read_model_view(bytes));
//   for (const NodeView& node : model.graph.nodes) ...
//
// Nothing of a tensor's data is read until its values are asked for, and then only of small
// tensors. Field numbers are those of onnx.proto (ONNX 1.12 to 1.17); fields that counting has no
// use for are skipped. Memory is a small multiple of the number of fields in the file, whatever
// sizes it claims.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/graph.h"

namespace pfsday::onnx {

using Bytes = std::span<const std::byte>;

/// TensorProto. Its values stay in the file.
struct TensorView {
  std::string_view name = {};
  graph::TensorType type = {};  ///< element type unknown if the file's number for it is
  std::optional<Bytes> raw_data = {};
  bool is_external = false;
  bool is_sparse = false;
  Bytes message = {};  ///< the whole TensorProto
};

/// A size, a name, or neither: a dimension that is open.
struct DimensionView {
  std::optional<std::int64_t> size = {};
  std::string_view name = {};
};

/// ValueInfoProto: an input, an output or an inner value with its declared type. Of a sequence or
/// an optional, the type is that of the tensors in it; of a map, that of its values.
struct ValueInfoView {
  enum class Kind : std::uint8_t { other, tensor, sequence, optional, map };
  std::string_view name;
  Kind kind = Kind::other;
  graph::ElementType element = graph::ElementType::unknown;
  bool has_shape = false;
  std::vector<DimensionView> dimensions = {};
};

/// AttributeProto; the member that belongs to its kind is set.
struct AttributeView {
  enum class Kind : std::uint8_t {
    none,
    real,
    integer,
    text,
    tensor,
    reals,
    integers,
    texts,
    other
  };
  std::string_view name;
  std::string_view reference = {};  ///< in a function: the attribute of its call that is meant
  Kind kind = Kind::none;
  double real = 0;
  std::int64_t integer = 0;
  std::string_view text = {};
  std::shared_ptr<const TensorView> tensor = {};  ///< large, and rare
  std::vector<float> reals = {};
  graph::Axes integers = {};
  std::vector<std::string_view> texts = {};
  std::vector<Bytes> graphs = {};  ///< bodies of control flow, unread
};

using Names = InlineVector<std::string_view, 2>;

struct NodeView {
  const void* identity = nullptr;  ///< where it stands in the file
  std::string_view op;
  std::string_view domain;  ///< empty for the standard operators
  std::string_view name;
  Names inputs = {};  ///< an empty name: an optional input left out
  Names outputs = {};
  std::vector<AttributeView> attributes = {};
};

struct GraphView {
  std::string_view name;
  std::vector<NodeView> nodes = {};
  std::vector<TensorView> initializers = {};
  std::vector<ValueInfoView> inputs = {};
  std::vector<ValueInfoView> outputs = {};
  std::vector<ValueInfoView> value_infos = {};
};

struct OpsetView {
  std::string_view domain;
  std::int64_t version = 1;
};

/// FunctionProto: an operator that the file defines.
struct FunctionView {
  std::string_view name, domain;
  std::vector<std::string_view> inputs = {}, outputs = {};
  std::vector<AttributeView> defaults = {};  ///< attributes that a call may leave out
  std::vector<OpsetView> opsets = {};
  GraphView body = {};  ///< its nodes
};

struct ModelView {
  std::int64_t ir_version = 0;
  std::vector<OpsetView> opsets = {};
  GraphView graph = {};
  std::vector<FunctionView> functions = {};
};

/// The element type with that number or name ("FLOAT") in TensorProto.DataType; unknown if there is
/// none.
graph::ElementType element_type_of(std::int64_t number);
graph::ElementType element_type_of(std::string_view name);

/// Errors: Code::model_truncated if the file ends inside a field, Code::model_malformed, each with
/// the offset of the byte.
Result<ModelView> read_model_view(Bytes file);

/// The body of a node of control flow: one of AttributeView::graphs. Errors: as above.
Result<GraphView> read_body_view(Bytes body);

/// A TensorProto on its own, as test data are stored.
Result<TensorView> read_tensor_view(Bytes file);

/// The names that the nodes of a body and of its bodies use, in order, with repeats. `body` is one
/// of AttributeView::graphs. Errors: as above, and Code::limit_exceeded for bodies nested too deep.
Result<std::vector<std::string_view>> read_names_used(Bytes body);

/// The tensor's values if it is small and holds them in the file. Errors: Code::model_malformed if
/// there are more or fewer of them than its dimensions say.
Result<std::optional<graph::Literal>> read_values(const TensorView& tensor);

/// True if the bytes begin as those of an ONNX file do, even if it is cut off.
bool begins_as_onnx(Bytes head);

}  // namespace pfsday::onnx
