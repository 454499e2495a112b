// The text form of a graph, so that tests read like programs.
//
//   input %x: f32[2,3]
//   parameter %w: f32[3,5] "fc.weight"
//   tensor %m: f32[5]
//   constant %c: i64[2] = 1 6
//   %y: f32[2,5] = dot(%x, %w) {batch_a=[], batch_b=[], contract_a=[1], contract_b=[0]}
//   output %y
//
// The bodies of a node follow it, with values of their own; an input of a body that stands for a
// weight reads `weight`:
//
//   %h: f32[4], %s: f32[9,4] = loop(%h0, %x, %u) {trips=9, carried=1, scanned=1}
//   body
//     input %0: f32[4]
//     ...
//   end
//
// A node may end with its origin and pass: `from Gemm "fc" in weight_gradient`. A constant may be
// of any size where all its elements are equal: `constant %z: f32[1000,1000] = splat 0`. # starts a
// comment. In quotes, a backslash stands before a quote or a backslash, and \n ends a line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "graph/graph.h"

namespace pfsday::graph {

std::string to_string(const Graph& graph);

/// Null if there is no primitive of that name.
using FindKind = std::function<const Kind*(std::string_view name)>;

/// Reads what to_string prints; names of values are free. Checks that values are defined before
/// they are used; whether the types agree with the primitives is for ops::verify. Errors:
/// Code::graph_text_malformed with line and column.
Result<Graph> parse_graph(std::string_view text, const FindKind& find_kind);

}  // namespace pfsday::graph
