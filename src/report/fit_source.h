// Where the systems of a fit come from: a table that the caller read, or a set of the bundled
// catalogue; with what the reader of the fit must know of it.
//
//   const FitSource source = TRY(read_table({.name = "t.csv", .csv = text}, Quantity::compute));
//   source.systems; source.vintage;
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "trend/select.h"
#include "trend/set.h"
#include "trend/system.h"
#include "trend/table.h"

namespace pfsday::report {

/// A table as the caller read it.
struct TableText {
  std::string name = {};  ///< of the file
  std::string csv = {};
  trend::ColumnNames columns = {};
};

/// What became of the rows of a table.
struct RowCounts {
  std::size_t rows = 0;
  std::size_t without_value = 0;  ///< of the quantity that is fitted
  std::vector<CsvFault> faulty = {};
  trend::ColumnNames columns = {};
};

struct FitSource {
  std::string title = {};
  std::string rule = {};  ///< of a set, in words
  std::string vintage = {};
  std::string credit = {};  ///< of a set
  std::string name = {};    ///< of the fit of all its systems
  trend::Unit unit = trend::Unit::operations;
  bool is_set = false;
  std::vector<trend::Variant> variants = {};
  std::optional<trend::Published> published = {};
  std::optional<RowCounts> rows = {};
  std::vector<trend::System> systems = {};
};

/// Faults: table_malformed, column_missing, placed in the file.
Result<FitSource> read_table(const TableText& text, trend::Quantity quantity);

/// Faults: set_unknown; usage: a set holds compute only.
Result<FitSource> read_set(std::string_view id, trend::Quantity quantity);

/// The rule of the source and the selection from it, in words.
std::string describe(const FitSource& source, const trend::Selection& selection,
                     trend::Quantity quantity);

/// "Compute" of "compute".
std::string capitalized(std::string_view text);

/// "compute.csv" of "data/compute.csv"; "standard input" of "-".
std::string short_name(std::string_view path);

}  // namespace pfsday::report
