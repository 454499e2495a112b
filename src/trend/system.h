// One system of a trend: when it was published, and what training it took.
//
//   const System system{.name = "AlexNet", .date = *units::parse_date("2012-09-30")};
//   system.amount(Quantity::compute);   // none: no figure
//
// Amounts are in the unit of their quantity: operations, parameters, examples, dollars, watts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "units/date.h"

namespace pfsday::trend {

/// What a trend can be fitted to.
enum class Quantity : std::uint8_t { compute, parameters, data, cost, power };

struct QuantityNames {
  Quantity quantity = Quantity::compute;
  std::string_view word;  ///< on the command line and as the name of its column
  std::string_view phrase;
  std::string_view unit;
};

/// All of them, in the order of the enumeration.
std::span<const QuantityNames> quantities();
const QuantityNames& names_of(Quantity quantity);
/// Fault usage: there is no quantity of that word.
Result<Quantity> find_quantity(std::string_view word);

/// A figure may be no more than a bound: "above 1e25".
enum class Bound : std::uint8_t { none, above, below };

struct Amount {
  double value = 0;  ///< more than 0
  Bound bound = Bound::none;
  std::optional<double> low = {}, high = {};  ///< how well the source knows it, as far as it says
};

/// How exactly the source states the date. A month stands at its 15th day, a year at July 2.
enum class Precision : std::uint8_t { day, month, year };

struct System {
  std::string id = {};  ///< unique in its table: the name where that is
  std::string name = {};
  std::size_t line = 0;   ///< of the table; 0 where there is none
  units::Date date = {};  ///< of publication
  bool dated = true;      ///< false where the table gives no date; then it has no amounts
  Precision precision = Precision::day;
  std::array<std::optional<Amount>, 5> amounts = {};  ///< by Quantity
  std::vector<std::string> tags = {};                 ///< notable, frontier, sota-improvement, ...
  std::vector<std::string> domains = {};
  std::vector<std::string> organizations = {};
  std::vector<std::string> countries = {};
  std::string base_model = {};  ///< of a fine-tune; else empty
  std::string confidence = {};  ///< the source's word for how well it knows the figures

  std::vector<std::string> hardware = {};  ///< the types of chips
  std::optional<double> chips = {};
  std::optional<double> hours = {};  ///< of training
  std::optional<double> utilization = {};

  bool implied = false;  ///< no source prints the figure; `note` says what implies it
  std::string note = {};
  std::string method = {};  ///< how the figure came about; empty where that is not said
  std::string source = {};  ///< where it stands

  const std::optional<Amount>& amount(Quantity quantity) const {
    return amounts[std::to_underlying(quantity)];
  }
  std::optional<Amount>& amount(Quantity quantity) { return amounts[std::to_underlying(quantity)]; }
};

/// What a fit sees of a system: one amount at one date.
struct Point {
  std::string id = {};
  std::string name = {};
  units::Date date = {};
  double value = 0;  ///< more than 0, in the unit of the quantity
  bool implied = false;
  std::string note = {};
  std::optional<double> low = {}, high = {};  ///< of the amount, as stated
  std::string confidence = {};
};

/// The system's amount, which must be there and no bound.
Point point_of(const System& system, Quantity quantity);

}  // namespace pfsday::trend
