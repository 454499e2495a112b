#include "count/expand_gradients.h"

#include <algorithm>

#include "count/reverse.h"
#include "graph/liveness.h"
#include "graph/splice.h"
#include "ops/builder.h"

namespace pfsday::count {
namespace {

using graph::Graph;
using graph::Node;
using graph::Value;
using graph::ValueMap;
using graph::Values;

bool is_gradient(const Node& node) { return node.kind->name == "gradient_of"; }

bool has_gradient(const Graph& graph) {
  return std::ranges::any_of(graph.nodes(), [](const Node& node) {
    return is_gradient(node) || std::ranges::any_of(node.bodies, [](const graph::Body& body) {
             return has_gradient(*body);
           });
  });
}

/// Nodes between the tensors of one gradient: its own are a few times as many.
constexpr std::ptrdiff_t way_limit = 30'000;
/// Values looked at for all gradients of a file together.
constexpr std::size_t look_limit = 30'000'000;

/// One gradient_of, whose inputs are values of `graph`; its own nodes are appended there.
class Expansion {
 public:
  Expansion(Graph& graph, const Node& node)
      : graph_(graph), node_(node), count_((node.inputs.size() - 1) / 2) {}

  /// The derivatives; none if the node must stay.
  Result<std::optional<Values>> run() {
    const std::vector<bool> way = find_way();
    for (std::size_t i = 0; i < way.size(); ++i) {
      if (way[i] && !graph_.nodes()[i].bodies.empty()) return std::optional<Values>();
    }
    if (std::ranges::count(way, true) > way_limit) return std::optional<Values>();
    copy_way(way);
    ReverseRequest request{.is_root = Flags(part_.value_count(), false),
                           .is_seeded = {true},
                           .is_dependent = Flags(part_.value_count(), true)};
    for (std::size_t i = 0; i < node_.output_count; ++i) {
      const Value x = part_.inputs()[i];
      request.is_root[x.index] = graph::is_real(part_.type(x).element);
    }
    return std::optional(append(TRY(differentiate_jointly(part_, request))));
  }

 private:
  Value x(std::size_t i) const { return node_.inputs[1 + i]; }
  Value value_for(std::size_t i) const { return node_.inputs[1 + count_ + i]; }

  /// The values for x are x itself: what y is computed of is there already.
  bool is_at_x() const {
    for (std::size_t i = 0; i < count_; ++i) {
      if (x(i) != value_for(i)) return false;
    }
    return true;
  }

  /// Of each node: it stands between an x and y, and no other x behind it.
  std::vector<bool> find_way() const {
    std::vector<bool> is_x(graph_.value_count(), false);
    for (std::size_t i = 0; i < count_; ++i) is_x[x(i).index] = true;
    const std::vector<bool> depends = graph::find_dependents(graph_, is_x);
    std::vector<bool> way(graph_.nodes().size(), false);
    Values pending = {node_.inputs[0]};
    while (!pending.empty()) {
      const Value v = pending.back();
      pending.pop_back();
      const graph::ValueInfo& info = graph_.info(v);
      if (is_x[v.index] || !depends[v.index] || info.source != graph::Source::node) continue;
      if (way[info.node]) continue;
      way[info.node] = true;
      const Values& inputs = graph_.nodes()[info.node].inputs;
      pending.insert(pending.end(), inputs.begin(), inputs.end());
    }
    return way;
  }

  /// The way as a graph of its own, whose inputs are the x and then what else it uses.
  void copy_way(const std::vector<bool>& way) {
    inside_.resize(graph_.value_count());
    for (std::size_t i = 0; i < count_; ++i) add_input(x(i), value_for(i));
    for (std::size_t i = 0; i < way.size(); ++i) {
      if (way[i]) copy_node(graph_.nodes()[i]);
    }
    part_.set_outputs({find_inside(node_.inputs[0])});
  }

  Value add_input(Value of, Value outside) {
    const graph::ValueInfo& info = graph_.info(of);
    inside_[of.index] = part_.add_body_input(info.type, info.from_weight);
    outside_.push_back(outside);
    return inside_[of.index];
  }

