#include "importers/onnx/tree_ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "importers/onnx/ml_outputs.h"

namespace pfsday::onnx {
namespace {

using graph::Exact;

std::unexpected<Error> malformed(std::string what) {
  return fail(Code::attribute_invalid, "the trees are malformed: " + std::move(what));
}

/// Reals, as a list or, in double precision, as a tensor.
Result<std::vector<double>> reals_of(const OnnxNode& node, const std::string& name) {
  if (const auto* list = node.find(name); list != nullptr && !list->reals.empty()) {
    return std::vector<double>(list->reals.begin(), list->reals.end());
  }
  const auto* tensor = node.find(name + "_as_tensor");
  if (tensor == nullptr) tensor = node.find(name);
  if (tensor == nullptr || !tensor->tensor) return std::vector<double>{};
  return tensor_numbers(*tensor->tensor);
}

/// Position of a node by the ids of its tree and of itself.
class NodeIndex {
 public:
  NodeIndex(const Axes& trees, const Axes& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      entries_.push_back({trees[i], ids[i], static_cast<std::int64_t>(i)});
    }
    std::ranges::sort(entries_);
  }

  bool has_repeats() const {
    const auto same = [](const Entry& a, const Entry& b) {
      return a.tree == b.tree && a.id == b.id;
    };
    return std::ranges::adjacent_find(entries_, same) != entries_.end();
  }

  /// -1 if there is none.
  std::int64_t find(std::int64_t tree, std::int64_t id) const {
    const auto found = std::ranges::lower_bound(entries_, Entry{tree, id, -1});
    const bool is_there = found != entries_.end() && found->tree == tree && found->id == id;
    return is_there ? found->position : -1;
  }

 private:
  struct Entry {
    std::int64_t tree, id, position;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries_;
};

std::int64_t mode_of(std::string_view name) {
  constexpr std::string_view names[] = {"LEAF",      "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE",
                                        "BRANCH_GT", "BRANCH_EQ",  "BRANCH_NEQ"};
  const auto* const found = std::ranges::find(names, name);
  return found == std::end(names) ? -1 : found - names;
}

constexpr std::int64_t missing_is_true = 8;

/// The lists that describe the nodes, one entry for each.
struct NodeLists {
  Axes trees, ids, features, if_true, if_false, missing;
  std::vector<double> thresholds;
  std::span<const std::string_view> modes;

