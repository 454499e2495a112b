// Decision trees as the attributes of ai.onnx.ml list them, checked and put in order.
//
// Nodes are listed with the ids of their tree, of themselves and of their children; TreeEnsemble
// lists the positions of children in two lists, of inner nodes and of leaves. Both become one list
// of nodes whose children are positions in it.
#pragma once

#include "importers/onnx/lowering.h"

namespace pfsday::onnx {

struct TreeNode {
  std::int64_t mode = 0;  ///< as the primitive decision_trees numbers them; 0: a leaf
  std::int64_t feature = 0;
  double threshold = 0;
  std::int64_t if_true = -1, if_false = -1;  ///< positions; of a leaf its own
};

struct TreeWeight {
  std::int64_t node = 0, target = 0;
  double weight = 0;
};

struct TreeEnsemble {
  std::vector<TreeNode> nodes;
  std::vector<TreeWeight> weights;
  Axes roots = {};
  std::int64_t targets = 0;
};

/// Reads nodes_* and, with the prefix "class" or "target", the weights of the leaves.
/// Errors: Code::attribute_invalid if the lists do not fit each other or are no trees.
Result<TreeEnsemble> read_tree_lists(const OnnxNode& node, std::string_view prefix);

/// The same of a TreeEnsemble, operator set 5 of the domain. Errors: also Code::type_unsupported,
/// for tests of membership in a set.
Result<TreeEnsemble> read_tree_ensemble(const OnnxNode& node);

/// Combines the weights of the leaves that x [examples, features] comes to: [examples, targets].
/// The aggregate is "sum", "min" or "max". Errors: Code::attribute_invalid if a node is in a cycle
/// or has two parents, or there is no such feature or target.
Result<Value> run_trees(Value x, TreeEnsemble ensemble, std::string_view aggregate, Builder& b);

}  // namespace pfsday::onnx
