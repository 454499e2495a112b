// Builds graphs out of primitives: infers types, folds constants, broadcasts.
//
//   Builder b(graph);
//   const Value e = b.exp(b.sub(x, b.reduce_max(x, axes, keep_dims)));
//   if (auto fault = b.take_fault()) return fail(*fault);
//
// Operands that do not fit (a fault in the user's model) make the builder return an empty Value; it
// remembers the first fault, and every later call with an empty Value is empty too. So a lowering
// reads like its formula, and its caller checks once.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "ops/primitive.h"

namespace pfsday::ops {

using graph::Pass;

/// Geometry of a convolution or a pooling window; one entry for each spatial axis (convolution) or
/// for each axis (window).
struct Window {
  Axes size = {};
  Axes strides = {};
  Axes pads_low = {};
  Axes pads_high = {};
  Axes dilations = {};

  /// Output size along axis i for an input of that size; less than 1 if the window does not fit.
  std::int64_t output_size(std::size_t i, std::int64_t input_size) const;
};

enum class KeepDims : std::uint8_t { no, yes };
constexpr KeepDims keep_dims = KeepDims::yes;

/// Which axes of two operands a product runs over.
struct DotAxes {
  Axes batch_a = {}, batch_b = {};
  Axes contract_a = {}, contract_b = {};
};

class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(&graph) {}
  /// Builds a body within the graph of `outer`; its nodes have the origin and pass of the outer
  /// ones.
  Builder(Graph& body, Builder& outer)
      : graph_(&body), outer_(&outer), origin_(outer.origin_), pass_(outer.pass_) {}

  Graph& graph() { return *graph_; }
  /// The graph outside all bodies: it holds the origins and bounds.
  Graph& root() { return outermost().graph(); }

  /// In a body: what stands for a value of the graph around it. A constant, or an input.
  Value capture(Value outside);
  /// What stands here for a value of the outermost graph.
  Value from_root(Value v) { return outer_ != nullptr ? capture(outer_->from_root(v)) : v; }
  /// A tensor that the model holds, at its root. Asked for again with the same identity, whatever
  /// body that is in, it is the same tensor.
  Value held_tensor(const void* identity, std::string name, TensorType type,
                    std::optional<Literal> literal);

  /// In a body: the values around it that it has captured as inputs, in their order.
  const Values& captured() const { return captured_; }
  /// Unknown type for an empty Value.
  const TensorType& type(Value v) const;
  const Shape& shape(Value v) const { return type(v).shape; }

  /// Contents of a small tensor, evaluated from what it is computed of where needed.
  /// Evaluation stops at a budget for each builder, so that no file makes it long.
  /// Null if nobody can tell; else valid as long as this builder.
  const Literal* known(Value v) { return known(v, known_depth_limit); }

  std::optional<Error> take_fault();
  /// Notes a fault, unless one is noted already; returns the empty Value.
  Value fault(Code code, std::string what, std::string hint = {});

  /// Provenance and pass of the nodes that follow.
  void set_origin(std::uint32_t origin) { origin_ = origin; }
  std::uint32_t origin() const { return origin_; }
  void set_pass(Pass pass) { pass_ = pass; }
  Pass pass() const { return pass_; }

  /// Any primitive by name; it must exist. `emit` for the only output.
  Values emit_all(std::string_view name, Values inputs, Attributes attributes = {},
                  std::vector<graph::Body> bodies = {});
  Value emit(std::string_view name, Values inputs, Attributes attributes = {});

  /// A scalar constant of the given element type.
  Value scalar(ElementType element, Exact value);
  /// A constant of any shape whose elements are all equal.
  Value full(TensorType type, Exact value);
  Value constant(Literal literal);
  /// i64 vector.
  Value integers(const Axes& values);
  /// start, start + step, ...: an i64 vector of any size.
  Value iota(std::int64_t size, std::int64_t start = 0, std::int64_t step = 1);

  // Elementwise; operands are broadcast to each other (aligned from the right).
  Value add(Value a, Value b) { return binary("add", a, b); }
  Value sub(Value a, Value b) { return binary("sub", a, b); }
  Value mul(Value a, Value b) { return binary("mul", a, b); }
  Value div(Value a, Value b) { return binary("div", a, b); }
  Value max(Value a, Value b) { return binary("max", a, b); }
  Value min(Value a, Value b) { return binary("min", a, b); }
  Value binary(std::string_view name, Value a, Value b);
  Value select(Value condition, Value if_true, Value if_false);
  Value exp(Value x) { return emit("exp", {x}); }
  Value log(Value x) { return emit("log", {x}); }
  Value sqrt(Value x) { return emit("sqrt", {x}); }
  Value neg(Value x) { return emit("neg", {x}); }
  /// A scalar of x's element type, broadcast to x's shape, in a binary primitive.
  Value with_scalar(std::string_view name, Value x, Exact value);

