#include "importers/onnx/proto.h"

#include <fmt/format.h>

#include "importers/onnx/proto_fields.h"
#include "importers/onnx/proto_tensor.h"

namespace pfsday::onnx {
namespace {

constexpr int nesting_limit = 64;

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
      attribute.tensor = std::make_shared<const TensorView>(read_tensor(fields.bytes()));
      return tensor;
    case 22:
      attribute.tensor = std::make_shared<const TensorView>(read_sparse_tensor(fields.bytes()));
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

}  // namespace

Result<ModelView> read_model_view(Bytes file) { return read_bytes(file, read_model_message); }

Result<GraphView> read_body_view(Bytes body) {
  return read_bytes(body, [](std::string_view message) {
    GraphView view;
    read_graph(message, view);
    return view;
  });
}

Result<std::vector<std::string_view>> read_names_used(Bytes body) {
  return read_bytes(body, [](std::string_view message) {
    std::vector<std::string_view> names;
    read_names(message, 0, names);
    return names;
  });
}

}  // namespace pfsday::onnx
