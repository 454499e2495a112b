#include <algorithm>
#include <vector>

#include "ops/primitive.h"

namespace pfsday::ops {
namespace {

std::vector<const Primitive*> sorted_by_name() {
  std::vector<const Primitive*> all;
  for (const PrimitiveFamily* family : families()) {
    for (const Primitive& primitive : family->primitives) all.push_back(&primitive);
  }
  std::ranges::sort(all, {}, [](const Primitive* p) { return p->kind.name; });
  return all;
}

}  // namespace

const Primitive* find_primitive(std::string_view name) {
  static const std::vector<const Primitive*> all = sorted_by_name();
  const auto found =
      std::ranges::lower_bound(all, name, {}, [](const Primitive* p) { return p->kind.name; });
  return found != all.end() && (*found)->kind.name == name ? *found : nullptr;
}

}  // namespace pfsday::ops
