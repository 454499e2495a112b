#include "importers/onnx/proto.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <protozero/pbf_reader.hpp>

namespace pfsday::onnx {
namespace {

using graph::Count;
using graph::ElementType;
using graph::Exact;
using graph::Literal;
using graph::to_string;
using protozero::pbf_wire_type;

/// By the numbers of TensorProto.DataType.
constexpr std::pair<std::string_view, ElementType> element_types[] = {
    {"UNDEFINED", ElementType::unknown},
    {"FLOAT", ElementType::f32},
    {"UINT8", ElementType::u8},
    {"INT8", ElementType::i8},
    {"UINT16", ElementType::u16},
    {"INT16", ElementType::i16},
    {"INT32", ElementType::i32},
    {"INT64", ElementType::i64},
    {"STRING", ElementType::text},
    {"BOOL", ElementType::boolean},
    {"FLOAT16", ElementType::f16},
    {"DOUBLE", ElementType::f64},
    {"UINT32", ElementType::u32},
    {"UINT64", ElementType::u64},
    {"COMPLEX64", ElementType::c64},
    {"COMPLEX128", ElementType::c128},
    {"BFLOAT16", ElementType::bf16},
    {"FLOAT8E4M3FN", ElementType::f8e4m3fn},
    {"FLOAT8E4M3FNUZ", ElementType::f8e4m3fnuz},
    {"FLOAT8E5M2", ElementType::f8e5m2},
    {"FLOAT8E5M2FNUZ", ElementType::f8e5m2fnuz},
    {"UINT4", ElementType::u4},
    {"INT4", ElementType::i4},
    {"FLOAT4E2M1", ElementType::f4e2m1},
};

constexpr int nesting_limit = 64;
constexpr std::size_t rank_limit = 256;

/// A fault in the bytes, thrown within this file only.
struct Malformed {
  const char* at;
  std::string what;
  bool is_end = false;  ///< a field goes on where its message ends
  std::string_view kind = {};
};

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Walks the fields of one message. A field of another wire type than asked for is a fault, so that
/// the reader's own assumptions hold.
class Fields {
 public:
  Fields(std::string_view message, std::string_view kind)
      : reader_(message.data(), message.size()), kind_(kind) {}

  bool next() {
    at_ = reader_.data().data();
    return guard([&] { return reader_.next(); });
  }
  unsigned number() const { return reader_.tag(); }
  const char* at() const { return at_; }

  std::string_view bytes() {
    require(pbf_wire_type::length_delimited);
    return guard([&] {
      const auto view = reader_.get_view();
      return std::string_view(view.data(), view.size());
    });
  }
  std::int64_t integer() {
    require(pbf_wire_type::varint);
    return guard([&] { return reader_.get_int64(); });
  }
  float real() {
    require(pbf_wire_type::fixed32);
    return guard([&] { return reader_.get_float(); });
  }
  void skip() {
    guard([&] { return reader_.skip(), true; });
  }

  /// The elements of a repeated integer, packed or not.
  template <class Add>
  void integers(Add add) {
    if (reader_.wire_type() != pbf_wire_type::length_delimited) {
      add(integer());
      return;
    }
    const std::string_view packed = bytes();
    const char* p = packed.data();
    const char* const end = p + packed.size();
    while (p != end) {
      add(static_cast<std::int64_t>(guard([&] { return protozero::decode_varint(&p, end); })));
    }
  }

  /// The elements of a repeated float or double, packed or not.
  template <class Number, class Add>
  void numbers(Add add) {
    if (reader_.wire_type() != pbf_wire_type::length_delimited) {
      constexpr bool is_float = sizeof(Number) == 4;
      require(is_float ? pbf_wire_type::fixed32 : pbf_wire_type::fixed64);
      add(guard([&]() -> Number {
        return is_float ? static_cast<Number>(reader_.get_float())
                        : static_cast<Number>(reader_.get_double());
      }));
      return;
    }
    const std::string_view packed = bytes();
    if (packed.size() % sizeof(Number) != 0) fail("packed numbers end within a number");
    for (std::size_t i = 0; i < packed.size(); i += sizeof(Number)) {
      Number value;
      std::memcpy(&value, packed.data() + i, sizeof value);
      add(value);
    }
  }

