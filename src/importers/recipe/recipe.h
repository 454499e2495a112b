// A recipe: a network written as papers print it, in TOML, lowered to a graph. It stands in a file
// of its own, or in a table of a run file.
//
//   schema = "pfsday.recipe/1"
//   input = [3, 227, 227]            # channels, height, width
//   layers = [
//     {conv = 96, kernel = 11, stride = 4},
//     {pool = "max", kernel = 3, stride = 2},
//     {repeat = 2, layers = [{dense = 4096}]},
//     {dense = 1000, relu = false},
//   ]
//
// docs/recipes.md has all keys. Every weight is a trainable parameter; nothing is added that the
// recipe does not say: no normalization, no dropout, no softmax.
// Faults: recipe_invalid, formula_invalid, dimension_unbound, limit_exceeded and those of
// base/toml.h, at the line of the layer.
#pragma once

#include "base/toml.h"
#include "graph/graph.h"

namespace pfsday::importers {

/// The graph of one example, of 32-bit floats. Asks `recipe` for the keys of a network, and leaves
/// others to the caller. The sizes that a recipe leaves open have no values here.
Result<graph::Graph> read_recipe(TomlReader& recipe);

}  // namespace pfsday::importers
