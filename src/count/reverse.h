// Reverse-mode differentiation of one graph, the outermost one or the body of a loop: the nodes of
// the gradients are appended behind those of the forward pass.
#pragma once

#include "base/result.h"
#include "count/flow.h"
#include "graph/splice.h"

namespace pfsday::count {

struct ReverseRequest {
  Flags is_root;       ///< of each value: its gradient is wanted
  Flags is_seeded;     ///< of each output: a gradient of it is given, where one can be
  Flags is_dependent;  ///< of each value: depends on the data, so that its adjoint is no weight's
};

/// Forward and gradient nodes in one graph.
struct Joint {
  graph::Graph graph = {};  ///< its outputs are still those of the forward graph
  std::size_t forward_nodes = 0;
  graph::ValueMap map = {};  ///< where the values of the graph that was given are found in this one
  graph::Values seeds =
      {};  ///< of each output: the input that gives its gradient; empty where none is
  /// Of each root that a gradient reaches, in the order of the values: the gradients that meet
  /// there.
  struct Root {
    graph::Value of;  ///< in the joint graph
    graph::Values parts;
  };
  std::vector<Root> roots = {};
};

/// Loops in the graph are replaced by loops that also keep what their gradients need. Errors: what
/// the derivative rules find.
Result<Joint> differentiate_jointly(graph::Graph graph, const ReverseRequest& request);

}  // namespace pfsday::count