  [[noreturn]] void fail(std::string what) const {
    throw Malformed{at_, std::move(what), false, kind_};
  }

 private:
  template <class Read>
  auto guard(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const protozero::end_of_buffer_exception&) {
      throw Malformed{at_, fmt::format("a field of {} goes on after its end", kind_), true, kind_};
    } catch (const protozero::exception& fault) {
      throw Malformed{at_, fmt::format("{} has a broken field ({})", kind_, fault.what()), false,
                      kind_};
    }
  }

  void require(pbf_wire_type type) const {
    if (reader_.wire_type() == type) return;
    fail(fmt::format("field {} of {} has wire type {}", number(), kind_,
                     static_cast<int>(reader_.wire_type())));
  }

  protozero::pbf_reader reader_;
  std::string_view kind_;
  const char* at_ = nullptr;
};

/// How often each field of a low number stands in a message, as far as it can be read: with room
/// made for them beforehand, nothing that is read moves.
class FieldCounts {
 public:
  explicit FieldCounts(std::string_view message) {
    protozero::pbf_reader reader(message.data(), message.size());
    try {
      while (reader.next()) {
        if (reader.tag() < counts_.size()) ++counts_[reader.tag()];
        reader.skip();
      }
    } catch (const protozero::exception&) {
      return;  // the faults are for those who read the fields
    }
  }
  std::size_t operator[](std::size_t number) const { return counts_[number]; }

 private:
  std::array<std::size_t, 16> counts_ = {};
};

void add_dimension(const Fields& fields, graph::Shape& shape, std::int64_t size) {
  if (size < 0) fields.fail(fmt::format("a tensor has a dimension of size {}", size));
  if (shape.size() == rank_limit) {
    fields.fail(fmt::format("a tensor has more than {} dimensions", rank_limit));
  }
  shape.push_back(size);
}

/// Data in the file must be as many bytes as the dimensions say.
void check_raw_size(const Fields& fields, const TensorView& tensor) {
  if (!tensor.raw_data || graph::bits_of(tensor.type.element) == 0) return;
  if (Count(tensor.raw_data->size()) == tensor.type.bytes()) return;
  fields.fail(fmt::format("tensor \"{}\" of {} holds {} bytes", tensor.name, to_string(tensor.type),
                          tensor.raw_data->size()));
}

TensorView read_tensor(std::string_view message) {
  TensorView tensor;
  tensor.message = bytes_of(message);
  Fields fields(message, "a tensor");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        fields.integers([&](std::int64_t size) { add_dimension(fields, tensor.type.shape, size); });
        break;
      case 2:
        tensor.type.element = element_type_of(fields.integer());
        break;
      case 8:
        tensor.name = fields.bytes();
        break;
      case 9:
        tensor.raw_data = bytes_of(fields.bytes());
        break;
      case 14:
        tensor.is_external = fields.integer() == 1;
        break;
      default:
        fields.skip();
    }
  }
  if (tensor.is_external) tensor.raw_data.reset();
  check_raw_size(fields, tensor);
  return tensor;
}

/// SparseTensorProto, as the dense tensor it stands for.
TensorView read_sparse_tensor(std::string_view message) {
  TensorView tensor;
  graph::Shape shape;
  Fields fields(message, "a sparse tensor");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        tensor = read_tensor(fields.bytes());
        break;
      case 3:
        fields.integers([&](std::int64_t size) { add_dimension(fields, shape, size); });
        break;
      default:
        fields.skip();
    }
  }
  tensor.type.shape = shape;
  tensor.raw_data.reset();
  tensor.is_sparse = true;
  return tensor;
}

DimensionView read_dimension(std::string_view message) {
  DimensionView dimension;
  Fields fields(message, "a dimension");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        dimension.size = fields.integer();
        break;
      case 2:
        dimension.name = fields.bytes();
        break;
      default:
        fields.skip();
    }
  }
  if (dimension.size && *dimension.size < 0) dimension.size.reset();
  return dimension;
}

