#include <unordered_map>

#include "ops/primitive.h"

namespace pfsday::ops {
namespace {

std::unordered_map<std::string_view, const Primitive*> primitives_by_name() {
  std::unordered_map<std::string_view, const Primitive*> all;
  for (const PrimitiveFamily* family : families()) {
    for (const Primitive& primitive : family->primitives) {
      all.emplace(primitive.kind.name, &primitive);
    }
  }
  return all;
}

}  // namespace

const Primitive* find_primitive(std::string_view name) {
  static const auto all = primitives_by_name();
  const auto found = all.find(name);
  return found != all.end() ? found->second : nullptr;
}

}  // namespace pfsday::ops
