// Systems from a table of comma-separated values, such as the vintages of a published one: a name,
// a date and an amount, found by their usual headings (trend/columns.h) or named by the caller, and
// whatever else of a system the table has.
//
//   const SystemTable table = TRY(read_systems(csv, {.compute = "Training compute (FLOP)"}));
//   table.systems; table.faulty;   // every row is in one of these
//
// Cells:
//   dates         YYYY-MM-DD; YYYY-MM (the 15th) or YYYY (July 2), which the system says
//   compute       operations; a heading that speaks of pfs-days gives the unit of plain numbers,
//                 and a cell may carry its own unit
//   other amounts plain numbers, with or without a dollar sign
//   bounds        "above 1e25", ">1e25", "at least 1e25", "below 1e25", "<1e25"
//   intervals     columns with a lower and an upper bound; those with usual headings are of compute
//   lists         items separated by commas: domains, organizations, countries, tags, chips
// A notability column makes the tag `notable` of any text in it, and of each criterion a tag
// ("SOTA improvement": `sota-improvement`); so does a frontier column for `frontier`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "trend/system.h"

namespace pfsday::trend {

/// Headings as the table writes them; the usual ones where absent.
struct ColumnNames {
  std::optional<std::string> name = {};
  std::optional<std::string> date = {};
  std::optional<std::string> compute = {};
  std::optional<std::string> value = {};           ///< of the quantity that is asked for
  std::optional<std::string> low = {}, high = {};  ///< of its interval
};

struct SystemTable {
  std::vector<System> systems = {};
  std::size_t rows = 0;  ///< below the heading
  /// By line. A row is faulty that cannot be read at all, that has an amount of the quantity and no
  /// date, or whose date or amount cannot be read.
  std::vector<CsvFault> faulty = {};
  ColumnNames columns = {};  ///< those that were read
};

/// The systems, for fits of `quantity`: its column and its cells must be readable; of the other
/// amounts, what can be read is.
/// Faults: table_malformed (base/csv.h), column_missing.
Result<SystemTable> read_systems(std::string_view csv, const ColumnNames& columns,
                                 Quantity quantity = Quantity::compute);

}  // namespace pfsday::trend