void read_shape(std::string_view message, ValueInfoView& info) {
  info.has_shape = true;
  info.dimensions.reserve(FieldCounts(message)[1]);
  Fields fields(message, "a shape");
  while (fields.next()) {
    if (fields.number() != 1) {
      fields.skip();
      continue;
    }
    if (info.dimensions.size() == rank_limit) {
      fields.fail(fmt::format("a tensor has more than {} dimensions", rank_limit));
    }
    info.dimensions.push_back(read_dimension(fields.bytes()));
  }
}

/// TypeProto.Tensor.
void read_tensor_type(std::string_view message, ValueInfoView& info) {
  Fields fields(message, "a tensor type");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        info.element = element_type_of(fields.integer());
        break;
      case 2:
        read_shape(fields.bytes(), info);
        break;
      default:
        fields.skip();
    }
  }
}

void read_type(std::string_view message, ValueInfoView& info, int depth);

/// TypeProto.Sequence, TypeProto.Optional and, as field 2, TypeProto.Map: the type of what is in
/// it.
void read_element_type(std::string_view message, ValueInfoView& info, int depth, unsigned field) {
  Fields fields(message, "the type of an element");
  while (fields.next()) {
    if (fields.number() == field) {
      read_type(fields.bytes(), info, depth);
    } else {
      fields.skip();
    }
  }
}

void read_type(std::string_view message, ValueInfoView& info, int depth) {
  using enum ValueInfoView::Kind;
  if (depth > nesting_limit) throw Malformed{message.data(), "types are nested too deep"};
  Fields fields(message, "a type");
  while (fields.next()) {
    const unsigned number = fields.number();
    if (number == 1) {
      read_tensor_type(fields.bytes(), info);
      if (info.kind == other) info.kind = tensor;
    } else if (number == 4 || number == 9) {
      if (info.kind != sequence) info.kind = number == 4 ? sequence : optional;
      read_element_type(fields.bytes(), info, depth + 1, 1);
    } else if (number == 5) {
      if (info.kind == other) info.kind = map;
      read_element_type(fields.bytes(), info, depth + 1, 2);
    } else {
      fields.skip();
    }
  }
}

ValueInfoView read_value_info(std::string_view message) {
  ValueInfoView info;
  Fields fields(message, "a value's declaration");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        info.name = fields.bytes();
        break;
      case 2:
        read_type(fields.bytes(), info, 0);
        break;
      default:
        fields.skip();
    }
  }
  return info;
}

/// By the numbers of AttributeProto.AttributeType.
AttributeView::Kind attribute_kind_of(std::int64_t number) {
  using enum AttributeView::Kind;
  constexpr AttributeView::Kind kinds[] = {none,  real,  integer,  text, tensor,
                                           other, reals, integers, texts};
  const bool is_known = number >= 0 && number < static_cast<std::int64_t>(std::size(kinds));
  return is_known ? kinds[number] : other;
}

/// Reads one field; returns the kind of attribute that it belongs to.
AttributeView::Kind read_attribute_field(Fields& fields, AttributeView& attribute) {
  using enum AttributeView::Kind;
  switch (fields.number()) {
    case 2:
      attribute.real = fields.real();
      return real;
    case 3:
      attribute.integer = fields.integer();
      return integer;
    case 4:
      attribute.text = fields.bytes();
      return text;
    case 5:
      attribute.tensor = read_tensor(fields.bytes());
      return tensor;
    case 22:
      attribute.tensor = read_sparse_tensor(fields.bytes());
      return tensor;
    case 6:
    case 11:
      attribute.graphs.push_back(bytes_of(fields.bytes()));
      return other;
    case 7:
      fields.numbers<float>([&](float value) { attribute.reals.push_back(value); });
      return reals;
    case 8:
      fields.integers([&](std::int64_t value) { attribute.integers.push_back(value); });
      return integers;
    case 9:
      attribute.texts.push_back(fields.bytes());
      return texts;
    default:
      fields.skip();
      return none;
  }
}

