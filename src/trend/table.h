// Points from a table of comma-separated values: a name, a date and a compute column, found by
// their usual headings or named by the caller.
//
//   const PointTable table = TRY(read_points(csv, {.compute = "Training compute (FLOP)"}));
//   table.points; table.without_compute; table.faulty;   // every row is in one of these
//
// Headings are compared without case, spaces and punctuation:
//   name     model, system, name, model name, system name
//   date     publication date, date, release date, published
//   compute  training compute (FLOP), training compute (pfs-days), training compute, FLOP,
//            pfs-days, compute (FLOP), compute
// A compute heading that speaks of pfs-days gives the unit of plain numbers; else they are
// operations. A cell may carry its own unit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "base/result.h"
#include "trend/point.h"

namespace pfsday::trend {

/// Headings as the table writes them; the usual ones where absent.
struct ColumnNames {
  std::optional<std::string> name = {};
  std::optional<std::string> date = {};
  std::optional<std::string> compute = {};
};

struct PointTable {
  std::vector<Point> points = {};
  std::size_t rows = 0;               ///< below the heading
  std::size_t without_compute = 0;    ///< rows whose compute cell is empty
  std::vector<CsvFault> faulty = {};  ///< by line
  ColumnNames columns = {};           ///< those that were read
};

/// Faults: table_malformed (base/csv.h), column_missing.
Result<PointTable> read_points(std::string_view csv, const ColumnNames& columns);

}  // namespace pfsday::trend
