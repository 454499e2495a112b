#include "trend/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "base/text.h"
#include "trend/cells.h"
#include "trend/columns.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

constexpr std::array<Field, 5> amount_fields = {Field::compute, Field::parameters, Field::data,
                                                Field::cost, Field::power};  // by Quantity

Field field_of(Quantity quantity) { return amount_fields[std::to_underlying(quantity)]; }

/// Where each field stands in the rows of a table.
class Columns {
 public:
  explicit Columns(std::span<const std::string> heading) {
    for (const FieldColumns& field : field_columns()) {
      at(field.field) = find_column(heading, field.field);
    }
  }

  std::optional<std::size_t>& at(Field field) { return columns_[std::to_underlying(field)]; }

  /// The trimmed cell of a row; empty where the table has no such column.
  std::string_view cell(const CsvRow& row, Field field) const {
    const auto column = columns_[std::to_underlying(field)];
    return column ? trim(row.cells[*column]) : std::string_view();
  }

  double operations_per_unit = 1;

 private:
  std::array<std::optional<std::size_t>, field_count> columns_ = {};
};

Result<Columns> find_columns(const CsvTable& table, const ColumnNames& names, Quantity quantity) {
  const auto& heading = table.heading;
  Columns columns(heading);
  const bool of_compute = quantity == Quantity::compute;
  columns.at(Field::name) = TRY(require_column(heading, Field::name, names.name, "--name"));
  columns.at(Field::date) = TRY(require_column(heading, Field::date, names.date, "--date"));
  if (of_compute || names.compute) {
    columns.at(Field::compute) =
        TRY(require_column(heading, Field::compute, names.compute, "--compute"));
  }
  if (!of_compute || names.value) {
    columns.at(field_of(quantity)) =
        TRY(require_column(heading, field_of(quantity), names.value, "--value"));
  }
  if (!of_compute) columns.at(Field::low) = columns.at(Field::high) = std::nullopt;
  if (names.low) columns.at(Field::low) = TRY(require_column(heading, Field::low, names.low, ""));
  if (names.high) {
    columns.at(Field::high) = TRY(require_column(heading, Field::high, names.high, ""));
  }
  if (const auto compute = columns.at(Field::compute)) {
    const bool pfs_days = bare_heading(heading[*compute]).contains("pfsday");
    columns.operations_per_unit = pfs_days ? units::operations_per_pfs_day : 1;
  }
  return columns;
}

/// "True", "checked" and "1" are yes, as tables have them.
bool is_yes(std::string_view cell) {
  return cell == "True" || cell == "true" || cell == "checked" || cell == "yes" || cell == "1";
}

std::vector<std::string> tags_of(const CsvRow& row, const Columns& columns) {
  std::vector<std::string> tags = items_of(columns.cell(row, Field::tags));
  const auto criteria = items_of(columns.cell(row, Field::notability));
  if (!criteria.empty()) tags.emplace_back("notable");
  for (const std::string& criterion : criteria) tags.push_back(to_tag(criterion));
  if (is_yes(columns.cell(row, Field::frontier))) tags.emplace_back("frontier");
  if (is_yes(columns.cell(row, Field::record))) tags.emplace_back("record-setter");
  return tags;
}

/// All but the date and the amount that is asked for.
System describe_row(const CsvRow& row, const Columns& columns) {
  System system{.name = on_one_line(columns.cell(row, Field::name)), .line = row.line};
  system.tags = tags_of(row, columns);
  system.domains = items_of(columns.cell(row, Field::domain));
  system.organizations = items_of(columns.cell(row, Field::organization));
  system.countries = items_of(columns.cell(row, Field::country));
  system.base_model = on_one_line(columns.cell(row, Field::base_model));
  system.confidence = on_one_line(columns.cell(row, Field::confidence));
  system.method = on_one_line(columns.cell(row, Field::method));
  system.hardware = items_of(columns.cell(row, Field::hardware));
  system.chips = find_number(columns.cell(row, Field::chips));
  system.hours = find_number(columns.cell(row, Field::hours));
  system.utilization = find_number(columns.cell(row, Field::utilization));
  return system;
}

/// The bound of the interval in a cell; none where the cell is empty or something else.
std::optional<double> find_bound(std::string_view cell, Quantity quantity, const Columns& columns) {
  const auto bound = parse_amount(cell, quantity, columns.operations_per_unit);
  return bound ? std::optional(bound->value) : std::nullopt;
}

Result<System> to_system(const CsvRow& row, const Columns& columns, Quantity wanted) {
  System system = describe_row(row, columns);
  for (const auto& [quantity, word, phrase, unit] : quantities()) {
    const std::string_view cell = columns.cell(row, field_of(quantity));
    if (cell.empty()) continue;
    const auto amount = parse_amount(cell, quantity, columns.operations_per_unit);
    if (!amount && quantity == wanted) return std::unexpected(amount.error());
    if (amount) system.amount(quantity) = *amount;
  }
  if (auto& amount = system.amount(wanted)) {
    amount->low = find_bound(columns.cell(row, Field::low), wanted, columns);
    amount->high = find_bound(columns.cell(row, Field::high), wanted, columns);
  }
  const std::string_view date = columns.cell(row, Field::date);
  if (date.empty() && system.amount(wanted)) {
    return fail(Code::table_malformed,
                fmt::format("the row has {} and no date", names_of(wanted).word));
  }
  if (date.empty()) {
    system.dated = false;
    system.amounts = {};  // nothing of it can stand on the axis
    return system;
  }
  const CellDate dated = TRY(parse_cell_date(date));
  system.date = dated.date;
  system.precision = dated.precision;
  return system;
}

/// Names are ids where they are unique; else the line is added.
void give_ids(std::vector<System>& systems) {
  std::map<std::string_view, int> uses;
  for (const System& system : systems) ++uses[system.name];
  for (System& system : systems) {
    system.id = system.name.empty()        ? fmt::format("line {}", system.line)
                : uses.at(system.name) > 1 ? fmt::format("{} (line {})", system.name, system.line)
                                           : system.name;
  }
}

}  // namespace

Result<SystemTable> read_systems(std::string_view csv, const ColumnNames& names,
                                 Quantity quantity) {
  CsvTable table = TRY(read_csv(csv));
  Columns columns = TRY(find_columns(table, names, quantity));
  const auto heading_of = [&](Field field) -> std::optional<std::string> {
    const auto column = columns.at(field);
    return column ? std::optional(table.heading[*column]) : std::nullopt;
  };
  SystemTable result{.rows = table.rows.size() + table.faulty.size(),
                     .faulty = std::move(table.faulty),
                     .columns = {.name = heading_of(Field::name),
                                 .date = heading_of(Field::date),
                                 .compute = heading_of(Field::compute),
                                 .value = heading_of(field_of(quantity))}};
  for (const CsvRow& row : table.rows) {
    Result<System> system = to_system(row, columns, quantity);
    if (system) {
      result.systems.push_back(std::move(*system));
    } else {
      result.faulty.push_back({row.line, std::move(system.error().what)});
    }
  }
  give_ids(result.systems);
  std::ranges::sort(result.faulty, {}, &CsvFault::line);
  return result;
}

}  // namespace pfsday::trend
