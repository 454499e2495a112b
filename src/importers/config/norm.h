// Normalization layers over the last axis. Their epsilon changes no count.
#pragma once

#include "importers/config/network.h"

namespace pfsday::config {

enum class NormKind : std::uint8_t {
  none,
  rms,           ///< x / sqrt(mean of squares), times a weight
  rms_plus_one,  ///< the same, times 1 + weight
  rms_plain,     ///< without a weight
  layer,         ///< less the mean, by two passes, then a weight and a bias
  layer_no_bias,
  layer_plus_one,  ///< times 1 + weight, and a bias
  layer_plain,     ///< without weight and bias
};

/// x normalized by the module of that name.
Value normalize(Network& net, std::string_view name, NormKind kind, Value x);

/// x normalized over groups of its channels: x [N, C, ...], with a weight and a bias [C].
Value normalize_groups(Network& net, std::string_view name, Value x, std::int64_t groups);

}  // namespace pfsday::config