  // Reductions over axes in 0..rank-1.
  Value reduce_sum(Value x, const Axes& axes, KeepDims keep = KeepDims::no);
  Value reduce_max(Value x, const Axes& axes, KeepDims keep = KeepDims::no);
  Value reduce_min(Value x, const Axes& axes, KeepDims keep = KeepDims::no);
  Value reduce_product(Value x, const Axes& axes, KeepDims keep = KeepDims::no);
  /// Sum, then one division for each output element.
  Value reduce_mean(Value x, const Axes& axes, KeepDims keep = KeepDims::no);

  // Products and convolutions.
  Value dot(Value a, Value b, const DotAxes& axes);
  /// As numpy's matmul: last two axes, the others broadcast.
  Value matmul(Value a, Value b);
  /// x [N, C, spatial...], w [M, C/groups, kernel...] to [N, M, spatial...].
  Value convolution(Value x, Value w, const Window& window, std::int64_t groups);
  /// Sum or maximum over a window along every axis of x; see defs/window.cpp.
  Value window_sum(Value x, const Window& window);
  Value window_max(Value x, const Window& window);

  // Movement.
  Value reshape(Value x, const Shape& shape);
  Value transpose(Value x, const Axes& permutation);
  /// Aligned from the right; x itself if it has that shape.
  Value broadcast(Value x, const Shape& shape);
  Value slice(Value x, const Axes& starts, const Axes& limits, const Axes& strides);
  /// Of one axis the elements from start up to limit, of the others all.
  Value slice_axis(Value x, std::int64_t axis, std::int64_t start, std::int64_t limit);
  Value reverse(Value x, std::int64_t axis) { return emit("reverse", {x}, {{"axes", Axes{axis}}}); }
  /// An axis of size 1 more, before `axis`, or less.
  Value with_axis(Value x, std::int64_t axis);
  Value without_axis(Value x, std::int64_t axis);
  Value concat(const Values& parts, std::int64_t axis);
  Value cast(Value x, ElementType element);
  Value gather(Value x, Value indices, std::int64_t axis);
  Value stop_gradient(Value x) { return emit("stop_gradient", {x}); }

  /// An operator nobody knows: its outputs have these types, unknown ones included.
  Values uncounted(Values inputs, const TensorTypes& outputs, std::string op, std::string reason);

  /// An operator whose outputs and work somebody states; see the primitive `custom`.
  Values custom(Values inputs, const TensorTypes& outputs, std::string op, Axes work,
                Axes gradient = {});

  /// Notes that what is counted for the current front-end node is an upper bound or an assumption.
  void note_bound(std::string kind, std::string reason) {
    root().add_bound({origin_, std::move(kind), std::move(reason)});
  }

  /// Says that v is a weight, bias, scale, recurrent or embedding operand. Marks the float or
  /// quantized tensor that it is made of, through movement alone, as a parameter.
  /// packed: how many numbers each element of that tensor holds.
  void use_as_parameter(Value v, std::int64_t packed = 1);

 private:
  /// A node whose output types are stated, not inferred.
  Values append_stated(std::string_view name, Values inputs, Attributes attributes,
                       const TensorTypes& outputs);
  std::optional<Values> fold_uniform(const graph::Node& node, const TensorTypes& outputs);
  std::optional<Values> fold(const graph::Node& node, const TensorTypes& outputs);
  Value reduce(std::string_view name, Value x, const Axes& axes, KeepDims keep);

  const Literal* known(Value v, int depth);
  Value outside_of(Value captured) const;
  Builder& outermost() { return outer_ != nullptr ? outer_->outermost() : *this; }
  bool is_knowable(Value v) const;
  void note_knowable(const graph::Node& node, const Values& outputs);
  bool can_afford(Count cost);

  static constexpr int known_depth_limit = 64;

  Graph* graph_;
  Builder* outer_ = nullptr;                     ///< around a body
  std::unordered_map<const void*, Value> held_;  ///< in the outermost builder
  std::map<Value, Value> inside_;                ///< of captured values, what stands for them
  Values captured_;
  std::map<Value, Value> outside_;  ///< the other way
  /// By value: computed, by way of evaluable nodes alone, of tensors whose contents are known.
  std::vector<bool> knowable_;
  std::map<Value, Literal> evaluated_;
  std::vector<bool> walked_;  ///< by value: use_as_parameter has been there
  /// Elements and arithmetic that constant folding may still cost.
  Count evaluation_budget_ = 1 << 24;
  std::uint32_t origin_ = 0;
  Pass pass_ = Pass::forward;
  std::optional<Error> fault_;
};

/// The common shape of two shapes aligned from the right; none if a pair of sizes is neither equal
/// nor 1.
std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b);

}  // namespace pfsday::ops