  Value find_inside(Value v) {
    if (inside_[v.index]) return inside_[v.index];
    const graph::ValueInfo& info = graph_.info(v);
    const bool is_constant = info.literal && info.name.empty() && !info.from_weight;
    if (!is_constant) return add_input(v, v);
    return inside_[v.index] = part_.add_constant(*info.literal);
  }

  void copy_node(const Node& node) {
    Node copy = node;
    copy.origin = node_.origin;
    graph::TensorTypes types;
    for (Value& input : copy.inputs) input = find_inside(input);
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      types.push_back(graph_.type(node.output(k)));
    }
    const Value first = part_.append(std::move(copy), types);
    for (std::uint32_t k = 0; k < node.output_count; ++k) {
      inside_[node.output(k).index] = Value{first.index + k};
    }
  }

  /// Where the values of the joint graph are found: the way again only at other values for x.
  ValueMap map_of(const Joint& joint) {
    ValueMap map(joint.graph.value_count());
    if (is_at_x()) {
      for (std::uint32_t i = 0; i < inside_.size(); ++i) {
        if (inside_[i]) map[inside_[i].index] = Value{i};
      }
    }
    for (std::size_t i = 0; i < outside_.size(); ++i) {
      map[part_.inputs()[i].index] = outside_[i];
    }
    if (joint.seeds[0]) {
      const auto ones = graph::Literal::splat(joint.graph.type(joint.seeds[0]), 1);
      map[joint.seeds[0].index] = graph_.add_constant(ones);
    }
    return map;
  }

  Values append(const Joint& joint) {
    const std::size_t first = graph_.nodes().size();
    std::vector<bool> keep(joint.graph.nodes().size(), true);
    if (is_at_x()) std::fill_n(keep.begin(), joint.forward_nodes, false);
    ValueMap map = map_of(joint);
    graph::splice(graph_, joint.graph, map, keep);
    ops::Builder b(graph_);
    b.set_origin(node_.origin);
    Values derivatives(node_.output_count);
    for (const Joint::Root& root : joint.roots) {
      Value sum;
      const std::span<const Value> parts(root.parts.data(), root.parts.size());
      for (const Value part : graph::find_spliced(graph_, joint.graph, map, parts)) {
        sum = sum ? b.add(sum, part) : part;
      }
      const auto at = std::ranges::find(part_.inputs(), root.of) - part_.inputs().begin();
      derivatives[static_cast<std::size_t>(at)] = sum;
    }
    for (std::size_t i = 0; i < derivatives.size(); ++i) {
      if (!derivatives[i]) derivatives[i] = b.full(graph_.type(x(i)), 0);
    }
    for (std::size_t i = first; i < graph_.nodes().size(); ++i) graph_.set_pass(i, node_.pass);
    return derivatives;
  }

  Graph& graph_;
  const Node& node_;
  std::size_t count_;
  Graph part_;       ///< the way from x to y
  ValueMap inside_;  ///< of values of the graph: where they are found in the part
  Values outside_;   ///< of inputs of the part: what they stand for
};

/// All of a graph and of its bodies.
class Expander {
 public:
  Result<Graph> run(const Graph& graph) {
    Result<void> status;
    ValueMap map;
    Graph expanded = graph::rewrite(
        graph,
        [&](Graph& copy, Node& node) {
          auto derivatives = expand(copy, node);
          if (derivatives) return *std::move(derivatives);
          status = fail(std::move(derivatives).error());
          return std::optional<Values>();
        },
        map);
    TRY(std::move(status));
    return expanded;
  }

 private:
  /// What stands for the node; none if it stays, perhaps with other bodies.
  Result<std::optional<Values>> expand(Graph& copy, Node& node) {
    for (graph::Body& body : node.bodies) {
      if (has_gradient(*body)) body = std::make_shared<const Graph>(TRY(run(*body)));
    }
    if (!is_gradient(node) || copy.value_count() > looks_left_) return std::optional<Values>();
    looks_left_ -= copy.value_count();
    return Expansion(copy, node).run();
  }

  std::size_t looks_left_ = look_limit;
};

}  // namespace

Result<Graph> expand_gradients(Graph graph) {
  if (!has_gradient(graph)) return graph;
  return Expander().run(graph);
}

}  // namespace pfsday::count
