#include "base/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pfsday {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// One pass over the text; knows the line it stands on.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return next_ == text_.size(); }

  struct Row {
    CsvRow row;
    std::string fault = {};  ///< why the row cannot be used; empty if it can
    bool open = false;       ///< a quote was not closed before the text ended
  };

  Row read_row() {
    Row result{.row = {.line = line_}};
    do result.row.cells.push_back(read_cell(result));
    while (take(','));
    take_line_end();
    return result;
  }

 private:
  bool take(char c) {
    if (done() || text_[next_] != c) return false;
    ++next_;
    return true;
  }

  bool take_line_end() {
    const bool carriage_return = take('\r');
    if (!take('\n') && !carriage_return) return false;
    ++line_;
    return true;
  }

  std::string read_cell(Row& row) {
    if (!take('"')) return std::string(read_plain());
    std::string cell = read_quoted(row);
    const std::string_view rest = read_plain();
    if (!rest.empty()) row.fault = fmt::format("\"{}\" follows a closing quote", rest);
    return cell;
  }

  std::string_view read_plain() {
    const std::size_t start = next_;
    next_ = std::min(text_.find_first_of(",\r\n", start), text_.size());
    return text_.substr(start, next_ - start);
  }

  /// What stands before the closing quote, which is taken too.
  std::string read_quoted(Row& row) {
    std::string cell;
    while (!done()) {
      if (take('"')) {
        if (!take('"')) return cell;
        cell += '"';
        continue;
      }
      const std::size_t start = next_;
      if (!take_line_end()) ++next_;
      cell.append(text_, start, next_ - start);
    }
    row.open = true;
    return cell;
  }

  std::string_view text_;
  std::size_t next_ = 0;
  std::size_t line_ = 1;
};

bool is_blank(const CsvRow& row) { return row.cells.size() == 1 && row.cells[0].empty(); }

void add(CsvTable& table, Reader::Row read) {
  if (read.fault.empty() && read.row.cells.size() != table.heading.size()) {
    read.fault = fmt::format("{} cells where the heading has {}", read.row.cells.size(),
                             table.heading.size());
  }
  if (read.fault.empty()) {
    table.rows.push_back(std::move(read.row));
  } else {
    table.faulty.push_back({read.row.line, std::move(read.fault)});
  }
}

}  // namespace

Result<CsvTable> read_csv(std::string_view text) {
  if (text.contains('\0')) {
    return fail(Code::table_malformed, "the file holds zero bytes, so it is no text",
                "export the table as comma-separated values in UTF-8");
  }
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  Reader reader(text);
  CsvTable table;
  while (!reader.done()) {
    Reader::Row read = reader.read_row();
    if (read.open) {
      return fail({Code::table_malformed,
                   "a quote is opened in this row and never closed",
                   "a quote inside a quoted cell is written twice",
                   {.line = read.row.line}});
    }
    if (is_blank(read.row)) continue;
    if (table.heading.empty()) {
      table.heading = std::move(read.row.cells);
    } else {
      add(table, std::move(read));
    }
  }
  if (table.heading.empty()) {
    return fail(Code::table_malformed, "the table is empty", "its first row names the columns");
  }
  return table;
}

}  // namespace pfsday