  bool fit() const {
    const std::size_t n = ids.size();
    const bool has_missing = missing.empty() || missing.size() == n;
    return n > 0 && trees.size() == n && features.size() == n && if_true.size() == n &&
           if_false.size() == n && thresholds.size() == n && modes.size() == n && has_missing;
  }
};

Result<NodeLists> read_node_lists(const OnnxNode& node) {
  NodeLists lists;
  lists.trees = TRY(node.integers("nodes_treeids"));
  lists.ids = TRY(node.integers("nodes_nodeids"));
  lists.features = TRY(node.integers("nodes_featureids"));
  lists.if_true = TRY(node.integers("nodes_truenodeids"));
  lists.if_false = TRY(node.integers("nodes_falsenodeids"));
  lists.missing = TRY(node.integers("nodes_missing_value_tracks_true"));
  lists.thresholds = TRY(reals_of(node, "nodes_values"));
  if (const auto* modes = node.find("nodes_modes")) lists.modes = modes->texts;
  if (lists.fit()) return lists;
  return malformed(fmt::format("the lists of {} nodes differ in length", lists.ids.size()));
}

Result<TreeNode> tree_node(const NodeLists& lists, const NodeIndex& index, std::size_t i) {
  const auto self = static_cast<std::int64_t>(i);
  TreeNode node{.mode = mode_of(lists.modes[i]), .if_true = self, .if_false = self};
  if (node.mode == 0) return node;
  node.feature = lists.features[i];
  node.threshold = lists.thresholds[i];
  node.if_true = index.find(lists.trees[i], lists.if_true[i]);
  node.if_false = index.find(lists.trees[i], lists.if_false[i]);
  if (node.mode < 0 || node.if_true < 0 || node.if_false < 0) {
    return malformed(fmt::format("node {} of tree {} has mode \"{}\" and the children {} and {}",
                                 lists.ids[i], lists.trees[i], lists.modes[i], lists.if_true[i],
                                 lists.if_false[i]));
  }
  if (!lists.missing.empty() && lists.missing[i] != 0) node.mode += missing_is_true;
  return node;
}

Result<void> read_weights(const OnnxNode& node, std::string_view prefix, const NodeIndex& index,
                          TreeEnsemble& ensemble) {
  const auto list = [&](std::string_view name) { return fmt::format("{}_{}", prefix, name); };
  const Axes trees = TRY(node.integers(list("treeids")));
  const Axes ids = TRY(node.integers(list("nodeids")));
  const Axes targets = TRY(node.integers(list("ids")));
  const auto weights = TRY(reals_of(node, list("weights")));
  if (trees.size() != ids.size() || targets.size() != ids.size() || weights.size() != ids.size()) {
    return malformed(fmt::format("the lists of {} weights differ in length", ids.size()));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::int64_t at = index.find(trees[i], ids[i]);
    if (at < 0) return malformed(fmt::format("tree {} has no node {}", trees[i], ids[i]));
    ensemble.weights.push_back({at, targets[i], weights[i]});
  }
  return {};
}

/// Nodes that are no child of another. Every node must have one parent at most.
Result<void> find_roots(TreeEnsemble& ensemble) {
  std::vector<bool> has_parent(ensemble.nodes.size(), false);
  for (const TreeNode& node : ensemble.nodes) {
    if (node.mode == 0) continue;
    for (const std::int64_t child : {node.if_true, node.if_false}) {
      const auto at = static_cast<std::size_t>(child);
      if (has_parent[at]) return malformed(fmt::format("node {} has two parents", child));
      has_parent[at] = true;
    }
  }
  for (std::size_t i = 0; i < has_parent.size(); ++i) {
    if (!has_parent[i]) ensemble.roots.push_back(static_cast<std::int64_t>(i));
  }
  return {};
}

/// Of each tree: the most steps to a leaf, and the most weights of a leaf.
struct Extent {
  Axes depths, weights;
};

Result<Extent> measure(const TreeEnsemble& ensemble, const std::vector<std::int64_t>& first) {
  Extent extent;
  std::size_t reached = 0;
  std::vector<std::pair<std::int64_t, std::int64_t>> pending;  // node, depth
  for (const std::int64_t root : ensemble.roots) {
    std::int64_t deepest = 0;
    std::int64_t most = 0;
    pending.emplace_back(root, 0);
    while (!pending.empty()) {
      const auto [at, depth] = pending.back();
      pending.pop_back();
      ++reached;
      const auto i = static_cast<std::size_t>(at);
      const TreeNode& node = ensemble.nodes[i];
      deepest = std::max(deepest, depth);
      if (node.mode == 0) {
        most = std::max(most, first[i + 1] - first[i]);
      } else {
        pending.emplace_back(node.if_true, depth + 1);
        pending.emplace_back(node.if_false, depth + 1);
      }
    }
    extent.depths.push_back(deepest);
    extent.weights.push_back(most);
  }
  if (reached == ensemble.nodes.size()) return extent;
  return malformed(fmt::format("{} nodes are in a cycle", ensemble.nodes.size() - reached));
}

Result<void> check_ranges(const TreeEnsemble& ensemble, std::int64_t features) {
  for (const TreeNode& node : ensemble.nodes) {
    if (node.mode == 0 || (node.feature >= 0 && node.feature < features)) continue;
    return malformed(fmt::format("feature {} of {}", node.feature, features));
  }
  for (const TreeWeight& weight : ensemble.weights) {
    if (weight.target >= 0 && weight.target < ensemble.targets) continue;
    return malformed(fmt::format("target {} of {}", weight.target, ensemble.targets));
  }
  return {};
}

/// A list as a tensor, whose contents are held only where they are small.
template <class Items, class Field>
Value list_of(const Items& items, ElementType element, Builder& b, Field field) {
  const TensorType type{element, {static_cast<std::int64_t>(std::size(items))}};
  if (!graph::can_be_literal(type)) return b.graph().add_tensor("trees", type);
  std::vector<Exact> values;
  for (const auto& item : items) values.push_back(static_cast<Exact>(field(item)));
  return b.graph().add_tensor("trees", type, Literal::of(type, std::move(values)));
}

}  // namespace

Result<TreeEnsemble> read_tree_lists(const OnnxNode& node, std::string_view prefix) {
  const NodeLists lists = TRY(read_node_lists(node));
  const NodeIndex index(lists.trees, lists.ids);
  if (index.has_repeats()) return malformed("two nodes of a tree have the same id");
  TreeEnsemble ensemble;
  for (std::size_t i = 0; i < lists.ids.size(); ++i) {
    ensemble.nodes.push_back(TRY(tree_node(lists, index, i)));
  }
  TRY(read_weights(node, prefix, index, ensemble));
  TRY(find_roots(ensemble));
  return ensemble;
}

namespace {

/// Inner nodes first, then the leaves.
Result<std::int64_t> child_position(std::int64_t child, bool is_leaf, std::size_t inner,
                                    std::size_t leaves) {
  const auto count = static_cast<std::int64_t>(is_leaf ? leaves : inner);
  if (child < 0 || child >= count) return malformed(fmt::format("child {} of {}", child, count));
  return is_leaf ? child + static_cast<std::int64_t>(inner) : child;
}

/// The modes of a TreeEnsemble: 0 <=, 1 <, 2 >=, 3 >, 4 =, 5 !=, 6 membership.
Result<std::int64_t> mode_of(double number) {
  if (number == 6) return fail(Code::type_unsupported, "tests of membership are not lowered");
  if (number >= 0 && number <= 5) return static_cast<std::int64_t>(number) + 1;
  return malformed(fmt::format("node mode {}", number));
}

}  // namespace

Result<TreeEnsemble> read_tree_ensemble(const OnnxNode& node) {
  const auto modes = TRY(reals_of(node, "nodes_modes"));
  const auto splits = TRY(reals_of(node, "nodes_splits"));
  const Axes features = TRY(node.integers("nodes_featureids"));
  const Axes if_true = TRY(node.integers("nodes_truenodeids"));
  const Axes if_false = TRY(node.integers("nodes_falsenodeids"));
  const Axes true_is_leaf = TRY(node.integers("nodes_trueleafs"));
  const Axes false_is_leaf = TRY(node.integers("nodes_falseleafs"));
  const Axes missing = TRY(node.integers("nodes_missing_value_tracks_true"));
  const Axes targets = TRY(node.integers("leaf_targetids"));
  const auto weights = TRY(reals_of(node, "leaf_weights"));
  const std::size_t inner = modes.size();
  const bool fits = splits.size() == inner && features.size() == inner && if_true.size() == inner &&
                    if_false.size() == inner && true_is_leaf.size() == inner &&
                    false_is_leaf.size() == inner && (missing.empty() || missing.size() == inner) &&
                    targets.size() == weights.size();
  if (!fits) return malformed(fmt::format("the lists of {} nodes differ in length", inner));
  TreeEnsemble ensemble;
  for (std::size_t i = 0; i < inner; ++i) {
    TreeNode made{.mode = TRY(mode_of(modes[i])), .feature = features[i], .threshold = splits[i]};
    made.if_true = TRY(child_position(if_true[i], true_is_leaf[i] != 0, inner, targets.size()));
    made.if_false = TRY(child_position(if_false[i], false_is_leaf[i] != 0, inner, targets.size()));
    if (!missing.empty() && missing[i] != 0) made.mode += missing_is_true;
    ensemble.nodes.push_back(made);
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const auto at = static_cast<std::int64_t>(inner + i);
    ensemble.nodes.push_back({.if_true = at, .if_false = at});
    ensemble.weights.push_back({at, targets[i], weights[i]});
  }
  TRY(find_roots(ensemble));
  return ensemble;
}

Result<Value> run_trees(Value x, TreeEnsemble ensemble, std::string_view aggregate, Builder& b) {
  const Shape shape = b.shape(x);
  TRY(check_ranges(ensemble, shape.back()));
  std::ranges::sort(ensemble.weights, {}, [](const TreeWeight& weight) {
    return std::tuple(weight.node, weight.target, weight.weight);
  });
  std::vector<std::int64_t> first(ensemble.nodes.size() + 1, 0);
  for (const TreeWeight& weight : ensemble.weights) {
    ++first[static_cast<std::size_t>(weight.node) + 1];
  }
  for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
  const Extent extent = TRY(measure(ensemble, first));
  const auto& nodes = ensemble.nodes;
  const auto& weights = ensemble.weights;
  const ElementType real = b.type(x).element;
  constexpr ElementType integer = ElementType::i64;
  const auto of_nodes = [&](ElementType element, auto field) {
    return list_of(nodes, element, b, field);
  };
  b.note_bound("upper_bound", "every path of a tree counts as the longest one");
  return b.emit("decision_trees",
                {x, of_nodes(integer, [](const TreeNode& n) { return n.mode; }),
                 of_nodes(integer, [](const TreeNode& n) { return n.feature; }),
                 of_nodes(real, [](const TreeNode& n) { return n.threshold; }),
                 of_nodes(integer, [](const TreeNode& n) { return n.if_true; }),
                 of_nodes(integer, [](const TreeNode& n) { return n.if_false; }),
                 list_of(first, integer, b, [](std::int64_t i) { return i; }),
                 list_of(weights, integer, b, [](const TreeWeight& w) { return w.target; }),
                 list_of(weights, real, b, [](const TreeWeight& w) { return w.weight; })},
                {{"targets", ensemble.targets},
                 {"aggregate", std::string(aggregate)},
                 {"roots", ensemble.roots},
                 {"depths", extent.depths},
                 {"weights", extent.weights}});
}

}  // namespace pfsday::onnx
