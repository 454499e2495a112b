#include "hardware/variants.h"

namespace pfsday::hardware {
namespace {

/// "h100" of "h100-sxm".
std::string_view stem(std::string_view id) { return id.substr(0, id.find('-')); }

}  // namespace

std::vector<const Chip*> variants_of(const Chip& chip) {
  std::vector<const Chip*> found;
  if (chip.variant.empty()) return found;
  for (const Chip& other : chips()) {
    if (&other == &chip || other.variant.empty() || stem(other.id) != stem(chip.id)) continue;
    found.push_back(&other);
  }
  return found;
}

}  // namespace pfsday::hardware
