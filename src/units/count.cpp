#include "units/count.h"

#include <fmt/format.h>

#include "base/json.h"

namespace pfsday::units {

std::string to_digits(Count count) { return fmt::format("{}", count.value()); }

std::string to_grouped(Count count) {
  std::string digits = to_digits(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return digits;
}

void write_json(JsonWriter& json, Count count) { json.digits(to_digits(count)); }

}  // namespace pfsday::units
