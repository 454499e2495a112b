#include <algorithm>
#include <vector>

#include "ops/primitive.h"

namespace pfsday::ops {
namespace {

/// Shorter names first: most comparisons need no look at the letters.
bool comes_before(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

std::vector<const Primitive*> sorted_by_name() {
  std::vector<const Primitive*> all;
  for (const PrimitiveFamily* family : families()) {
    for (const Primitive& primitive : family->primitives) all.push_back(&primitive);
  }
  std::ranges::sort(all, comes_before, [](const Primitive* p) { return p->kind.name; });
  return all;
}

}  // namespace

const Primitive* find_primitive(std::string_view name) {
  static const std::vector<const Primitive*> all = sorted_by_name();
  const auto found = std::ranges::lower_bound(all, name, comes_before,
                                              [](const Primitive* p) { return p->kind.name; });
  return found != all.end() && (*found)->kind.name == name ? *found : nullptr;
}

}  // namespace pfsday::ops
