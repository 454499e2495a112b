// The tensors that a model holds, and those of them that are parameters, by name.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

/// Tensors of numbers that live nodes use, on both sides of a branch.
std::vector<graph::Value> find_stored_tensors(const graph::Graph& graph);

/// The numbers in such a tensor.
inline units::Count stored_numbers(const graph::ValueInfo& info) {
  return info.type.elements() * info.packed;
}

struct Parameter {
  std::string name;
  graph::Shape shape;
  units::Count numbers;
};

/// Their numbers add up to ParameterCounts::total.
std::vector<Parameter> list_parameters(const graph::Graph& graph);

}  // namespace pfsday::count
