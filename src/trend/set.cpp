#include "trend/set.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"
#include "base/toml.h"
#include "estimate/method.h"
#include "trend/set_files.h"

namespace pfsday::trend {
namespace {

constexpr std::string_view schema = "pfsday.set/1";

Result<Implied> parse_implied(const TomlTable& table) {
  TomlReader in(table, "implied");
  Implied implied;
  implied.id = TRY(in.text("id"));
  implied.times = TRY(in.number("times"));
  implied.of = TRY(in.text("of"));
  if (implied.times <= 0) return in.malformed("times", "must be more than 0");
  TRY(in.finish());
  return implied;
}

Result<Variant> parse_variant(const TomlTable& table) {
  TomlReader in(table, "variant");
  Variant variant;
  variant.name = TRY(in.text("name"));
  variant.leave_out = TRY(in.find_texts("leave_out"));
  TRY(in.finish());
  return variant;
}

Result<Published> parse_published(const TomlTable& table) {
  TomlReader in(table, "published");
  Published published;
  published.doubling_months = TRY(in.number("doubling_months"));
  published.source = TRY(in.text("source"));
  published.url = TRY(in.text("url"));
  TRY(in.finish());
  return published;
}

Result<Unit> parse_unit(TomlReader& in) {
  const std::string unit = TRY(in.text("unit"));
  if (unit == "pfs-days") return Unit::pfs_days;
  if (unit == "operations") return Unit::operations;
  return in.malformed("unit", fmt::format("\"{}\" is no unit of compute", unit),
                      "write \"operations\" or \"pfs-days\"");
}

Result<void> check_schema(TomlReader& in) {
  const std::string found = TRY(in.text("schema"));
  if (found == schema) return {};
  return in.malformed("schema", fmt::format("\"{}\" is not \"{}\"", found, schema));
}

/// Null if the set has no row of that id.
const estimate::Row* find_row(std::span<const estimate::Row> rows, std::string_view id) {
  const auto found = std::ranges::find(rows, id, &estimate::Row::id);
  return found == rows.end() ? nullptr : &*found;
}

Result<double> implied_flop(const estimate::Row& row, const Implied& implied,
                            const estimate::Row* base) {
  if (base != nullptr && base->flop) return implied.times * *base->flop;
  return fail(Code::run_input_missing, fmt::format("{} is said to be {} times {}, which has no "
                                                   "figure",
                                                   row.name, implied.times, implied.of));
}

/// The system of a row, without an amount where it has no figure.
Result<System> system_of(const estimate::Row& row, const PointSet& set,
                         std::span<const estimate::Row> rows) {
  System system{.id = row.id, .name = row.name, .date = row.date};
  system.tags = row.tags;
  if (!row.organization.empty()) system.organizations = {row.organization};
  system.note = row.note;
  system.method = row.method;
  if (!row.sources.empty()) system.source = row.sources.front().title;
  const auto implied = std::ranges::find(set.implied, row.id, &Implied::id);
  if (row.flop) {
    system.amount(Quantity::compute) = Amount{*row.flop};
  } else if (implied != set.implied.end()) {
    const estimate::Row* base = find_row(rows, implied->of);
    system.amount(Quantity::compute) = Amount{TRY(implied_flop(row, *implied, base))};
    system.implied = true;
    system.note = fmt::format("no printed figure; {} times {}", estimate::to_text(implied->times),
                              base->name);
  }
  return system;
}

}  // namespace

Result<PointSet> parse_set(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "set");
  TRY(check_schema(in));
  PointSet set;
  set.id = TRY(in.text("id"));
  set.title = TRY(in.text("title"));
  set.name = TRY(in.text_or("name", "all"));
  set.tag = TRY(in.text("tag"));
  set.rule = TRY(in.text("rule"));
  set.vintage = TRY(in.text("vintage"));
  set.credit = TRY(in.text("credit"));
  set.unit = TRY(parse_unit(in));
  for (const TomlTable* table : TRY(in.find_tables("implied"))) {
    set.implied.push_back(TRY(parse_implied(*table)));
  }
  for (const TomlTable* table : TRY(in.find_tables("variant"))) {
    set.variants.push_back(TRY(parse_variant(*table)));
  }
  if (const TomlTable* table = TRY(in.find_table("published"))) {
    set.published = TRY(parse_published(*table));
  }
  TRY(in.finish());
  return set;
}

Result<PointSet> find_set(std::string_view id) {
  std::vector<std::string> known;
  for (const EmbeddedFile& file : set_files()) {
    PointSet set = TRY(in_file(file.path, parse_set(file.contents)));
    if (set.id == id) return set;
    known.push_back(std::move(set.id));
  }
  return fail(Code::set_unknown, fmt::format("there is no set \"{}\"", id),
              "the sets are: " + join(known, ", "));
}

Result<std::vector<System>> systems_of(const PointSet& set, std::span<const estimate::Row> rows) {
  std::vector<System> systems;
  for (const estimate::Row& row : rows) {
    if (!row.has_tag(set.tag)) continue;
    systems.push_back(TRY(system_of(row, set, rows)));
  }
  std::ranges::sort(systems, {},
                    [](const System& system) { return std::tie(system.date, system.id); });
  return systems;
}

}  // namespace pfsday::trend
