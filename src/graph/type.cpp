#include "graph/type.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace pfsday::graph {
namespace {

struct ElementInfo {
  std::string_view name;
  ElementClass kind;
  int bits;
};

/// In the order of the enumeration.
constexpr std::array infos = {
    ElementInfo{"?", ElementClass::unknown, 0},
    ElementInfo{"f64", ElementClass::real, 64},
    ElementInfo{"f32", ElementClass::real, 32},
    ElementInfo{"f16", ElementClass::real, 16},
    ElementInfo{"bf16", ElementClass::real, 16},
    ElementInfo{"f8e4m3fn", ElementClass::real, 8},
    ElementInfo{"f8e4m3fnuz", ElementClass::real, 8},
    ElementInfo{"f8e5m2", ElementClass::real, 8},
    ElementInfo{"f8e5m2fnuz", ElementClass::real, 8},
    ElementInfo{"f4e2m1", ElementClass::real, 4},
    ElementInfo{"i64", ElementClass::integer, 64},
    ElementInfo{"i32", ElementClass::integer, 32},
    ElementInfo{"i16", ElementClass::integer, 16},
    ElementInfo{"i8", ElementClass::integer, 8},
    ElementInfo{"i4", ElementClass::integer, 4},
    ElementInfo{"u64", ElementClass::integer, 64},
    ElementInfo{"u32", ElementClass::integer, 32},
    ElementInfo{"u16", ElementClass::integer, 16},
    ElementInfo{"u8", ElementClass::integer, 8},
    ElementInfo{"u4", ElementClass::integer, 4},
    ElementInfo{"bool", ElementClass::boolean, 8},
    ElementInfo{"c64", ElementClass::complex, 64},
    ElementInfo{"c128", ElementClass::complex, 128},
    ElementInfo{"text", ElementClass::text, 0},
};
static_assert(infos.size() == static_cast<std::size_t>(ElementType::text) + 1);

const ElementInfo& info_of(ElementType type) { return infos[static_cast<std::size_t>(type)]; }

}  // namespace

std::string_view to_string(ElementType type) { return info_of(type).name; }

std::optional<ElementType> find_element_type(std::string_view name) {
  for (std::size_t i = 0; i < infos.size(); ++i) {
    if (infos[i].name == name) return static_cast<ElementType>(i);
  }
  return std::nullopt;
}

ElementClass class_of(ElementType type) { return info_of(type).kind; }

int bits_of(ElementType type) { return info_of(type).bits; }

Count element_count(const Shape& shape) {
  Count count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

Count TensorType::bytes() const {
  const Count bits = elements() * bits_of(element);
  if (bits.overflowed()) return bits;
  return Count((bits.value() + 7) / 8);
}

std::string to_string(const TensorType& type) {
  if (!type.known()) return "?";
  return fmt::format("{}{}", to_string(type.element), to_string(type.shape));
}

}  // namespace pfsday::graph