void read_attribute(std::string_view message, AttributeView& attribute) {
  AttributeView::Kind stated = AttributeView::Kind::none;
  Fields fields(message, "an attribute");
  while (fields.next()) {
    if (fields.number() == 1) {
      attribute.name = fields.bytes();
    } else if (fields.number() == 21) {
      attribute.reference = fields.bytes();
    } else if (fields.number() == 20) {
      stated = attribute_kind_of(fields.integer());
    } else if (const auto kind = read_attribute_field(fields, attribute);
               kind != AttributeView::Kind::none) {
      attribute.kind = kind;
    }
  }
  // Files before IR version 2 do not state the kind; a number that is zero may be left out.
  if (stated != AttributeView::Kind::none) attribute.kind = stated;
}

void read_node(std::string_view message, NodeView& node) {
  node.identity = message.data();
  const FieldCounts counts(message);
  node.inputs.reserve(counts[1]);
  node.outputs.reserve(counts[2]);
  node.attributes.reserve(counts[5]);
  Fields fields(message, "a node");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        node.inputs.push_back(fields.bytes());
        break;
      case 2:
        node.outputs.push_back(fields.bytes());
        break;
      case 3:
        node.name = fields.bytes();
        break;
      case 4:
        node.op = fields.bytes();
        break;
      case 5:
        read_attribute(fields.bytes(), node.attributes.emplace_back());
        break;
      case 7:
        node.domain = fields.bytes();
        break;
      default:
        fields.skip();
    }
  }
  if (node.domain == "ai.onnx") node.domain = {};
}

/// Adds to what is there: protobuf merges the parts of a message that stand apart.
void read_graph(std::string_view message, GraphView& graph) {
  const FieldCounts counts(message);
  graph.nodes.reserve(graph.nodes.size() + counts[1]);
  graph.initializers.reserve(graph.initializers.size() + counts[5] + counts[15]);
  graph.inputs.reserve(graph.inputs.size() + counts[11]);
  graph.outputs.reserve(graph.outputs.size() + counts[12]);
  graph.value_infos.reserve(graph.value_infos.size() + counts[13]);
  Fields fields(message, "the graph");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        read_node(fields.bytes(), graph.nodes.emplace_back());
        break;
      case 2:
        graph.name = fields.bytes();
        break;
      case 5:
        graph.initializers.push_back(read_tensor(fields.bytes()));
        break;
      case 11:
        graph.inputs.push_back(read_value_info(fields.bytes()));
        break;
      case 12:
        graph.outputs.push_back(read_value_info(fields.bytes()));
        break;
      case 13:
        graph.value_infos.push_back(read_value_info(fields.bytes()));
        break;
      case 15:
        graph.initializers.push_back(read_sparse_tensor(fields.bytes()));
        break;
      default:
        fields.skip();
    }
  }
}

OpsetView read_opset(std::string_view message) {
  OpsetView opset;
  Fields fields(message, "an operator set");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        opset.domain = fields.bytes();
        break;
      case 2:
        opset.version = fields.integer();
        break;
      default:
        fields.skip();
    }
  }
  if (opset.domain == "ai.onnx") opset.domain = {};
  return opset;
}

FunctionView read_function(std::string_view message) {
  FunctionView function;
  Fields fields(message, "a function");
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        function.name = fields.bytes();
        break;
      case 4:
        function.inputs.push_back(fields.bytes());
        break;
      case 5:
        function.outputs.push_back(fields.bytes());
        break;
      case 7:
        read_node(fields.bytes(), function.body.nodes.emplace_back());
        break;
      case 9:
        function.opsets.push_back(read_opset(fields.bytes()));
        break;
      case 10:
        function.domain = fields.bytes();
        break;
      case 11:
        read_attribute(fields.bytes(), function.defaults.emplace_back());
        break;
      case 12:
        function.body.value_infos.push_back(read_value_info(fields.bytes()));
        break;
      default:
        fields.skip();
    }
  }
  if (function.domain == "ai.onnx") function.domain = {};
  return function;
}

