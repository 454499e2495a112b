// Factors of matrices, for custom calls too.
#pragma once

#include "importers/hlo/lowering.h"

namespace pfsday::hlo {

/// The Cholesky factor of each matrix of a tensor of that type.
Result<Values> cholesky_of(const Values& from, const TensorType& type, std::string_view op,
                           Builder& b);

}  // namespace pfsday::hlo
