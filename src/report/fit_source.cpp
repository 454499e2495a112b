#include "report/fit_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "estimate/row.h"

namespace pfsday::report {

Result<FitSource> read_table(const TableText& text, trend::Quantity quantity) {
  trend::SystemTable table =
      TRY(in_file(text.name, trend::read_systems(text.csv, text.columns, quantity)));
  const auto without = [&](const trend::System& system) { return !system.amount(quantity); };
  FitSource source;
  source.title =
      fmt::format("{} in {}", capitalized(trend::names_of(quantity).phrase), short_name(text.name));
  source.vintage = short_name(text.name) + " as given";
  source.name = "fit";
  source.rows = RowCounts{
      .rows = table.rows,
      .without_value = static_cast<std::size_t>(std::ranges::count_if(table.systems, without)),
      .faulty = std::move(table.faulty),
      .columns = std::move(table.columns)};
  source.systems = std::move(table.systems);
  for (trend::System& system : source.systems) {
    system.source = fmt::format("{}, line {}", short_name(text.name), system.line);
  }
  return source;
}

Result<FitSource> read_set(std::string_view id, trend::Quantity quantity) {
  if (quantity != trend::Quantity::compute) {
    return fail(Code::usage, "the sets of the catalogue hold compute only",
                "give a table: pfsday fit FILE --y " + std::string(names_of(quantity).word));
  }
  trend::PointSet set = TRY(trend::find_set(id));
  const std::vector<estimate::Row> rows = TRY(estimate::catalogue_rows());
  FitSource source;
  source.systems = TRY(trend::systems_of(set, rows));
  source.rule = fmt::format("set {}: {}", set.id, set.rule);
  source.variants = std::move(set.variants);
  source.title = std::move(set.title);
  source.vintage = std::move(set.vintage);
  source.credit = std::move(set.credit);
  source.unit = set.unit;
  source.is_set = true;
  source.name = std::move(set.name);
  source.published = std::move(set.published);
  return source;
}

std::string describe(const FitSource& source, const trend::Selection& selection,
                     trend::Quantity quantity) {
  const std::string selected = trend::describe(selection);
  const std::string_view word = trend::names_of(quantity).word;
  if (source.is_set) return selected.empty() ? source.rule : source.rule + ", " + selected;
  if (selected.empty()) return fmt::format("all rows with {}", word);
  return fmt::format("rows with {}: {}", word, selected);
}

std::string capitalized(std::string_view text) {
  std::string out(text);
  out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

std::string short_name(std::string_view path) {
  return path == "-" ? "standard input" : std::string(split(path, '/').back());
}

}  // namespace pfsday::report
