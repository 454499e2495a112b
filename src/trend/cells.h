// Single cells of a table as people fill them in (trend/table.h).
//
//   parse_amount("above 1e25", 1)   -> {1e25, Bound::above}
//   parse_cell_date("2012-09")      -> {2012-09-15, Precision::month}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trend/system.h"

namespace pfsday::trend {

struct CellDate {
  units::Date date = {};
  Precision precision = Precision::day;
};

/// Fault date_malformed.
Result<CellDate> parse_cell_date(std::string_view text);

/// An amount of a quantity. `operations_per_unit` is what a plain number of compute counts in.
/// Faults: quantity_malformed; table_malformed for 0, which has no logarithm.
Result<Amount> parse_amount(std::string_view text, Quantity quantity, double operations_per_unit);

/// A plain number more than 0; none where the cell is empty or something else.
std::optional<double> find_number(std::string_view text);

/// The items between commas, trimmed; none of them empty or twice.
std::vector<std::string> items_of(std::string_view text);

/// On one line: every run of blanks is one space.
std::string on_one_line(std::string_view text);

/// "SOTA improvement" -> "sota-improvement".
std::string to_tag(std::string_view text);

}  // namespace pfsday::trend
