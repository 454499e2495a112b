// Tables for people: aligned columns under a header and a rule.
//
//   Table table({{"layer"}, {"MAC", Align::right}});
//   table.add_row({"conv1", "105,415,200"});
//   table.add_rule();
//   table.add_row({"total", "654,560,384"});
//   session.print(table);
#pragma once

#include <string>
#include <vector>

#include "report/grid.h"

namespace pfsday::cli {

enum class Align { left, right };

struct Column {
  std::string header;
  Align align = Align::left;
  std::string group = {};  ///< written once above neighbors that share it
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// At most as many cells as there are columns; the rest of the row stays empty. Control
  /// characters in a cell are shown as '?'.
  void add_row(std::vector<std::string> cells);
  /// A line across, e.g. before a total.
  void add_rule() { rows_.emplace_back(); }

  /// Lines that each end in a newline, without spaces before it. Columns without any header have
  /// no header line.
  std::string render(bool color) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;  ///< a row without cells is a rule
};

Table to_table(const report::Grid& grid);

}  // namespace pfsday::cli
