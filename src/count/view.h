// Views: what another convention, or another tool, would print for the same graph.
//
//   const View* torch = find_view("torch");
//   const ViewCounts seen = TRY(count_view(graph, *torch, rules));
//   seen.pass(Pass::forward).figure   // 2 x multiply-adds of products, and nothing else
//
// A view is a function of a front-end operator: its nodes, in one pass. It has no rule that is not
// either ours or cited from the source of the tool that it stands for, file by file in views/.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "base/result.h"
#include "count/causal_products.h"
#include "count/schedule.h"
#include "graph/graph.h"
#include "ops/primitive.h"

namespace pfsday::count {

/// What one front-end operator became in one pass, movement included.
struct ViewedOperator {
  const graph::Graph& graph;
  const graph::Origin& origin;
  graph::Pass pass;
  std::span<const graph::Node* const> nodes;
  const CausalProducts& causal;  ///< for rules that take attention as causal
};

/// What a view makes of it.
struct Seen {
  units::Count figure = {};
  units::Count apart = {};  ///< what the tool prints beside its figure; see View::apart

  Seen& operator+=(const Seen& other) {
    figure += other.figure;
    apart += other.apart;
    return *this;
  }
  Seen& operator*=(units::Count times) {
    figure *= times;
    apart *= times;
    return *this;
  }
};

struct View {
  std::string_view name;        ///< as --convention takes it
  std::string_view unit;        ///< of the figure: "FLOP", "MAC"
  std::string_view apart = {};  ///< "transcendentals"; empty where nothing is kept apart
  std::string_view doc;         ///< what is counted and why it differs, in one line
  bool is_tool = false;         ///< stands for a tool, which has rules of its own
  bool loops_once = false;      ///< the tool counts one trip of a loop
  /// The rules are those the user asked for; a tool that has its own ignores them.
  Seen (*look)(const ViewedOperator& op, const ops::Rules& rules) = nullptr;
};

/// All views, in the order of the list in CMake: our own first, the default before all.
std::span<const View* const> views();

/// Null if there is none of that name.
const View* find_view(std::string_view name);

struct ViewCounts {
  std::array<Seen, graph::pass_count> passes = {};
  Seen total = {};  ///< without recompute and optimizer

  const Seen& pass(graph::Pass pass) const { return passes[static_cast<std::size_t>(pass)]; }
};

/// The live nodes of a graph without branches, and of its loops, through a view. Uncounted nodes
/// add nothing. Errors: Code::count_overflow.
Result<ViewCounts> count_view(const graph::Graph& graph, const View& view, const ops::Rules& rules,
                              const Schedule& schedule = {});

// For the files in views/.

/// That of work_of_node.
ops::Work work_of(const ViewedOperator& op, const graph::Node& node, const ops::Rules& rules);
/// The same of all nodes.
ops::Work work_of(const ViewedOperator& op, const ops::Rules& rules);

}  // namespace pfsday::count
