// Products and convolutions that a library computes in one call, with what it does beside.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// cuBLAS and cuBLASLt, with their epilogues; oneDNN's product.
Result<Values> lower_library_product(const Node& node, Builder& b);
/// cuDNN's convolutions, forward and both gradients, with bias and activation.
Result<Values> lower_library_convolution(const Node& node, Builder& b);

}  // namespace pfsday::hlo
