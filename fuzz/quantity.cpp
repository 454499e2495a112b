// What reads as a quantity, a count or a date prints as text that reads back the same.

#include "units/quantity.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "units/date.h"
#include "units/print.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_quantity(std::string_view text) {
  using namespace pfsday::units;
  const auto quantity = parse_quantity(text);
  if (!quantity) return;
  const auto again = parse_quantity(print_quantity(*quantity));
  require(again && again->value == quantity->value && again->dimension == quantity->dimension);
  require(!to_si(quantity->value, "FLOP").empty());
  require(!to_pfs_days(quantity->value).empty());
}

void check_count(std::string_view text) {
  using namespace pfsday::units;
  const auto count = parse_count(text);
  if (!count) return;
  require(!count->overflowed());
  require(parse_count(to_digits(*count)).value() == *count &&
          parse_count(to_grouped(*count)).value() == *count);
}

void check_date(std::string_view text) {
  using namespace pfsday::units;
  const auto date = parse_date(text);
  require(!date || to_string(*date) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_quantity(text);
  check_count(text);
  check_date(text);
  return 0;
}
