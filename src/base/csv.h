// Tables of comma-separated values as people export them (RFC 4180): quoted cells with commas,
// doubled quotes and line breaks inside; a byte-order mark at the start; lines that end in LF, CRLF
// or CR. Blank lines are no rows.
//
//   const CsvTable table = TRY(read_csv("name,flop\n\"Net, large\",1e20\n"));
//   table.rows[0].cells[0];   // Net, large
//   table.rows[0].line;       // 2
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace pfsday {

struct CsvRow {
  std::size_t line = 0;  ///< of its first character, from 1
  std::vector<std::string> cells = {};
};

/// A row that cannot be used, and why.
struct CsvFault {
  std::size_t line = 0;
  std::string reason = {};
};

struct CsvTable {
  std::vector<std::string> heading = {};
  std::vector<CsvRow> rows = {};  ///< each with as many cells as the heading
  std::vector<CsvFault> faulty = {};
};

/// Fault table_malformed: no heading, a zero byte, or a quote that is never closed.
Result<CsvTable> read_csv(std::string_view text);

}  // namespace pfsday
