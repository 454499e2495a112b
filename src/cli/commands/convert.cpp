#include "report/convert.h"

#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/session.h"
#include "units/print.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--to", .value = "UNIT", .doc = "print the quantity in this unit only, e.g. pfs-days"},
    {.name = "--explain", .doc = "show the definitions and the arithmetic"},
    {.name = "--json", .doc = "print JSON (pfsday.convert/1)"},
};

constexpr int printed_digits = 6;

void write_values(JsonWriter& json, std::string_view name,
                  const std::vector<report::Converted>& values) {
  json.key(name).begin_array();
  for (const auto& [value, unit] : values) {
    json.begin_object().member("unit", unit).member("value", value).end_object();
  }
  json.end_array();
}

std::string to_json(const report::Conversion& conversion) {
  JsonWriter json;
  json.begin_object().member("schema", "pfsday.convert/1");
  json.member("quantity", conversion.quantity);
  write_values(json, "values", conversion.values);
  if (!conversion.as_doubling_time.empty()) {
    write_values(json, "as_doubling_time", conversion.as_doubling_time);
  }
  json.key("explanation").begin_array();
  for (const std::string& line : conversion.explanation) json.value(line);
  return json.end_array().end_object().text();
}

void print_values(Session& session, const report::Conversion& conversion) {
  const auto number = [](double value) { return units::to_significant(value, printed_digits); };
  if (const auto& values = conversion.values; values.size() == 1) {
    return session.print(fmt::format("{} {}\n", number(values[0].value), values[0].unit));
  }
  Table table({{""}, {""}});
  for (const auto& [value, unit] : conversion.values) table.add_row({number(value), unit});
  for (const auto& [value, unit] : conversion.as_doubling_time) {
    table.add_row({number(value), unit + ", if something doubles in this time"});
  }
  session.print(table);
}

Result<int> run(Session& session, const Args& args) {
  // The words of a quantity need no quotes: pfsday convert 3.8 GMAC
  const std::string quantity = join(args.positionals(), " ");
  const auto conversion = TRY(report::convert(quantity, args.value("--to")));
  if (args.flag("--json")) {
    session.print(to_json(conversion));
    return 0;
  }
  print_values(session, conversion);
  if (!args.flag("--explain")) return 0;
  session.print("\n");
  for (const std::string& line : conversion.explanation) session.print(line + "\n");
  return 0;
}

}  // namespace

extern constinit const Command convert{
    .name = "convert",
    .usage = "convert QUANTITY... [options]",
    .summary = "Show a quantity in other units, or a rate of growth in other forms.",
    .details =
        "A quantity is a number, a prefix (k M G T P E Z Y, B for billion) and a unit: FLOP, MAC, "
        "pfs-days, FLOP/s, s, min, h, days, weeks, months, years, chip-hours, bytes. A number "
        "without a "
        "unit is read as operations.\n"
        "A rate of growth is written 10x a year, 0.39 OOM a year, 50 % a year, doubling every 100 "
        "days; it is shown as a factor, in orders of magnitude and as a doubling time.",
    .example = "pfsday convert 1.2e6 pfs-days --to FLOP",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
