// Types of MLIR as HLO writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday::stablehlo {

/// tensor<2x?x3xf32> to f32[2,?,3]; tuples, tokens and the storage of quantized numbers as well.
/// Errors: Code::type_unsupported, model_malformed, limit_exceeded.
Result<std::string> to_hlo_type(std::string_view type);

/// The sizes of a tensor, -1 where one is open.
Result<std::vector<std::int64_t>> sizes_of(std::string_view type);

/// "f32" of tensor<2xf32>.
std::string_view element_of(std::string_view type);

}  // namespace pfsday::stablehlo
