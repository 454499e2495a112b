#include "trend/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

using Headings = std::span<const std::string_view>;

constexpr std::string_view name_headings[] = {"model", "system", "name", "modelname", "systemname"};
constexpr std::string_view date_headings[] = {"publicationdate", "date", "releasedate",
                                              "published"};
constexpr std::string_view compute_headings[] = {"trainingcomputeflop",
                                                 "trainingcomputepfsdays",
                                                 "trainingcompute",
                                                 "flop",
                                                 "pfsdays",
                                                 "computeflop",
                                                 "compute"};

/// "Training compute (FLOP)" -> "trainingcomputeflop".
std::string bare(std::string_view heading) {
  std::string letters;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
  }
  return letters;
}

std::optional<std::size_t> find_heading(const CsvTable& table, std::string_view wanted) {
  const auto found = std::ranges::find(table.heading, wanted, bare);
  if (found == table.heading.end()) return std::nullopt;
  return static_cast<std::size_t>(found - table.heading.begin());
}

Result<std::size_t> find_column(const CsvTable& table, std::string_view what, Headings usual,
                                const std::optional<std::string>& named) {
  const std::string all = join(table.heading, ", ");
  if (named) {
    const auto found = std::ranges::find(table.heading, *named);
    if (found != table.heading.end()) return found - table.heading.begin();
    return fail(Code::column_missing, fmt::format("there is no column \"{}\"", *named),
                "the columns are: " + all);
  }
  for (const std::string_view heading : usual) {
    if (const auto column = find_heading(table, heading)) return *column;
  }
  return fail(Code::column_missing, fmt::format("no column has a usual heading of a {}", what),
              fmt::format("name it: --{} HEADING; the columns are: {}", what, all));
}

/// Where the columns are, and what a plain number in the compute column means.
struct Columns {
  std::size_t name = 0, date = 0, compute = 0;
  double operations_per_unit = 1;
};

Result<Columns> find_columns(const CsvTable& table, const ColumnNames& names) {
  Columns columns{.name = TRY(find_column(table, "name", name_headings, names.name)),
                  .date = TRY(find_column(table, "date", date_headings, names.date)),
                  .compute = TRY(find_column(table, "compute", compute_headings, names.compute))};
  if (bare(table.heading[columns.compute]).contains("pfsday")) {
    columns.operations_per_unit = units::operations_per_pfs_day;
  }
  return columns;
}

/// A name on one line: every run of blanks becomes one space.
std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : trim(text)) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (blank && out.ends_with(' ')) continue;
    out += blank ? ' ' : c;
  }
  return out;
}

Result<Point> to_point(const CsvRow& row, const Columns& columns) {
  const std::string_view date = trim(row.cells[columns.date]);
  if (date.empty()) return fail(Code::table_malformed, "the row has compute and no date");
  Point point;
  point.name = on_one_line(row.cells[columns.name]);
  point.date = TRY(units::parse_date(date));
  point.id = point.name;
  point.flop = TRY(units::parse_as(trim(row.cells[columns.compute]), units::Dimension::operations,
                                   columns.operations_per_unit));
  if (point.flop <= 0) {
    return fail(Code::table_malformed, "compute must be more than 0 to have a logarithm");
  }
  return point;
}

}  // namespace

Result<PointTable> read_points(std::string_view csv, const ColumnNames& names) {
  CsvTable table = TRY(read_csv(csv));
  const Columns columns = TRY(find_columns(table, names));
  PointTable result{.rows = table.rows.size() + table.faulty.size(),
                    .faulty = std::move(table.faulty),
                    .columns = {.name = table.heading[columns.name],
                                .date = table.heading[columns.date],
                                .compute = table.heading[columns.compute]}};
  for (const CsvRow& row : table.rows) {
    if (trim(row.cells[columns.compute]).empty()) {
      ++result.without_compute;
      continue;
    }
    Result<Point> point = to_point(row, columns);
    if (point) {
      result.points.push_back(std::move(*point));
    } else {
      result.faulty.push_back({row.line, std::move(point.error().what)});
    }
  }
  std::ranges::sort(result.faulty, {}, &CsvFault::line);
  return result;
}

}  // namespace pfsday::trend
