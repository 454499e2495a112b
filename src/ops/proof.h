// The proof that work rules are right: the reference evaluation on a number that counts its own
// arithmetic. Tests only.
//
//   EXPECT_TRUE(types_hold(sample));
//   EXPECT_TRUE(work_holds(sample, rules));   // says what differs
//
// The proof of derivative rules is in count/proof.h: it needs differentiation.
#pragma once

#include <gtest/gtest.h>

#include <functional>

#include "ops/sample.h"

namespace pfsday::ops {

/// Each rule, the others at their default; and the two that meet in convolutions.
constexpr Rules all_rules[] = {
    {.padding = Rules::Padding::window},
    {.padding = Rules::Padding::real},
    {.attention = Rules::Attention::full},
    {.attention = Rules::Attention::causal},
    {.first_add = Rules::FirstAdd::spared},
    {.padding = Rules::Padding::real, .first_add = Rules::FirstAdd::spared}};

/// "padding real, attention as written".
std::string describe(const Rules& rules);

/// "mul 6, add 6, div 0, special 0, compare 0, products 6".
std::string describe(const Work& work);

/// The arithmetic that the evaluation of the graph does. Errors: those of evaluate_graph.
Result<Work> tally_of(const Sample& sample, const Rules& rules);

/// The sum of the work rules of all nodes; movement and uncounted nodes have none.
Work work_of(const Graph& graph, const Rules& rules);

/// The same graph, value by value, where add_root adds what stands for each input and tensor.
Graph copy_graph(const Graph& graph,
                 const std::function<void(Graph& copy, const graph::ValueInfo& root)>& add_root);

/// The graph verifies.
testing::AssertionResult types_hold(const Sample& sample);

/// What the evaluation does is what the work rules say, counter by counter. Nodes whose rule is an
/// upper bound may do less of it.
testing::AssertionResult work_holds(const Sample& sample, const Rules& rules);

}  // namespace pfsday::ops
