// A recipe: a network written as papers print it, in a table of a run file, lowered to a graph.
//
//   input = [3, 227, 227]            # channels, height, width; or [features]
//   layers = [
//     {conv = 96, kernel = 11, stride = 4},
//     {pool = "max", kernel = 3, stride = 2},
//     {repeat = 2, layers = [{dense = 4096}]},
//     {dense = 1000, relu = false},
//   ]
//
//   conv = FILTERS     kernel (one size, or [height, width]), stride = 1, pad = 0 or "same",
//                      groups = 1, bias = true, relu = true
//   pool = "max"       or "average"; kernel, stride = kernel, pad = 0
//   global_pool = "average"   or "max"
//   dense = UNITS      bias = true, relu = true; what comes before is flattened
//   layers = [...]     a group of layers
//   residual = [...]   layers beside a shortcut that is added to their result, then a ReLU; where
//   the
//                      shapes differ the shortcut is a 1x1 convolution with the strides' product
//   repeat = N         on any layer: N of them in a row
//
// `bias = false` beside `input` is the default for all layers. Every weight is a trainable
// parameter; normalization and dropout are not part of a recipe.
// Faults: recipe_invalid, limit_exceeded and those of base/toml.h, at the line of the layer.
#pragma once

#include "base/toml.h"
#include "graph/graph.h"

namespace pfsday::importers {

/// The graph of one example, of 32-bit floats. Asks `recipe` for `input`, `bias` and `layers`, and
/// leaves other keys to the caller.
Result<graph::Graph> read_recipe(TomlReader& recipe);

}  // namespace pfsday::importers
