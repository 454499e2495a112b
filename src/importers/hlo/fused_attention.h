// Attention that a library computes in one call.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// Calls of Transformer Engine (te_fused_attn...) and of cuDNN by way of XLA (__cudnn$fmha...).
Result<Values> lower_fused_attention(const Node& node, Builder& b);

}  // namespace pfsday::hlo
