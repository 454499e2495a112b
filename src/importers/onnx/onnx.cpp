// The ONNX importer: a ModelProto, as proto.h reads it, to a graph of primitives.
//
// ModelProto   ir_version 1, graph 7, opset_import 8 {domain 1, version 2}
// GraphProto   node 1, name 2, initializer 5, input 11, output 12, value_info 13
//
// Each node is lowered in the order of the file, which ONNX requires to be one in which they can be
// computed. An operator that no lowering is known for is kept as uncounted.
#include <fmt/format.h>

#include <unordered_set>

#include "base/text.h"
#include "importers/importer.h"
#include "importers/onnx/recognition.h"
#include "importers/onnx/scope.h"

namespace pfsday::importers {
namespace {

using pfsday::onnx::Bindings;
using pfsday::onnx::Body;
using pfsday::onnx::Context;
using pfsday::onnx::Item;
using pfsday::onnx::ModelView;
using pfsday::onnx::Scope;
using pfsday::onnx::ValueInfoView;

using graph::TensorType;
using graph::Values;

/// The newest operator set whose changes the lowerings follow.
constexpr std::int64_t newest_opset = 23;

/// Nodes that functions and unrolled loops may come to.
constexpr std::size_t node_limit = 10'000'000;

/// Tensors that a sequence may be bound to.
constexpr std::int64_t longest_sequence = 65'536;

/// An input that has an initializer is no input: files of IR version 3 list those too. There are
/// fewer inputs than initializers to remember.
std::unordered_set<std::string_view> find_inputs_without_initializer(
    const pfsday::onnx::GraphView& graph) {
  std::unordered_set<std::string_view> names;
  for (const ValueInfoView& info : graph.inputs) names.insert(info.name);
  for (const auto& tensor : graph.initializers) names.erase(tensor.name);
  return names;
}

class Import {
 public:
  Import(ModelView model, const ImportOptions& options)
      : model_(std::move(model)),
        bindings_(options),
        builder_(result_.graph),
        context_{.model = &model_,
                 .options = &options,
                 .bindings = &bindings_,
                 .nodes_left = node_limit},
        scope_(context_, builder_, nullptr) {}

  Result<Model> run() {
    TRY(pfsday::onnx::check_functions(model_, node_limit));
    TRY(add_inputs());
    Body body{.view = std::move(model_.graph)};
    TRY(scope_.add_nodes(body));
    Values outputs;
    for (const Item& item : TRY(scope_.outputs_of(body.view))) append_values(item, outputs);
    result_.graph.set_outputs(std::move(outputs));
    result_.format = "onnx";
    result_.node_count = context_.node_count;
    result_.used_bindings = bindings_.used();
    result_.used_bindings.insert(result_.used_bindings.end(), context_.used_names.begin(),
                                 context_.used_names.end());
    result_.custom = std::move(context_.custom);
    note_new_opsets();
    return std::move(result_);
  }

 private:
  Result<void> add_inputs() {
    const auto is_input = find_inputs_without_initializer(model_.graph);
    for (const ValueInfoView& info : model_.graph.inputs) {
      if (!is_input.contains(info.name)) continue;
      const Item item = TRY(input_of(info));
      TRY(scope_.define(info.name, item));
    }
    return {};
  }

  Result<Item> input_of(const ValueInfoView& info) {
    return info.kind == ValueInfoView::Kind::sequence ? sequence_of(info) : tensor_of(info);
  }

  /// As many tensors "x[0]", "x[1]", ... as --bind x=LENGTH says; else one that stands for each.
  Result<Item> sequence_of(const ValueInfoView& info) {
    if (const auto length = bindings_.length_of_sequence(info.name)) {
      return known_sequence(info, *length);
    }
    auto type = bindings_.type_of_input(info, model_.graph.inputs);
    if (!type && type.error().code == Code::dimension_unbound) type = TensorType{};
    if (!type) return fail(std::move(type).error());
    TRY(pfsday::onnx::check_limits(*type));
    return Item{.kind = Item::Kind::open_sequence,
                .value = result_.graph.add_input(std::string(info.name), *type)};
  }

