// What models that carry a state from token to token share.
#pragma once

#include "importers/config/network.h"

namespace pfsday::config {

/// log(1 + exp(x)).
Value softplus(Network& net, Value x);

/// x [B, S, C]: each channel convolved with its own taps, over this token and those before it.
Value causal_convolution(Network& net, std::string_view name, Value x, std::int64_t taps,
                         bool bias);

/// Token t: h = exp(step_t decay) h + (step_t from_t) u_t, y_t = sum over the states of h to_t.
struct SelectiveScan {
  Value u, step;   ///< [B, S, C]
  Value decay;     ///< [C, N]
  Value from, to;  ///< [B, S, N]
};
Value selective_scan(Network& net, const SelectiveScan& scan);

/// Tokens of x [B, S, ...] as the first axis, and back: what a loop goes over.
Value tokens_first(Network& net, Value x);

/// The state that a pass begins with, given where tokens came before it, else zero.
Value first_state(Network& net, std::string_view name, const Shape& shape);

}  // namespace pfsday::config
