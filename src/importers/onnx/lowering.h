// What the lowering of an ONNX operator sees, and the table of them all.
//
//   Result<Values> lower_softmax(const OnnxNode& node, Builder& b) {
//     const Value x = node.input(0);
//     const Axes axes = {TRY(node.axis("axis", -1, b.type(x).rank()))};
//     const Value e = b.exp(b.sub(x, b.stop_gradient(b.reduce_max(x, axes, keep_dims))));
//     return Values{b.div(e, b.reduce_sum(e, axes, keep_dims))};
//   }
//
// A file of lowerings defines one constant with the file's own name, a LoweringFamily. Operands
// that do not fit may be left to the Builder, which remembers the fault; the importer asks it after
// each node. A lowering that returns Code::value_unknown or Code::type_unsupported says that it
// cannot tell what the node does: the node is then kept as uncounted, with the reason.
#pragma once

#include "importers/onnx/proto.h"
#include "ops/builder.h"

namespace pfsday::onnx {

using graph::Axes;
using graph::Count;
using graph::ElementType;
using graph::Literal;
using graph::Shape;
using graph::TensorType;
using graph::to_string;
using graph::Value;
using graph::Values;
using ops::Builder;
using ops::keep_dims;
using ops::KeepDims;

/// A node of the file whose inputs are values of the graph.
class OnnxNode {
 public:
  /// An input of the node: the empty Value if it is optional and left out.
  struct Input {
    Value value = {};
    bool is_initializer = false;  ///< the file holds it as a tensor
  };
  using Inputs = InlineVector<Input, 4>;

  OnnxNode(const NodeView& view, std::int64_t opset, const Inputs& inputs);

  /// The same node with other inputs, none of which is an initializer.
  OnnxNode with_inputs(const Values& inputs) const;
  /// The same node in another version of the operator set.
  OnnxNode in_opset(std::int64_t opset) const;

  std::string_view op() const { return view_->op; }
  /// The same for the same node of the file, however often it is lowered.
  const void* identity() const { return view_->identity; }
  /// Version of the operator set that the file imports.
  std::int64_t opset() const { return opset_; }

  std::size_t input_count() const { return inputs_.size(); }
  bool has_input(std::size_t i) const { return i < inputs_.size() && inputs_[i]; }
  /// The empty Value if it is left out. Those that the operator requires are there.
  Value input(std::size_t i) const { return i < inputs_.size() ? inputs_[i] : Value{}; }
  const Values& inputs() const { return inputs_; }
  bool is_initializer(std::size_t i) const { return is_initializer_[i]; }
  /// As the file has it: of the inputs that the node was made with.
  std::string_view input_name(std::size_t i) const {
    return i < view_->inputs.size() ? view_->inputs[i] : std::string_view{};
  }

  std::size_t output_count() const { return view_->outputs.size(); }
  /// Whether anybody may use output i.
  bool has_output(std::size_t i) const {
    return i < view_->outputs.size() && !view_->outputs[i].empty();
  }
  /// Empty where the node does not have it.
  std::string_view output_name(std::size_t i) const {
    return has_output(i) ? view_->outputs[i] : std::string_view{};
  }

  /// Null if the node does not have it.
  const AttributeView* find(std::string_view name) const;
  // The value of an attribute, or the fallback. Errors: Code::attribute_invalid if it is of another
  // kind.
  Result<std::int64_t> integer(std::string_view name, std::int64_t fallback) const;
  Result<double> real(std::string_view name, double fallback) const;
  Result<std::string_view> text(std::string_view name, std::string_view fallback) const;
  Result<Axes> integers(std::string_view name, const Axes& fallback = {}) const;
  Result<std::vector<std::string_view>> texts(std::string_view name) const;
  /// An attribute that names an axis, as an axis in 0..rank-1; negative ones count from the back.
  Result<std::int64_t> axis(std::string_view name, std::int64_t fallback, std::int64_t rank) const;

 private:
  const NodeView* view_;
  std::int64_t opset_;
  Values inputs_;
  InlineVector<bool, 4> is_initializer_;
};

struct Lowering {
  std::string_view op;
  std::size_t inputs = 1;  ///< how many it requires
  Result<Values> (*lower)(const OnnxNode& node, Builder& b) = nullptr;
  /// First version of the operator set for which it holds.
  std::int64_t since = 1;
  std::string_view domain = {};  ///< empty for the standard operators
};

struct LoweringFamily {
  std::span<const Lowering> lowerings;
};

/// All families, in the order of the list in CMake.
std::span<const LoweringFamily* const> lowering_families();

/// The lowering of an operator in that version of its operator set; null if there is none.
const Lowering* find_lowering(std::string_view domain, std::string_view op, std::int64_t opset);

// What several lowerings share.

/// Lowers the node as a standard operator of that version, whose inputs and attributes it has.
/// Errors: those of that lowering; Code::type_unsupported if there is none.
Result<Values> lower_as(std::string_view op, std::int64_t opset, const OnnxNode& node, Builder& b);

/// An axis in 0..rank-1; negative ones count from the back. Errors: Code::attribute_invalid.
Result<std::int64_t> checked_axis(std::int64_t axis, std::int64_t rank);
/// The same for distinct axes.
Result<Axes> checked_axes(const Axes& axes, std::int64_t rank);

/// The integers of an input that must be known before the model runs. Errors: Code::value_unknown.
Result<Axes> known_integers(const OnnxNode& node, std::size_t input, Builder& b);
/// The only element of such an input.
Result<graph::Exact> known_scalar(const OnnxNode& node, std::size_t input, Builder& b);
/// The same as an integer, whatever type it is held in.
Result<std::int64_t> known_integer(const OnnxNode& node, std::size_t input, Builder& b);
/// Integers that older versions of an operator hold in an attribute, newer ones in an input; none
/// if neither is given.
Result<std::optional<Axes>> integers_of(const OnnxNode& node, std::string_view attribute,
                                        std::size_t input, Builder& b);

/// Bounds the sizes of a tensor so that sums and products of a few of them fit 64 bits.
/// Errors: Code::limit_exceeded.
Result<void> check_limits(const TensorType& type);

/// 0..rank-1 without those before `first`.
Axes axes_from(std::int64_t first, std::int64_t rank);

/// The second operand of a binary operator before opset 7: it is broadcast only where the attribute
/// `broadcast` says so, and then aligned at `axis`. Errors: Code::not_broadcastable.
Result<Value> aligned_operand(const OnnxNode& node, Builder& b);

/// Notes a weight operand: a float tensor of more than one element that v is made of.
void note_weight(Value v, Builder& b);

}  // namespace pfsday::onnx
