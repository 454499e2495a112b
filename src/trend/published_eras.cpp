#include "trend/published_eras.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/toml.h"
#include "trend/era_files.h"
#include "units/quantity.h"

namespace pfsday::trend {
namespace {

constexpr std::string_view schema = "pfsday.eras/1";

Result<std::optional<units::Date>> find_day(TomlReader& in, std::string_view key) {
  const auto text = TRY(in.find_text(key));
  if (!text) return std::nullopt;
  return TRY(units::parse_date(*text));
}

Result<std::optional<stats::Interval>> find_range(TomlReader& in, std::string_view key) {
  const TomlTable* table = TRY(in.find_table(key));
  if (table == nullptr) return std::nullopt;
  TomlReader range(*table, std::string(key));
  stats::Interval interval;
  interval.low = TRY(range.number("low"));
  interval.high = TRY(range.number("high"));
  TRY(range.finish());
  if (interval.low > 0 && interval.low <= interval.high) return interval;
  return in.malformed(key, "must run from above 0 upward");
}

Result<PublishedEra> parse_era(const TomlTable& table) {
  TomlReader in(table, "era");
  PublishedEra era;
  era.name = TRY(in.text("name"));
  era.from = TRY(find_day(in, "from"));
  era.to = TRY(find_day(in, "to"));
  era.chips = TRY(find_range(in, "chips"));
  era.rate = TRY(find_range(in, "rate"));
  era.pfs_days = TRY(find_range(in, "pfs_days"));
  era.doubling_months = TRY(in.find_number("doubling_months"));
  era.note = TRY(in.text("note"));
  TRY(in.finish());
  return era;
}

}  // namespace

Result<PublishedEras> parse_published_eras(std::string_view toml) {
  const TomlTable document = TRY(parse_toml(toml));
  TomlReader in(document, "eras");
  PublishedEras eras;
  if (const std::string found = TRY(in.text("schema")); found != schema) {
    return in.malformed("schema", fmt::format("\"{}\" is not \"{}\"", found, schema));
  }
  eras.id = TRY(in.text("id"));
  eras.title = TRY(in.text("title"));
  eras.source = TRY(in.text("source"));
  eras.url = TRY(in.text("url"));
  eras.set = TRY(in.text_or("set", ""));
  eras.utilization = TRY(in.number("utilization"));
  for (const TomlTable* table : TRY(in.find_tables("era"))) {
    eras.eras.push_back(TRY(parse_era(*table)));
  }
  TRY(in.finish());
  return eras;
}

Result<PublishedEras> find_published_eras(std::string_view id) {
  std::vector<std::string> known;
  for (const EmbeddedFile& file : era_files()) {
    PublishedEras eras = TRY(in_file(file.path, parse_published_eras(file.contents)));
    if (eras.id == id) return eras;
    known.push_back(std::move(eras.id));
  }
  return fail(Code::set_unknown, fmt::format("there are no eras \"{}\"", id),
              "they are: " + join(known, ", "));
}

std::optional<stats::Interval> days_implied(const PublishedEra& era, double utilization) {
  if (!era.chips || !era.rate || !era.pfs_days) return std::nullopt;
  const auto days = [&](double pfs_days, double chips, double rate) {
    return pfs_days * units::operations_per_pfs_day /
           (chips * rate * utilization * units::seconds_per_day);
  };
  return stats::Interval{days(era.pfs_days->low, era.chips->low, era.rate->low),
                         days(era.pfs_days->high, era.chips->high, era.rate->high)};
}

std::vector<System> systems_outside(const PublishedEra& era, std::span<const System> systems) {
  std::vector<System> outside;
  if (!era.pfs_days) return outside;
  for (const System& system : systems) {
    const auto& compute = system.amount(Quantity::compute);
    const bool of_era =
        (!era.from || system.date >= *era.from) && (!era.to || system.date < *era.to);
    if (!compute || !of_era) continue;
    const double pfs_days = compute->value / units::operations_per_pfs_day;
    if (pfs_days < era.pfs_days->low || pfs_days > era.pfs_days->high) outside.push_back(system);
  }
  return outside;
}

}  // namespace pfsday::trend
