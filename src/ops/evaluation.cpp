#include "ops/evaluation.h"

#include <fmt/format.h>

namespace pfsday::ops {
namespace {

template <class Scalar>
auto evaluator_of(const Primitive& primitive) {
  if constexpr (std::is_same_v<Scalar, Tally>) {
    return primitive.evaluate.tally;
  } else {
    return primitive.evaluate.exact;
  }
}

template <class Scalar>
Tensor<Scalar> tensor_of(const Literal& literal) {
  const auto values = literal.values();
  return {literal.type(), std::vector<Scalar>(values.begin(), values.end())};
}

template <class Scalar>
void wrap_to_type(Tensor<Scalar>& tensor) {
  if (graph::is_real(tensor.type.element)) return;
  for (Scalar& x : tensor.data) x = graph::to_element(tensor.type.element, value_of(x));
}

}  // namespace

template <class Scalar>
std::vector<Tensor<Scalar>> evaluate_node(const NodeView& node, const Rules& rules,
                                          std::vector<const Tensor<Scalar>*> inputs) {
  std::vector<Tensor<Scalar>> outputs;
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    const TensorType& type = node.output_type(i);
    const auto size = static_cast<std::size_t>(type.elements().value());
    outputs.push_back({type, std::vector<Scalar>(size)});
  }
  Evaluation<Scalar> run(rules, std::move(inputs), outputs);
  evaluator_of<Scalar>(primitive_of(node.kind()))(node, run);
  for (Tensor<Scalar>& tensor : outputs) wrap_to_type(tensor);
  return outputs;
}

template <class Scalar>
Result<std::vector<Tensor<Scalar>>> evaluate_graph(const Graph& graph,
                                                   const std::map<Value, Tensor<Scalar>>& given,
                                                   const Rules& rules) {
  std::map<Value, Tensor<Scalar>> values = given;
  const auto find = [&](Value v) -> Result<const Tensor<Scalar>*> {
    const auto found = values.find(v);
    if (found != values.end()) return &found->second;
    const graph::ValueInfo& info = graph.info(v);
    if (!info.literal) {
      return fail(Code::value_unknown, fmt::format("\"{}\" has no contents", info.name));
    }
    return &values.emplace(v, tensor_of<Scalar>(*info.literal)).first->second;
  };
  for (const graph::Node& node : graph.nodes()) {
    if (evaluator_of<Scalar>(primitive_of(*node.kind)) == nullptr) {
      return fail(Code::value_unknown, fmt::format("{} cannot be evaluated", node.kind->name));
    }
    std::vector<const Tensor<Scalar>*> inputs;
    for (const Value v : node.inputs) inputs.push_back(TRY(find(v)));
    auto outputs = evaluate_node<Scalar>(NodeView(graph, node), rules, std::move(inputs));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      values.insert_or_assign(node.output(i), std::move(outputs[i]));
    }
  }
  std::vector<Tensor<Scalar>> results;
  for (const Value v : graph.outputs()) results.push_back(*TRY(find(v)));
  return results;
}

template std::vector<Tensor<Exact>> evaluate_node(const NodeView&, const Rules&,
                                                  std::vector<const Tensor<Exact>*>);
template std::vector<Tensor<Tally>> evaluate_node(const NodeView&, const Rules&,
                                                  std::vector<const Tensor<Tally>*>);
template Result<std::vector<Tensor<Exact>>> evaluate_graph(const Graph&,
                                                           const std::map<Value, Tensor<Exact>>&,
                                                           const Rules&);
template Result<std::vector<Tensor<Tally>>> evaluate_graph(const Graph&,
                                                           const std::map<Value, Tensor<Tally>>&,
                                                           const Rules&);

}  // namespace pfsday::ops
