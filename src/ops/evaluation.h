// Reference evaluation: plain loops on a scalar that is a number (Exact) or counts itself (Tally).
//
//   std::map<Value, Tensor<Exact>> given = {{x, tensor}, {w, weights}};
//   const auto values = evaluate_graph<Exact>(graph, given, rules);   // one tensor for each output
//
// It folds constants in the builder and proves the rules in tests; it is not made to be fast.
#pragma once

#include <map>

#include "ops/primitive.h"

namespace pfsday::ops {

template <class Scalar>
struct Tensor {
  TensorType type;
  std::vector<Scalar> data;  ///< row by row, type.elements() of them

  const Shape& shape() const { return type.shape; }
};

/// What the evaluation of one node reads and writes; the outputs have their size.
template <class Scalar>
class Evaluation {
 public:
  Evaluation(const Rules& rules, std::vector<const Tensor<Scalar>*> inputs,
             std::vector<Tensor<Scalar>>& outputs)
      : rules_(&rules), inputs_(std::move(inputs)), outputs_(&outputs) {}

  const Rules& rules() const { return *rules_; }
  std::size_t input_count() const { return inputs_.size(); }
  const Tensor<Scalar>& input(std::size_t i) const { return *inputs_[i]; }
  Tensor<Scalar>& output(std::size_t i) { return (*outputs_)[i]; }

 private:
  const Rules* rules_;
  std::vector<const Tensor<Scalar>*> inputs_;
  std::vector<Tensor<Scalar>>* outputs_;
};

/// Distance between neighbors along each axis, in elements.
inline Axes strides_of(const Shape& shape) {
  Axes strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

inline std::size_t offset_of(const Axes& index, const Axes& strides) {
  std::int64_t offset = 0;
  for (std::size_t i = 0; i < index.size(); ++i) offset += index[i] * strides[i];
  return static_cast<std::size_t>(offset);
}

/// Calls visit(index, position) for every index of the shape, row by row.
template <class Visit>
void for_each_index(const Shape& shape, Visit&& visit) {
  if (graph::element_count(shape) == units::Count(0)) return;
  Axes index(shape.size(), 0);
  for (std::size_t position = 0;; ++position) {
    visit(std::as_const(index), position);
    std::size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

/// The outputs of one node. Integer and boolean results are wrapped to their type.
template <class Scalar>
std::vector<Tensor<Scalar>> evaluate_node(const NodeView& node, const Rules& rules,
                                          std::vector<const Tensor<Scalar>*> inputs);

/// The graph's outputs. `given` holds every input, and every tensor without known contents.
/// Errors: Code::value_unknown if one is missing, or a node cannot be evaluated.
template <class Scalar>
Result<std::vector<Tensor<Scalar>>> evaluate_graph(const Graph& graph,
                                                   const std::map<Value, Tensor<Scalar>>& given,
                                                   const Rules& rules);

extern template std::vector<Tensor<Exact>> evaluate_node(const NodeView&, const Rules&,
                                                         std::vector<const Tensor<Exact>*>);
extern template std::vector<Tensor<Tally>> evaluate_node(const NodeView&, const Rules&,
                                                         std::vector<const Tensor<Tally>*>);
extern template Result<std::vector<Tensor<Exact>>> evaluate_graph(
    const Graph&, const std::map<Value, Tensor<Exact>>&, const Rules&);
extern template Result<std::vector<Tensor<Tally>>> evaluate_graph(
    const Graph&, const std::map<Value, Tensor<Tally>>&, const Rules&);

}  // namespace pfsday::ops
