// The contents of constants.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace pfsday::stablehlo {

struct Contents {
  std::string text;       ///< as HLO writes it; {...} where nothing is to be known
  bool is_splat = false;  ///< one number for all elements
};

/// Of dense<[[1, 2], [3, 4]]>, dense<0xFF80>, dense<"0x00...">; of a tensor of that element type.
/// Lists that are long, or of other than whole numbers, are left out: they are data, from which
/// nothing is computed while the program is read.
Contents contents_of(std::string_view value, std::string_view element);

}  // namespace pfsday::stablehlo
