// What a breakdown says of the front-end nodes of a graph besides their work.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "graph/graph.h"

namespace pfsday::count {

struct Layers {
  /// Bytes of the tensors that a front-end node hands on: those that nodes of others or the outputs
  /// of the graph use, each once; in a loop, in each trip.
  std::map<std::pair<std::uint32_t, graph::Pass>, units::Count> activation_bytes = {};
  /// Elements of parameters, at the front-end node whose arithmetic is the first to use them.
  std::map<std::uint32_t, units::Count> parameters = {};
  /// By front-end node: the element type of the first tensor of numbers that it reads.
  std::vector<graph::ElementType> types = {};
};

Layers find_layers(const graph::Graph& root);

/// True for a tensor that counts among the parameters.
bool is_counted_parameter(const graph::ValueInfo& info);

}  // namespace pfsday::count
