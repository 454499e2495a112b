// The ONNX importer: a ModelProto, as proto.h reads it, to a graph of primitives.
//
// ModelProto   ir_version 1, graph 7, opset_import 8 {domain 1, version 2}
// GraphProto   node 1, name 2, initializer 5, input 11, output 12, value_info 13
//
// Each node is lowered in the order of the file, which ONNX requires to be one in which they can be
// computed. An operator that no lowering is known for is kept as uncounted.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "importers/importer.h"
#include "importers/onnx/bindings.h"
#include "importers/onnx/held_tensor.h"
#include "importers/onnx/lowering.h"

namespace pfsday::importers {
namespace {

using pfsday::onnx::Bindings;
using pfsday::onnx::find_lowering;
using pfsday::onnx::Lowering;
using pfsday::onnx::ModelView;
using pfsday::onnx::NodeView;
using pfsday::onnx::OnnxNode;
using pfsday::onnx::ValueInfoView;

using graph::TensorType;
using graph::TensorTypes;
using graph::Value;
using graph::Values;

/// The newest operator set whose changes the lowerings follow.
constexpr std::int64_t newest_opset = 23;

/// The node's name, or that of its first output.
std::string_view name_of(const NodeView& node) {
  if (!node.name.empty()) return node.name;
  const auto named =
      std::ranges::find_if(node.outputs, [](std::string_view name) { return !name.empty(); });
  return named == node.outputs.end() ? std::string_view{} : *named;
}

class Import {
 public:
  Import(const ModelView& model, const ImportOptions& options)
      : model_(model), bindings_(options), builder_(result_.graph) {}

  Result<Model> run() {
    TRY(add_initializers());
    TRY(add_inputs());
    note_declared_types();
    for (const NodeView& node : model_.graph.nodes) {
      TRY(in_node(fmt::format("{} ({})", name_of(node), node.op), add_node(node)));
    }
    TRY(set_outputs());
    result_.format = "onnx";
    result_.node_count = model_.graph.nodes.size();
    result_.used_bindings = bindings_.used();
    return std::move(result_);
  }

 private:
  Result<void> define(std::string_view name, OnnxNode::Input value) {
    if (values_.emplace(name, value).second) return {};
    return fail(Code::graph_invalid, fmt::format("value \"{}\" is defined twice", name));
  }

  Result<void> add_initializers() {
    for (const auto& tensor : model_.graph.initializers) {
      const Value v = TRY(pfsday::onnx::add_held_tensor(tensor.name, tensor, result_.graph));
      TRY(define(tensor.name, {v, true}));
    }
    return {};
  }

  /// An input that has an initializer is no input: files of IR version 3 list those too.
  Result<void> add_inputs() {
    for (const ValueInfoView& info : model_.graph.inputs) {
      if (values_.contains(info.name)) continue;
      const TensorType type = TRY(bindings_.type_of_input(info, model_.graph.inputs));
      TRY(pfsday::onnx::check_limits(type));
      const auto given = bindings_.value_of_input(info.name, type);
      const Value v = given ? builder_.full(type, static_cast<graph::Exact>(*given))
                            : result_.graph.add_input(std::string(info.name), type);
      TRY(define(info.name, {v}));
    }
    return {};
  }

  void note_declared_types() {
    for (const ValueInfoView& info : model_.graph.value_infos) declared_.emplace(info.name, &info);
    for (const ValueInfoView& info : model_.graph.outputs) declared_.emplace(info.name, &info);
  }

  std::int64_t opset_of(std::string_view domain) const {
    for (const auto& opset : model_.opsets) {
      if (opset.domain == domain) return opset.version;
    }
    return 1;
  }

  Result<OnnxNode::Inputs> find_inputs(const NodeView& view) const {
    OnnxNode::Inputs inputs;
    for (const std::string_view name : view.inputs) {
      if (name.empty()) {
        inputs.push_back({});
        continue;
      }
      const auto found = values_.find(name);
      if (found == values_.end()) return undefined(name);
      inputs.push_back(found->second);
    }
    while (!inputs.empty() && !inputs.back().value) inputs.pop_back();
    return inputs;
  }

  std::unexpected<Error> undefined(std::string_view name) const {
    const bool comes_later = std::ranges::any_of(model_.graph.nodes, [&](const NodeView& node) {
      return std::ranges::count(node.outputs, name) > 0;
    });
    if (comes_later) {
      return fail(Code::graph_invalid, fmt::format("it uses \"{}\" before that is computed", name),
                  "the nodes are out of order or form a cycle");
    }
    return fail(Code::graph_invalid, fmt::format("it uses \"{}\", which nothing defines", name));
  }

