#include "trend/system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace pfsday::trend {
namespace {

constexpr std::array<QuantityNames, 5> all_quantities = {{
    {Quantity::compute, "compute", "training compute", "FLOP"},
    {Quantity::parameters, "parameters", "parameters", "parameters"},
    {Quantity::data, "data", "training data", "examples"},
    {Quantity::cost, "cost", "training cost", "USD"},
    {Quantity::power, "power", "power draw", "W"},
}};

}  // namespace

std::span<const QuantityNames> quantities() { return all_quantities; }

const QuantityNames& names_of(Quantity quantity) {
  return all_quantities[std::to_underlying(quantity)];
}

Result<Quantity> find_quantity(std::string_view word) {
  const auto found = std::ranges::find(all_quantities, word, &QuantityNames::word);
  if (found != all_quantities.end()) return found->quantity;
  return fail(Code::usage, fmt::format("\"{}\" is nothing to fit", word));
}

Point point_of(const System& system, Quantity quantity) {
  const auto& amount = system.amount(quantity);
  assert(amount && amount->bound == Bound::none);
  return {.id = system.id,
          .name = system.name,
          .date = system.date,
          .value = amount->value,
          .implied = system.implied,
          .note = system.note,
          .low = amount->low,
          .high = amount->high,
          .confidence = system.confidence};
}

}  // namespace pfsday::trend