constexpr std::string_view model_kind = "the model";

ModelView read_model_message(std::string_view message) {
  ModelView model;
  bool has_graph = false;
  Fields fields(message, model_kind);
  while (fields.next()) {
    switch (fields.number()) {
      case 1:
        model.ir_version = fields.integer();
        break;
      case 7:
        read_graph(fields.bytes(), model.graph);
        has_graph = true;
        break;
      case 8:
        model.opsets.push_back(read_opset(fields.bytes()));
        break;
      case 25:
        model.functions.push_back(read_function(fields.bytes()));
        break;
      default:
        fields.skip();
    }
  }
  if (!has_graph) throw Malformed{fields.at(), "the file ends before its graph", true, model_kind};
  return model;
}

void read_names(std::string_view body, int depth, std::vector<std::string_view>& names) {
  if (depth > nesting_limit) throw Malformed{body.data(), "bodies are nested too deep"};
  Fields fields(body, "a body");
  while (fields.next()) {
    if (fields.number() != 1) {
      fields.skip();
      continue;
    }
    NodeView node;
    read_node(fields.bytes(), node);
    names.insert(names.end(), node.inputs.begin(), node.inputs.end());
    for (const AttributeView& attribute : node.attributes) {
      for (const Bytes inner : attribute.graphs) read_names(text_of(inner), depth + 1, names);
    }
  }
}

/// Runs a reader of this file on those bytes; its fault becomes an Error. A fault of the outermost
/// message that is at its end says that the file is cut off.
template <class Read>
auto read_bytes(Bytes file, Read read) -> Result<decltype(read(std::string_view{}))> {
  try {
    return read(text_of(file));
  } catch (const Malformed& fault) {
    const bool is_truncated = fault.is_end && fault.kind == model_kind;
    Error error{
        .code = is_truncated ? Code::model_truncated : Code::model_malformed,
        .what = is_truncated ? fmt::format("the file ends within {}", model_kind) : fault.what};
    const char* const start = text_of(file).data();
    if (fault.at != nullptr) error.place.byte = static_cast<std::size_t>(fault.at - start);
    return fail(std::move(error));
  }
}

/// The field of TensorProto in which values of that type stand, where they are not raw.
unsigned values_field_of(ElementType element) {
  switch (element) {
    case ElementType::f32:
      return 4;
    case ElementType::i64:
      return 7;
    case ElementType::f64:
      return 10;
    case ElementType::u32:
    case ElementType::u64:
      return 11;
    default:
      return 5;
  }
}

/// A 16-bit float stands in int32_data as its bits.
Exact value_of_bits(ElementType element, std::int64_t bits) {
  if (element != ElementType::f16 && element != ElementType::bf16) return static_cast<Exact>(bits);
  const auto half = static_cast<std::uint16_t>(bits);
  return Literal::view({element, {}}, std::as_bytes(std::span(&half, 1))).at(0);
}

std::vector<Exact> read_numbers(const TensorView& tensor, std::size_t limit) {
  std::vector<Exact> values;
  const ElementType element = tensor.type.element;
  Fields fields(text_of(tensor.message), "a tensor");
  const auto add = [&](Exact value) {
    if (values.size() == limit) {
      fields.fail(fmt::format("tensor \"{}\" of {} holds more than {} values", tensor.name,
                              to_string(tensor.type), limit));
    }
    values.push_back(value);
  };
  while (fields.next()) {
    if (fields.number() != values_field_of(element)) {
      fields.skip();
    } else if (element == ElementType::f32) {
      fields.numbers<float>(add);
    } else if (element == ElementType::f64) {
      fields.numbers<double>(add);
    } else if (element == ElementType::u64) {
      fields.integers(
          [&](std::int64_t v) { add(static_cast<Exact>(static_cast<std::uint64_t>(v))); });
    } else {
      fields.integers([&](std::int64_t v) { add(value_of_bits(element, v)); });
    }
  }
  return values;
}

/// No control characters, as far as the text goes.
bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    return static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r';
  });
}

