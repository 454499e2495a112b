// Names of chips as people, drivers and logs write them, reduced to what tells chips apart.
//
//   key_of("NVIDIA A100-SXM4-40GB")   -> "a100-sxm4-40gb"
//   key_of("Tesla V100 SXM2 16 GB")   -> "v100-sxm2-16gb"
#pragma once

#include <string>
#include <string_view>

namespace pfsday::hardware {

/// The words in lower case, joined by '-', without those of makers and brands; a size and its unit
/// are one word. Empty if no word is left.
std::string key_of(std::string_view name);

}  // namespace pfsday::hardware
