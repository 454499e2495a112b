// Exact counts of a graph: per pass, per operator, per layer; parameters; what could not be
// counted.
//
//   const Counts counts = TRY(count_graph(graph, {.breakdown = {.by = By::op}}));
//   counts.passes[Pass::forward].work.products   // multiply-adds of the forward pass
//
// Dead code is not counted. A graph with an uncounted node gives a lower bound, and says so.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.h"
#include "count/attention_layers.h"
#include "count/bounds.h"
#include "count/breakdown.h"
#include "count/schedule.h"
#include "count/view.h"
#include "graph/graph.h"
#include "ops/primitive.h"

namespace pfsday::count {

struct ParameterCounts {
  Count total = {};      ///< elements of weights, biases, scales, embeddings
  Count trainable = {};  ///< of those, the ones a gradient reaches; all of them in a forward count
  Count buffers = {};    ///< elements of other tensors of the model: statistics, masks, scalars
};

/// Nodes as the file has them; bodies once.
struct Coverage {
  std::size_t nodes = 0, counted = 0, movement = 0, uncounted = 0;
};

struct Uncounted {
  std::string node;
  std::string op;
  std::string reason;
};

/// The work of one primitive: a line of the arithmetic behind a total.
struct Line {
  std::string layer;
  std::string op;  ///< front-end operator
  Pass pass = Pass::forward;
  std::string primitive;
  std::string operands;  ///< "f32[1,3,224,224] x f32[96,3,11,11] -> f32[1,96,54,54]"
  Work work = {};
};

struct Counts {
  std::array<PassCount, graph::pass_count> passes = {};
  /// Forward, loss and both gradients; what is recomputed and the optimizer stand beside it.
  PassCount total = {};
  ParameterCounts parameters = {};
  Coverage coverage = {};
  std::vector<Uncounted> uncounted = {};
  std::vector<Bound> bounds = {};
  std::vector<Row> rows = {};
  std::vector<Line> lines = {};
  std::vector<ViewCounts> views = {};  ///< in the order of CountOptions::views
  /// Where the rules read attention in another way than it is written: all there is.
  std::vector<AttentionLayer> attention = {};

  bool complete() const { return uncounted.empty(); }
  const PassCount& pass(Pass pass) const { return passes[static_cast<std::size_t>(pass)]; }
};

struct CountOptions {
  ops::Rules rules = {};
  BreakdownOptions breakdown = {};
  bool lines = false;                   ///< collect the arithmetic line by line
  std::vector<const View*> views = {};  ///< look through these, too
  /// Front-end nodes of the file, for the coverage.
  std::size_t node_count = 0;
  /// The gradients and the update are nodes of the file, too.
  bool is_step_in_file = false;
};

/// Of the tensors that live nodes use, on both sides of a branch.
ParameterCounts count_parameters(const graph::Graph& graph);

/// All but the parameters. The graph has no branches: see branches.h. Errors: Code::count_overflow.
Result<Counts> count_graph(const graph::Graph& graph, const CountOptions& options,
                           const Schedule& schedule = {});

}  // namespace pfsday::count
