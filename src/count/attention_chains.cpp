#include "count/attention_chains.h"

#include <algorithm>
#include <optional>
#include <set>

namespace pfsday::count {
namespace {

using graph::Axes;
using graph::Graph;
using graph::Node;
using graph::NodeView;
using graph::Shape;
using graph::Value;
using units::Count;

/// Chains are short: a search that passes more nodes than this is on another trail.
constexpr std::size_t longest_search = 64;

bool is_kind(const Node* node, std::initializer_list<std::string_view> names) {
  return node != nullptr && std::ranges::find(names, node->kind->name) != names.end();
}

/// What may stand between the products besides the softmax.
bool may_stand_between(const Node& node) {
  return is_kind(&node, {"add", "sub", "mul", "div", "max", "min", "select", "tanh", "reshape",
                         "transpose", "broadcast", "cast"});
}

/// The value that moves into v.
Value moved_from(const Graph& graph, Value v) {
  const Node* node = graph.producer(v);
  while (is_kind(node, {"reshape", "transpose", "broadcast", "cast"})) {
    v = node->inputs[0];
    node = graph.producer(v);
  }
  return v;
}

std::optional<std::int64_t> quotient(Count dividend, Count divisor) {
  if (divisor == Count(0) || dividend.value() % divisor.value() != 0) return std::nullopt;
  return static_cast<std::int64_t>(dividend.value() / divisor.value());
}

std::int64_t size_over(const Shape& shape, const Axes& axes) {
  std::int64_t size = 1;
  for (const std::int64_t axis : axes) size *= shape[static_cast<std::size_t>(axis)];
  return size;
}

/// A softmax along one axis: where it comes from and where it goes to.
struct Softmax {
  Value x = {};  ///< the scores
  Value p = {};
  std::int64_t queries = 0, keys = 0;
};

/// If the node is the division of a softmax. Queries are along the neighbor of the axis of keys.
std::optional<Softmax> match_softmax(const Graph& graph, const Node& node) {
  if (!is_kind(&node, {"div"})) return std::nullopt;
  const Value e = moved_from(graph, node.inputs[0]);
  const Node* sum = graph.producer(moved_from(graph, node.inputs[1]));
  const Node* exp = graph.producer(e);
  if (!is_kind(exp, {"exp"}) || !is_kind(sum, {"reduce_sum"})) return std::nullopt;
  if (moved_from(graph, sum->inputs[0]) != e) return std::nullopt;
  const Axes& axes = *graph::find_attribute<Axes>(sum->attributes, "axes");
  const Shape& shape = graph.type(sum->inputs[0]).shape;
  if (axes.size() != 1 || shape.size() < 2) return std::nullopt;
  const auto axis = static_cast<std::size_t>(axes[0]);
  const std::size_t neighbor = axis + 1 == shape.size() ? axis - 1 : axis + 1;
  return Softmax{
      .x = exp->inputs[0], .p = node.output(0), .queries = shape[neighbor], .keys = shape[axis]};
}

class Search {
 public:
  explicit Search(const Graph& graph) : graph_(graph), users_(graph.value_count()) {
    for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
      for (const Value v : graph.nodes()[i].inputs) users_[v.index].push_back(i);
    }
  }

  std::vector<AttentionChain> run() const {
    std::vector<AttentionChain> chains;
    for (const Node& node : graph_.nodes()) {
      const auto softmax = match_softmax(graph_, node);
      if (!softmax) continue;
      const auto scores = product_before(softmax->x);
      const auto context = product_after(softmax->p, node.pass);
      if (!scores || !context) continue;
      if (auto chain = describe(*softmax, *scores, *context)) chains.push_back(*std::move(chain));
    }
    return chains;
  }

 private:
  bool is_of_size(Value v, Count elements) const { return graph_.type(v).elements() == elements; }

  /// The only product from which the scores come by way of values of their size.
  std::optional<std::size_t> product_before(Value x) const {
    const Count elements = graph_.type(x).elements();
    std::set<Value> seen = {x};
    std::set<std::size_t> products;
    std::vector<Value> pending = {x};
    while (!pending.empty() && seen.size() < longest_search) {
      const graph::ValueInfo& info = graph_.info(pending.back());
      const Node* node = graph_.producer(pending.back());
      pending.pop_back();
      if (is_kind(node, {"dot"})) products.insert(info.node);
      if (node == nullptr || !may_stand_between(*node)) continue;
      for (const Value v : node->inputs) {
        if (is_of_size(v, elements) && seen.insert(v).second) pending.push_back(v);
      }
    }
    return products.size() == 1 ? std::optional(*products.begin()) : std::nullopt;
  }

  struct Use {
    std::size_t node = 0;
    Value operand = {};
    auto operator<=>(const Use&) const = default;
  };

  /// The only product of the same pass to which the softmax goes.
  std::optional<Use> product_after(Value p, graph::Pass pass) const {
    const Count elements = graph_.type(p).elements();
    std::set<Value> seen = {p};
    std::set<Use> products;
    std::vector<Value> pending = {p};
    while (!pending.empty() && seen.size() < longest_search) {
      const Value from = pending.back();
      pending.pop_back();
      for (const std::size_t i : users_[from.index]) {
        const Node& node = graph_.nodes()[i];
        if (node.pass != pass) continue;
        if (is_kind(&node, {"dot"})) products.insert({i, from});
        const Value to = node.output(0);
        const bool goes_on = may_stand_between(node) && is_of_size(to, elements);
        if (goes_on && seen.insert(to).second) pending.push_back(to);
      }
    }
    return products.size() == 1 ? std::optional(*products.begin()) : std::nullopt;
  }

  std::optional<AttentionChain> describe(const Softmax& softmax, std::size_t scores,
                                         const Use& context) const {
    const NodeView first(graph_, graph_.nodes()[scores]);
    const NodeView second(graph_, graph_.nodes()[context.node]);
    const Count pairs = Count(softmax.queries) * softmax.keys;
    const auto heads = quotient(graph_.type(softmax.x).elements(), pairs);
    if (!heads || *heads == 0) return std::nullopt;
    const Count rows = Count(*heads) * softmax.queries;
    const auto value_width = quotient(second.output_type(0).elements(), rows);
    const bool sums_over_keys =
        size_over(second.input_shape(0), second.axes("contract_a")) == softmax.keys;
    if (!value_width || !sums_over_keys) return std::nullopt;
    return AttentionChain{.scores = scores,
                          .context = context.node,
                          .weights = context.operand,
                          .heads = *heads,
                          .queries = softmax.queries,
                          .keys = softmax.keys,
                          .width = size_over(first.input_shape(0), first.axes("contract_a")),
                          .value_width = *value_width};
  }

  const Graph& graph_;
  std::vector<std::vector<std::size_t>> users_;  ///< by value
};

}  // namespace

std::vector<AttentionChain> find_attention_chains(const Graph& graph) {
  return Search(graph).run();
}

}  // namespace pfsday::count
