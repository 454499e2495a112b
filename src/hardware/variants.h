// Chips that share a name.
//
//   variants_of(*TRY(find_chip("h100-sxm")))   // h100-pcie, h100-nvl, ...
#pragma once

#include <vector>

#include "hardware/chip.h"

namespace pfsday::hardware {

/// The other chips of the catalogue whose ids begin alike up to the first hyphen, where the
/// catalogue tells each of them by its variant; in the order of the catalogue. A chip without a
/// variant has none: rtx-3080 and rtx-3090 are different chips.
std::vector<const Chip*> variants_of(const Chip& chip);

}  // namespace pfsday::hardware
