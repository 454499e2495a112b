#include "importers/stablehlo/location.h"

#include "base/text.h"
#include "importers/hlo/cursor.h"

namespace pfsday::stablehlo {
namespace {

/// Names that stand for names that stand for names.
constexpr int depth_limit = 16;

}  // namespace

std::string_view Locations::name_of(std::string_view value) const { return name_of(value, 0); }

std::string_view Locations::name_of(std::string_view value, int depth) const {
  value = trim(value);
  if (depth > depth_limit || value.empty()) return {};
  if (value.front() == '#') {
    const std::size_t end = hlo::find_end_of_name(value, 1);
    const auto found = aliases_.find(value.substr(0, end));
    return found == aliases_.end() ? std::string_view{} : name_of(found->second, depth + 1);
  }
  if (value.front() == '"') {
    const std::size_t end = hlo::find_end_of_string(value, 0);
    if (end == value.npos) return {};
    const bool is_file = value.substr(end).starts_with(':');  // "model.py":12:4
    return is_file ? std::string_view{} : value.substr(1, end - 2);
  }
  // callsite(A at B), fused[A, B], fused<...>[A, B], loc(A): the first that they name.
  const std::size_t inside = value.find_first_of("([");
  if (inside == value.npos) return {};
  return name_of(value.substr(inside + 1), depth + 1);
}

}  // namespace pfsday::stablehlo
