// The IR: a graph of primitives in single-assignment form, in an order that can be evaluated.
//
//   Graph g;
//   const Value x = g.add_input("x", {ElementType::f32, {1, 9216}});
//   const Value w = g.add_tensor("w", {ElementType::f32, {9216, 10}});
//   ...                                    // ops::Builder appends the nodes
//   g.set_outputs({y});
//
// The nodes of control flow hold graphs of their own. A body is closed: it sees its inputs and its
// constants, and nothing of the graph around it. The origins of its nodes are those of the
// outermost graph.
//
// The graph knows the names of its primitives and the types of its values; what a primitive means
// (its types rule, work, derivative, evaluation) is in ops.
#pragma once

#include <cassert>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/stable_vector.h"
#include "graph/literal.h"
#include "graph/type.h"

namespace pfsday::graph {

/// Which part of a training step a node belongs to.
enum class Pass : std::uint8_t {
  forward,
  loss,
  data_gradient,
  weight_gradient,
  recompute,  ///< forward nodes that are computed again for the gradients
  optimizer,  ///< once for each update
};
constexpr std::size_t pass_count = 6;
std::string_view to_string(Pass pass);

/// Handle of one tensor in a graph. A default-made handle names none.
struct Value {
  std::uint32_t index = ~std::uint32_t{0};
  explicit operator bool() const { return index != ~std::uint32_t{0}; }
  friend auto operator<=>(Value, Value) = default;
};
using Values = InlineVector<Value, 4>;

/// What the IR knows of a primitive. ops::Primitive adds the rest.
struct Kind {
  std::string_view name;
  int inputs = 0;             ///< how many, or the fewest if variadic
  bool variadic = false;      ///< more inputs may follow
  std::string_view doc = {};  ///< documentation, as docs/ops.md prints it
};

using AttributeValue = std::variant<std::int64_t, double, std::string, Axes>;
struct Attribute {
  std::string name;
  AttributeValue value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};
/// A handful, in the order they were written.
using Attributes = std::vector<Attribute>;

/// The value of an attribute; null if there is none of that name and type.
template <class T>
const T* find_attribute(const Attributes& attributes, std::string_view name) {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return std::get_if<T>(&attribute.value);
  }
  return nullptr;
}

/// The front-end node that a node was lowered from.
struct Origin {
  std::string op;    ///< as its format writes it: "Conv", "dot"
  std::string name;  ///< name or layer path: "/layer1/block0/conv1"
};

class Graph;
using Body = std::shared_ptr<const Graph>;

struct Node {
  const Kind* kind = nullptr;
  Values inputs = {};
  Attributes attributes = {};
  std::vector<Body> bodies = {};  ///< of control flow
  Value first_output = {};        ///< the outputs are consecutive values
  std::uint32_t output_count = 0;
  std::uint32_t origin = 0;  ///< index into origins()
  Pass pass = Pass::forward;

  Value output(std::size_t i) const {
    return Value{first_output.index + static_cast<std::uint32_t>(i)};
  }
};

/// Where a value comes from: given for each example, held by the model, or computed.
enum class Source : std::uint8_t { input, tensor, node };

/// A figure that is an upper bound or rests on an assumption: the count says so.
struct Bound {
  std::uint32_t origin = 0;  ///< the front-end node
  std::string kind;          ///< "upper_bound", "larger_branch", "per_trip", ...
  std::string reason;
  friend bool operator==(const Bound&, const Bound&) = default;
};

struct ValueInfo {
  TensorType type;
  Source source = Source::node;
  std::uint32_t node = 0;                       ///< the producer of a computed value
  std::string name = {};                        ///< of an input or a tensor
  std::shared_ptr<const Literal> literal = {};  ///< contents of a small or constant tensor
  /// Depends on a float or quantized tensor of more than one element that the model holds:
  /// arithmetic on it is counted, never folded away.
  bool from_weight = false;
  /// A tensor that a weight, bias, scale, recurrent or embedding operand is made of; in a body, an
  /// input that stands for one.
  bool is_parameter = false;
  /// Of a parameter: the numbers that each of its elements holds, several where they are packed.
  std::int64_t packed = 1;

