// The mixers of Mamba and Mamba-2: a state that is carried from token to token by factors that the
// token decides. Counted as that recurrence; kernels compute the same by parallel scans.
// Sources: transformers models/{mamba,mamba2}; https://arxiv.org/abs/2312.00752 section 3,
// https://arxiv.org/abs/2405.21060 section 2.
#pragma once

#include "importers/config/keys.h"
#include "importers/config/norm.h"

namespace pfsday::config {

/// A state for each channel, whose decay is a matrix.
struct MambaMixer {
  std::int64_t inner = 1, state = 16, kernel = 4, rank = 1;
  bool bias = false, conv_bias = true;
  NormKind inner_norm = NormKind::none;  ///< of what steps and states are made of
  Activation activation = Activation::silu;
};
Value mamba_mixer(Network& net, std::string_view name, Value x, const MambaMixer& spec);

/// A state for each channel of a head, whose decay is one number for each head.
struct Mamba2Mixer {
  std::int64_t heads = 1, head = 64, groups = 1, state = 128, kernel = 4;
  bool bias = false, conv_bias = true;
  bool has_norm = true;      ///< of what the gate lets through
  bool part_scales = false;  ///< each part of the projected token has a constant factor
  Activation activation = Activation::silu;
};
/// mamba_n_heads, mamba_d_head and so on, as hybrids write them.
Mamba2Mixer read_hybrid_mixer(const Keys& in, std::int64_t width);
Value mamba2_mixer(Network& net, std::string_view name, Value x, const Mamba2Mixer& spec);

}  // namespace pfsday::config
