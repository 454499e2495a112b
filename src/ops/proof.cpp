#include "ops/proof.h"

#include <fmt/format.h>

#include <algorithm>

#include "graph/text.h"
#include "ops/verify.h"

namespace pfsday::ops {

std::string describe(const Work& work) {
  const auto digits = [](Count count) { return units::to_digits(count); };
  return fmt::format("mul {}, add {}, div {}, special {}, compare {}, products {}",
                     digits(work.mul), digits(work.add), digits(work.div), digits(work.special),
                     digits(work.compare), digits(work.products));
}

std::string describe(const Rules& rules) {
  constexpr std::string_view attention[] = {"as written", "full", "causal"};
  return fmt::format("padding {}, attention {}, first add {}",
                     rules.padding == Rules::Padding::real ? "real" : "window",
                     attention[static_cast<std::size_t>(rules.attention)],
                     rules.first_add == Rules::FirstAdd::spared ? "spared" : "counted");
}

Result<Work> tally_of(const Sample& sample, const Rules& rules) {
  std::map<Value, Tensor<Tally>> given;
  for (const auto& [v, tensor] : sample.given) {
    given[v] = {tensor.type, std::vector<Tally>(tensor.data.begin(), tensor.data.end())};
  }
  const Tally::Scope scope(rules.first_add == Rules::FirstAdd::spared);
  TRY(evaluate_graph<Tally>(sample.graph, given, rules));
  return scope.work();
}

Work work_of(const Graph& graph, const Rules& rules) {
  Work work;
  for (const graph::Node& node : graph.nodes()) {
    const Primitive& primitive = primitive_of(*node.kind);
    if (primitive.cost == Cost::work) work += primitive.work(NodeView(graph, node), rules);
  }
  return work;
}

Graph copy_graph(const Graph& graph,
                 const std::function<void(Graph& copy, const graph::ValueInfo& root)>& add_root) {
  Graph copy;
  for (const graph::Origin& origin : graph.origins().subspan(1)) copy.add_origin(origin);
  for (std::uint32_t i = 0; i < graph.value_count();) {
    const Value v{i};
    const graph::Node* node = graph.producer(v);
    i += node != nullptr ? node->output_count : 1;
    if (node == nullptr) {
      add_root(copy, graph.info(v));
      continue;
    }
    TensorTypes types;
    for (std::uint32_t k = 0; k < node->output_count; ++k) {
      types.push_back(graph.type(node->output(k)));
    }
    copy.append(*node, types);
  }
  copy.set_outputs(Values(graph.outputs().begin(), graph.outputs().end()));
  return copy;
}

testing::AssertionResult types_hold(const Sample& sample) {
  const auto verified = verify(sample.graph);
  if (verified) return testing::AssertionSuccess();
  return testing::AssertionFailure() << to_string(verified.error()) << "\n"
                                     << graph::to_string(sample.graph);
}

namespace {

/// The rule of the node, or of one in its bodies, is an upper bound.
bool is_bounded(const graph::Node& node) {
  return primitive_of(*node.kind).is_bound ||
         std::ranges::any_of(node.bodies, [](const graph::Body& body) {
           return std::ranges::any_of(body->nodes(), is_bounded);
         });
}

/// Of the nodes whose rule is an upper bound.
Work bounded_work_of(const Graph& graph, const Rules& rules) {
  Work work;
  for (const graph::Node& node : graph.nodes()) {
    if (is_bounded(node)) work += primitive_of(*node.kind).work(NodeView(graph, node), rules);
  }
  return work;
}

/// Equal, or less by no more than what the bounded nodes may leave out.
bool is_within(const Work& tally, const Work& work, const Work& bounded) {
  return std::ranges::all_of(
      std::initializer_list<Count Work::*>{&Work::mul, &Work::add, &Work::div, &Work::special,
                                           &Work::compare, &Work::products},
      [&](Count Work::* counter) {
        return tally.*counter <= work.*counter &&
               work.*counter <= tally.*counter + bounded.*counter;
      });
}

}  // namespace

testing::AssertionResult work_holds(const Sample& sample, const Rules& rules) {
  const auto tally = tally_of(sample, rules);
  if (!tally) return testing::AssertionFailure() << to_string(tally.error());
  const Work work = work_of(sample.graph, rules);
  if (is_within(*tally, work, bounded_work_of(sample.graph, rules))) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << describe(rules) << "\n  tally " << describe(*tally)
                                     << "\n  rules " << describe(work) << "\n"
                                     << graph::to_string(sample.graph);
}

}  // namespace pfsday::ops
