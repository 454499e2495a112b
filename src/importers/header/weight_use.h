// What a tensor of a checkpoint is taken for, by its name and shape alone.
//
//   find_uses(tensors)[i] == WeightUse::linear   // "model.layers.0.mlp.up_proj.weight"
//   [11008,4096]
//
// A checkpoint lists weights, not what is computed with them. Only names that the published model
// families use for matrices through which each token goes once are taken for such; docs/headers.md
// has the list. Whatever is not known stays uncounted.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "importers/importer.h"

namespace pfsday::importers {

enum class WeightUse : std::uint8_t {
  linear,       ///< a matrix that each token goes through once
  embedding,    ///< rows of it are looked up
  convolution,  ///< used at positions that a header does not tell
  expert,       ///< used by the tokens that a router sends there
  sequence,     ///< used once for a sequence, beside embeddings: poolers, classifiers
  prediction,   ///< of a layer beside the model, which predicts further tokens
  packed,       ///< several numbers in each element
  vector,       ///< a bias, a scale, a scalar
  buffer,       ///< never trained: statistics, masks, tables of positions
  unknown,
};

/// "linear".
std::string_view to_string(WeightUse use);
/// Why it is not counted; empty for `linear`.
std::string_view reason_of(WeightUse use);
constexpr std::size_t weight_use_count = 10;

/// The use of each.
std::vector<WeightUse> find_uses(std::span<const Tensor> tensors);

}  // namespace pfsday::importers