  std::optional<Literal> contents() const {
    return literal ? std::optional(*literal) : std::nullopt;
  }
};

class Graph {
 public:
  Value add_input(std::string name, TensorType type);
  /// Input of a body; `from_weight` is that of the value it stands for.
  Value add_body_input(TensorType type, bool from_weight);
  /// A tensor that the model holds, with its contents where they are small.
  Value add_tensor(std::string name, TensorType type, std::optional<Literal> literal = {});
  /// A constant that the file or a lowering needs; arithmetic on it is folded.
  Value add_constant(Literal literal);
  /// Appends a node that computes values of these types; returns its first output.
  Value append(Node node, const TensorTypes& outputs);
  std::uint32_t add_origin(Origin origin);
  void add_bound(Bound bound);
  /// Marks a tensor as a parameter; see ops::Builder::use_as_parameter.
  void mark_parameter(Value tensor, std::int64_t packed = 1) {
    values_[tensor.index].is_parameter = true;
    values_[tensor.index].packed = packed;
  }
  void add_body(std::size_t node, Graph body) {
    nodes_[node].bodies.push_back(std::make_shared<const Graph>(std::move(body)));
  }
  void set_pass(std::size_t node, Pass pass) { nodes_[node].pass = pass; }
  void set_outputs(Values outputs) { outputs_ = std::move(outputs); }

  std::span<const Node> nodes() const { return nodes_; }
  std::span<const Value> inputs() const { return inputs_; }
  std::span<const Value> tensors() const { return tensors_; }
  std::span<const Value> outputs() const { return {outputs_.data(), outputs_.size()}; }
  std::span<const Origin> origins() const { return origins_; }
  std::span<const Bound> bounds() const { return bounds_; }
  std::size_t value_count() const { return values_.size(); }

  const ValueInfo& info(Value v) const {
    assert(v.index < values_.size());
    return values_[v.index];
  }
  const TensorType& type(Value v) const { return info(v).type; }
  /// The node that computes the value; null for an input or a tensor.
  const Node* producer(Value v) const {
    return info(v).source == Source::node ? &nodes_[info(v).node] : nullptr;
  }

 private:
  Value add_value(ValueInfo info);

  std::vector<Node> nodes_;
  StableVector<ValueInfo> values_;  ///< types may be held by reference
  std::vector<Value> inputs_;
  std::vector<Value> tensors_;
  Values outputs_;
  std::vector<Origin> origins_ = {Origin{}};
  std::vector<Bound> bounds_;
};

/// What a rule of a primitive sees of a node: types and attributes, and the handles of its values.
class NodeView {
 public:
  NodeView(const Graph& graph, const Node& node) : graph_(&graph), node_(&node) {}

  const Kind& kind() const { return *node_->kind; }
  std::size_t input_count() const { return node_->inputs.size(); }
  std::size_t output_count() const { return node_->output_count; }
  Value input(std::size_t i) const { return node_->inputs[i]; }
  Value output(std::size_t i) const { return node_->output(i); }
  std::size_t body_count() const { return node_->bodies.size(); }
  const Graph& body(std::size_t i) const { return *node_->bodies[i]; }
  const TensorType& input_type(std::size_t i) const { return graph_->type(input(i)); }
  const TensorType& output_type(std::size_t i) const { return graph_->type(output(i)); }
  const Shape& input_shape(std::size_t i) const { return input_type(i).shape; }
  const Shape& output_shape(std::size_t i) const { return output_type(i).shape; }

  /// An attribute that the primitive requires; its presence is checked by the types rule.
  const Axes& axes(std::string_view name) const {
    const Axes* found = find_attribute<Axes>(node_->attributes, name);
    assert(found != nullptr);
    return *found;
  }
  std::int64_t integer(std::string_view name) const {
    const std::int64_t* found = find_attribute<std::int64_t>(node_->attributes, name);
    assert(found != nullptr);
    return *found;
  }
  const std::string& text(std::string_view name) const {
    const std::string* found = find_attribute<std::string>(node_->attributes, name);
    assert(found != nullptr);
    return *found;
  }
  const Attributes& attributes() const { return node_->attributes; }

 private:
  const Graph* graph_;
  const Node* node_;
};

}  // namespace pfsday::graph
