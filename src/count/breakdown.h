// The rows of a breakdown: the work of a count by operator, layer, element type or module.
//
//   Breakdown breakdown(graph, {.by = By::module, .depth = 2});
//   breakdown.add(node.origin, node.pass, count);   // each counted node
//   const std::vector<Row> rows = std::move(breakdown).take();
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "ops/work.h"

namespace pfsday::count {

using graph::Pass;
using ops::Work;
using units::Count;

struct PassCount {
  Work work = {};
  /// Operands read and results written by counted primitives, each at its type, unfused. What is
  /// broadcast is read once; movement is free.
  Count bytes = {};

  PassCount& operator+=(const PassCount& other) {
    work += other.work;
    bytes += other.bytes;
    return *this;
  }
};

enum class By : std::uint8_t {
  none,
  op,      ///< a row for each front-end operator
  layer,   ///< a row for each front-end node
  type,    ///< a row for each element type of what the nodes read
  module,  ///< a tree: the names of the nodes, split at '/'
};

/// "op", "layer", ...
std::string_view to_string(By by);

struct BreakdownOptions {
  By by = By::none;
  std::size_t depth = 0;  ///< levels of modules that are shown; 0: all
  /// Rows that are shown at each level, those with most operations; the others are summed up in one
  /// more. 0: all.
  std::size_t top = 0;
};

/// Work of one operator, layer, type or module in one pass. Rows of one name follow each other, in
/// the order of the passes. Modules come before what is in them, and hold its sums.
struct Row {
  std::string name = {};  ///< of a module: its whole path
  std::string op = {};    ///< of a layer, or of a module that is one
  std::size_t depth = 0;  ///< of a module: how many others it is in
  Pass pass = Pass::forward;
  std::size_t nodes = 0;  ///< front-end nodes
  Work work = {};
  Count bytes = {};             ///< that the counted primitives read and write
  Count activation_bytes = {};  ///< of tensors handed on to others, per micro-batch
  Count parameters = {};        ///< those that the nodes are the first to use

  /// The figures of both.
  Row& operator+=(const Row& other);
  /// True if both are of one name, in different passes.
  bool continues(const Row& row) const {
    return pass > row.pass && name == row.name && op == row.op && depth == row.depth;
  }
};

class Breakdown {
 public:
  Breakdown(const graph::Graph& root, const BreakdownOptions& options)
      : root_(&root), options_(options) {}

  /// A counted node of the graph or of a body, by its front-end node.
  void add(std::uint32_t origin, Pass pass, const PassCount& count);
  std::vector<Row> take() &&;

 private:
  using Key = std::pair<std::uint32_t, Pass>;  ///< a front-end node; 0 is none

  const graph::Graph* root_;
  BreakdownOptions options_;
  std::map<Key, PassCount> counts_;
};

}  // namespace pfsday::count