  Result<void> add_node(const NodeView& view) {
    const OnnxNode node(view, opset_of(view.domain), TRY(find_inputs(view)));
    builder_.set_origin(
        result_.graph.add_origin({std::string(view.op), std::string(name_of(view))}));
    const Values outputs = TRY(lower(view, node));
    for (std::size_t i = 0; i < view.outputs.size(); ++i) {
      if (view.outputs[i].empty()) continue;
      if (i >= outputs.size() || !outputs[i]) {
        return fail(Code::graph_invalid, fmt::format("it has no output {}", i));
      }
      TRY(pfsday::onnx::check_limits(builder_.type(outputs[i])));
      TRY(define(view.outputs[i], {outputs[i]}));
    }
    return {};
  }

  Result<Values> lower(const NodeView& view, const OnnxNode& node) {
    const Lowering* lowering = find_lowering(view.domain, view.op, node.opset());
    if (lowering == nullptr) return keep_uncounted(view, node, reason_unknown(view, node.opset()));
    for (std::size_t i = 0; i < node.input_count(); ++i) {
      if (!node.has_input(i) || builder_.type(node.input(i)).known()) continue;
      return keep_uncounted(view, node,
                            fmt::format("the type of \"{}\" is unknown", view.inputs[i]));
    }
    for (std::size_t i = 0; i < lowering->inputs; ++i) {
      if (!node.has_input(i))
        return fail(Code::input_missing, fmt::format("input {} is missing", i));
    }
    auto outputs = lowering->lower(node, builder_);
    if (auto fault = builder_.take_fault(); fault && outputs) outputs = fail(*std::move(fault));
    if (outputs) return outputs;
    // What only running the model would tell, or element types that nothing is known of.
    const Code code = outputs.error().code;
    const bool is_unknown = code == Code::value_unknown || code == Code::type_unsupported;
    if (!is_unknown || !outputs.error().hint.empty()) return outputs;
    return keep_uncounted(view, node, outputs.error().what);
  }

  std::string reason_unknown(const NodeView& view, std::int64_t opset) const {
    if (view.domain.empty()) return fmt::format("no lowering in operator set {}", opset);
    return fmt::format("no lowering in domain \"{}\"", view.domain);
  }

  /// The outputs have the types that the file declares. Values that a body uses are inputs too.
  Result<Values> keep_uncounted(const NodeView& view, const OnnxNode& node, std::string reason) {
    Values inputs;
    for (const Value v : node.inputs()) {
      if (v) inputs.push_back(v);
    }
    TRY(add_captured(view, inputs));
    TensorTypes types;
    for (const std::string_view name : view.outputs) {
      const auto found = declared_.find(name);
      types.push_back(found == declared_.end() ? TensorType{}
                                               : bindings_.declared_type(*found->second));
    }
    return builder_.uncounted(inputs, types, std::string(view.op), std::move(reason));
  }

  Result<void> add_captured(const NodeView& view, Values& inputs) const {
    for (const auto& attribute : view.attributes) {
      for (const auto body : attribute.graphs) {
        for (const std::string_view name : TRY(pfsday::onnx::read_names_used(body))) {
          if (const auto found = values_.find(name); found != values_.end()) {
            inputs.push_back(found->second.value);
          }
        }
      }
    }
    std::ranges::sort(inputs);
    inputs.erase(std::ranges::unique(inputs).begin(), inputs.end());
    return {};
  }

  Result<void> set_outputs() {
    Values outputs;
    for (const ValueInfoView& info : model_.graph.outputs) {
      const auto found = values_.find(info.name);
      if (found == values_.end()) {
        return fail(Code::graph_invalid,
                    fmt::format("output \"{}\" is computed by no node", info.name));
      }
      outputs.push_back(found->second.value);
    }
    result_.graph.set_outputs(std::move(outputs));
    return {};
  }

  const ModelView& model_;
  Model result_;
  Bindings bindings_;
  ops::Builder builder_;
  std::unordered_map<std::string_view, OnnxNode::Input> values_;
  std::unordered_map<std::string_view, const ValueInfoView*> declared_;
};

Result<Model> read(Bytes file, const ImportOptions& options) {
  const ModelView view = TRY(pfsday::onnx::read_model_view(file));
  Model model = TRY(Import(view, options).run());
  for (const auto& opset : view.opsets) {
    if (!opset.domain.empty() || opset.version <= newest_opset) continue;
    model.notes.push_back(fmt::format("operator set {} is newer than {}, the newest one known here",
                                      opset.version, newest_opset));
  }
  return model;
}

constexpr std::string_view extensions[] = {".onnx"};

}  // namespace

extern constinit const Importer onnx{
    .name = "onnx",
    .doc = "ONNX, operator sets 1 to 23. Files of external data are not read and need not exist.",
    .extensions = extensions,
    .recognizes = pfsday::onnx::begins_as_onnx,
    .read = read};

}  // namespace pfsday::importers