/// GraphProto: the first tag, if it is there, is one that a graph has.
bool begins_as_graph(std::string_view graph) {
  constexpr unsigned fields[] = {1, 2, 5, 10, 11, 12, 13, 14, 15, 16};
  if (graph.empty()) return true;
  const auto tag = static_cast<unsigned char>(graph.front());
  const bool is_message = (tag & 7U) == 2;
  return tag >= 0x80 ? is_message : is_message && std::ranges::count(fields, tag >> 3U) == 1;
}

/// Whether a field of ModelProto may hold these bytes, the last of which may be missing.
bool may_hold(std::uint64_t number, std::string_view content) {
  switch (number) {
    case 2:  // producer_name
    case 3:  // producer_version
    case 4:  // domain
    case 6:  // doc_string
      return is_text(content);
    case 7:
      return begins_as_graph(content);
    case 8:   // opset_import
    case 14:  // metadata_props
    case 20:  // training_info
    case 25:  // functions
      return true;
    default:
      return false;
  }
}

/// None where the bytes end within it.
std::optional<std::uint64_t> read_varint(const char*& p, const char* end) {
  try {
    return protozero::decode_varint(&p, end);
  } catch (const protozero::end_of_buffer_exception&) {
    return std::nullopt;
  }
}

/// Walks the fields of ModelProto that the bytes hold, as far as they go.
bool walk_model(const char* p, const char* end) {
  bool has_version = false;
  while (p != end) {
    const auto tag = read_varint(p, end);
    const auto value = read_varint(p, end);
    if (!tag || !value) return has_version;
    if (*tag == 0x08) {  // ir_version
      if (*value > 1000) return false;
      has_version = true;
    } else if ((*tag & 7U) == 2) {
      const std::size_t length = std::min<std::uint64_t>(*value, static_cast<std::size_t>(end - p));
      if (!may_hold(*tag >> 3U, {p, length})) return false;
      p += length;
    } else if (*tag != 0x28) {  // model_version
      return false;
    }
  }
  return has_version;
}

}  // namespace

ElementType element_type_of(std::int64_t number) {
  const bool is_known = number >= 0 && number < std::ssize(element_types);
  return is_known ? element_types[number].second : ElementType::unknown;
}

ElementType element_type_of(std::string_view name) {
  const auto* const found =
      std::ranges::find(element_types, name, &std::pair<std::string_view, ElementType>::first);
  return found == std::end(element_types) ? ElementType::unknown : found->second;
}

Result<ModelView> read_model_view(Bytes file) { return read_bytes(file, read_model_message); }

Result<GraphView> read_body_view(Bytes body) {
  return read_bytes(body, [](std::string_view message) {
    GraphView view;
    read_graph(message, view);
    return view;
  });
}

Result<TensorView> read_tensor_view(Bytes file) { return read_bytes(file, read_tensor); }

Result<std::vector<std::string_view>> read_names_used(Bytes body) {
  return read_bytes(body, [](std::string_view message) {
    std::vector<std::string_view> names;
    read_names(message, 0, names);
    return names;
  });
}

Result<std::optional<Literal>> read_values(const TensorView& tensor) {
  using Found = std::optional<Literal>;
  if (!graph::can_be_literal(tensor.type) || tensor.is_sparse || tensor.is_external) return Found{};
  if (tensor.raw_data) return Found(Literal::view(tensor.type, *tensor.raw_data));
  const auto count = static_cast<std::size_t>(tensor.type.elements().value());
  auto values = TRY(
      read_bytes(tensor.message, [&](std::string_view) { return read_numbers(tensor, count); }));
  if (values.size() == count) return Found(Literal::of(tensor.type, std::move(values)));
  if (values.empty()) return Found{};
  return fail(Code::model_malformed, fmt::format("tensor \"{}\" of {} holds {} values", tensor.name,
                                                 to_string(tensor.type), values.size()));
}

bool begins_as_onnx(Bytes head) {
  const std::string_view text = text_of(head);
  try {
    return walk_model(text.data(), text.data() + text.size());
  } catch (const protozero::exception&) {
    return false;
  }
}

}  // namespace pfsday::onnx