  Result<Item> known_sequence(const ValueInfoView& info, std::int64_t length) {
    if (length < 0 || length > longest_sequence) {
      return fail(Code::binding_malformed,
                  fmt::format("sequence \"{}\" is bound to {} tensors", info.name, length),
                  fmt::format("0 to {}", longest_sequence));
    }
    Item sequence{.kind = Item::Kind::sequence};
    for (std::int64_t i = 0; i < length; ++i) {
      const std::string name = fmt::format("{}[{}]", info.name, i);
      ValueInfoView element = info;
      if (bindings_.has_shape(name)) {
        element.name = name;
        for (auto& dimension : element.dimensions) dimension.name = {};
      }
      const TensorType type = TRY(bindings_.type_of_input(element, model_.graph.inputs));
      TRY(pfsday::onnx::check_limits(type));
      sequence.elements.push_back(Item::of(result_.graph.add_input(name, type)));
    }
    return sequence;
  }

  Result<Item> tensor_of(const ValueInfoView& info) {
    const TensorType type = TRY(bindings_.type_of_input(info, model_.graph.inputs));
    TRY(pfsday::onnx::check_limits(type));
    if (const auto given = bindings_.value_of_input(info.name, type)) {
      return Item::of(builder_.full(type, static_cast<graph::Exact>(*given)));
    }
    if (is_parameter(info, type)) {
      const graph::Value weight = result_.graph.add_tensor(std::string(info.name), type);
      builder_.use_as_parameter(weight);
      return Item::of(weight);
    }
    return Item::of(result_.graph.add_input(std::string(info.name), type));
  }

  /// As --parameter says.
  bool is_parameter(const ValueInfoView& info, const TensorType& type) {
    if (!graph::is_real(type.element)) return false;
    for (const std::string& pattern : context_.options->parameters) {
      if (!matches_glob(pattern, info.name)) continue;
      context_.used_names.insert(pattern);
      return true;
    }
    return false;
  }

  void note_new_opsets() {
    for (const auto& opset : model_.opsets) {
      if (!opset.domain.empty() || opset.version <= newest_opset) continue;
      result_.notes.push_back(
          fmt::format("operator set {} is newer than {}, the newest one known here", opset.version,
                      newest_opset));
    }
  }

  ModelView model_;
  Model result_;
  Bindings bindings_;
  ops::Builder builder_;
  Context context_;
  Scope scope_;
};

Result<Model> read(Bytes file, const ImportOptions& options) {
  ModelView view = TRY(pfsday::onnx::read_model_view(file));
  pfsday::onnx::Recognition found = pfsday::onnx::recognize(view, file);
  Model model = TRY(Import(std::move(view), options).run());
  model.training = std::move(found.training);
  model.inference = std::move(found.inference);
  return model;
}

constexpr std::string_view extensions[] = {".onnx"};

Result<std::vector<std::string>> find_open(Bytes file, const ImportOptions& options) {
  const ModelView view = TRY(pfsday::onnx::read_model_view(file));
  const auto is_input = find_inputs_without_initializer(view.graph);
  std::vector<ValueInfoView> inputs;
  for (const ValueInfoView& info : view.graph.inputs) {
    if (is_input.contains(info.name)) inputs.push_back(info);
  }
  return Bindings(options).open_names(inputs);
}

}  // namespace

extern constinit const Importer onnx{
    .name = "onnx",
    .doc = "ONNX, operator sets 1 to 23. Files of external data are not read and need not exist.",
    .extensions = extensions,
    .recognizes = pfsday::onnx::begins_as_onnx,
    .read = read,
    .find_open = find_open};

}  // namespace pfsday::importers
