// The names that the nodes of one ONNX graph, body or function see, and the lowering of its nodes.
//
//   Scope scope(context, builder, nullptr);
//   TRY(scope.add_nodes(body));
//   const Items outputs = TRY(scope.outputs_of(body.view));
//
// A body that becomes a graph of its own has a builder of its own: what it uses from outside is
// captured. A body that is inlined (a branch that is known, an unrolled loop, a function) has that
// of the graph around it.
#pragma once

#include <unordered_map>

#include "importers/importer.h"
#include "importers/onnx/bindings.h"
#include "importers/onnx/item.h"

namespace pfsday::onnx {

/// The nodes of a graph, a body or a function, read once. Nodes that are lowered again (in another
/// trip of an unrolled loop) keep their origin.
struct Body {
  GraphView view = {};
  std::vector<std::uint32_t> origins = {};  ///< of each node; 0 where it has none yet
};

/// What all scopes of one file share.
struct Context {
  const ModelView* model = nullptr;
  const importers::ImportOptions* options = nullptr;
  Bindings* bindings = nullptr;
  std::size_t nodes_left = 0;  ///< how many more may be lowered: functions and loops multiply
  std::size_t node_count = 0;  ///< nodes met so far, each body once
  std::size_t depth = 0;       ///< bodies and calls around the current node
  std::set<std::string, std::less<>> used_names = {};  ///< of --trips and --branch
  std::vector<importers::CustomUse> custom = {};       ///< nodes counted by formulas, once each
  std::set<std::string, std::less<>> custom_nodes = {};
};

/// Bodies and calls within each other.
constexpr std::size_t depth_limit = 128;

class Scope {
 public:
  /// `outer`: the scope around a body; null at the root and in a function.
  Scope(Context& context, Builder& builder, Scope* outer)
      : context_(&context), builder_(&builder), outer_(outer) {
    if (outer_ != nullptr) function_ = outer_->function_;
  }

  Context& context() { return *context_; }
  Builder& builder() { return *builder_; }

  /// Errors: Code::graph_invalid if the name is taken.
  Result<void> define(std::string_view name, const Item& item);
  /// Null if nothing of that name is seen from here. What a body finds outside it captures.
  const Item* find(std::string_view name);

  /// In a function: the attributes of the call, which its nodes refer to, where it stands, and the
  /// operator sets that it imports.
  struct Function {
    const FunctionView* view = nullptr;
    std::vector<AttributeView> attributes = {};
    std::string path = {};
  };
  void enter_function(const Function& function) { function_ = &function; }

  /// Version of that operator set here.
  std::int64_t opset_of(std::string_view domain) const;
  /// Where a node stands: the calls around it and its name, "/block/mlp/fc".
  std::string path_of(const NodeView& view) const;

  /// Initializers, then nodes in order. Errors: those of the nodes, which they name.
  Result<void> add_nodes(Body& body);
  Result<Items> outputs_of(const GraphView& view);

  /// Whether a name is defined later in this graph: the nodes are then out of order.
  std::unexpected<Error> undefined(std::string_view name) const;

  /// The outputs have the types that the file declares. Values that a body uses are inputs too.
  Result<Items> keep_uncounted(const NodeView& view, const Items& inputs, std::string reason);

 private:
  Result<void> add_initializers(const GraphView& view);
  void note_declared_types(const GraphView& view);
  std::uint32_t origin_of(const NodeView& view);
  Result<void> add_node(const NodeView& view);
  Result<Items> find_inputs(const NodeView& view);
  Result<Items> lower(const NodeView& view, const Items& inputs);
  Result<Items> lower_tensors(const NodeView& view, const Items& inputs);
  Result<Values> lower_with(const Lowering& lowering, const OnnxNode& node);
  /// Where an input that only the model's run tells can be told from what the file declares.
  Result<Values> lower_as_declared(const Lowering& lowering, const OnnxNode& node,
                                   const NodeView& view, Error unknown);
  graph::TensorTypes declared_outputs(const NodeView& view);
  /// By the user's formulas, where there are any.
  Result<Items> lower_unknown(const NodeView& view, const OnnxNode& node, const Items& inputs);
  Result<void> add_captured(const NodeView& view, Values& inputs);
  NodeView with_attributes_of_call(const NodeView& view) const;

  Context* context_;
  Builder* builder_;
  Scope* outer_;
  const Function* function_ = nullptr;
  const GraphView* view_ = nullptr;
  std::unordered_map<std::string_view, Item> items_;
  std::unordered_map<std::string_view, const ValueInfoView*> declared_;
};

/// The node's name, or that of its first output.
std::string_view name_of(const NodeView& node);

// What needs the scope to lower it.

/// Operators on sequences and optionals, and those of control flow; null if it is none of them.
using LowerInScope = Result<Items> (*)(Scope& scope, const NodeView& view, const Items& inputs);
LowerInScope find_control_lowering(std::string_view op);
LowerInScope find_sequence_lowering(std::string_view op, const Items& inputs);
/// Gradient of ai.onnx.preview.training.
Result<Items> lower_gradient(Scope& scope, const NodeView& view, const Items& inputs);

/// An operator that the file defines: its nodes take the place of the call.
Result<Items> call_function(Scope& scope, const FunctionView& function, const NodeView& view,
                            const Items& inputs);
const FunctionView* find_function(const ModelView& model, const NodeView& view);
/// Errors: Code::graph_invalid if a function calls itself; Code::limit_exceeded if all calls
/// written out have more nodes than the limit.
Result<void> check_functions(const ModelView& model, std::size_t node_limit);

}  // namespace pfsday::onnx
