#include "cli/table.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "base/text.h"

namespace pfsday::cli {
namespace {

constexpr std::size_t gap = 2;  // spaces between columns

std::string pad(const std::string& cell, std::size_t width, Align align) {
  const std::string space(width - display_width(cell), ' ');
  return align == Align::right ? space + cell : cell + space;
}

std::string render_row(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                       const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line.append(gap, ' ');
    line += pad(cells[i], widths[i], columns[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// A line of group names, each centered in dashes over its columns; empty if no column has a group.
std::string render_groups(const std::vector<Column>& columns,
                          const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0, end = 0; i < columns.size(); i = end) {
    const std::string& group = columns[i].group;
    std::size_t width = widths[i];
    for (end = i + 1; end < columns.size() && columns[end].group == group; ++end) {
      width += gap + widths[end];
    }
    const std::string label = group.empty() ? "" : " " + group + " ";
    const std::size_t free = width - std::min(width, display_width(label));
    const char fill = group.empty() ? ' ' : '-';
    line += std::string(free / 2, fill) + label + std::string(free - free / 2, fill);
    line.append(gap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string styled(std::string line, const char* style, bool color) {
  return color ? style + std::move(line) + "\033[0m\n" : std::move(line) + "\n";
}

}  // namespace

void Table::add_row(std::vector<std::string> cells) {
  assert(!cells.empty() && cells.size() <= columns_.size());
  for (std::string& cell : cells) cell = to_printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::render(bool color) const {
  std::vector<std::string> header;
  for (const Column& column : columns_) header.push_back(column.header);
  std::vector<std::size_t> widths(columns_.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
  };
  widen(header);
  std::ranges::for_each(rows_, widen);

  const std::size_t total =
      std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (columns_.size() - 1);
  const std::string rule = styled(std::string(total, '-'), "\033[2m", color);
  std::string text;
  if (!std::ranges::all_of(header, &std::string::empty)) {
    const std::string groups = render_groups(columns_, widths);
    if (!groups.empty()) text = styled(groups, "\033[2m", color);
    text += styled(render_row(header, columns_, widths), "\033[1m", color) + rule;
  }
  for (const auto& cells : rows_) {
    text += cells.empty() ? rule : render_row(cells, columns_, widths) + "\n";
  }
  return text;
}

Table to_table(const report::Grid& grid) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < grid.headings.size(); ++i) {
    columns.push_back({grid.headings[i], i < grid.text_columns ? Align::left : Align::right});
  }
  Table table(std::move(columns));
  for (const auto& row : grid.rows) table.add_row(row);
  if (grid.total.empty()) return table;
  table.add_rule();
  table.add_row(grid.total);
  return table;
}

}  // namespace pfsday::cli
