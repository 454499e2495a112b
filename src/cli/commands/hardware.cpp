#include "report/hardware.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/session.h"
#include "report/estimate.h"

namespace pfsday::cli {
namespace {

constexpr Option options[] = {
    {.name = "--vendor", .value = "NAME", .doc = "list: only of this vendor"},
    {.name = "--format",
     .value = "FORMAT",
     .doc = "list, compare: the peak in this format, e.g. fp8 (default: the one that training on "
            "it uses)"},
    {.name = "--since", .value = "DATE", .doc = "list: only those released on this day or later"},
    {.name = "--sort",
     .value = "date|peak|watt|price",
     .doc = "list: oldest, fastest, least power or cheapest first"},
    {.name = "--explain", .doc = "show the sources and the arithmetic"},
    {.name = "--json", .doc = "print JSON (pfsday.hardware/1)"},
};

void print_bullets(Session& session, std::span<const std::string> lines) {
  if (!lines.empty()) session.print("\n");
  for (const std::string& line : lines) {
    session.print(report::bullet(line, 0, session.terminal().width));
  }
}

report::ChipOrder order_of(std::string_view word) {
  if (word == "peak") return report::ChipOrder::peak;
  if (word == "watt") return report::ChipOrder::watt;
  return word == "price" ? report::ChipOrder::price : report::ChipOrder::date;
}

Result<int> list(Session& session, const Args& args) {
  if (args.positionals().size() > 1) {
    return fail(Code::usage,
                fmt::format("hardware list: unexpected argument \"{}\"", args.positional(1)),
                "`pfsday hardware show CHIP...` shows one chip");
  }
  report::ChipQuery query{.vendor = args.value("--vendor"),
                          .format = args.value("--format"),
                          .order = order_of(args.choice("--sort"))};
  if (const auto since = args.value("--since")) query.since = TRY(units::parse_date(*since));
  const report::Chips chips = TRY(report::select_chips(query));
  if (args.flag("--json")) {
    session.print(report::hardware_json(chips));
    return 0;
  }
  session.print(to_table(report::chip_list(chips, query.format)));
  session.print(fmt::format("\n{} chips\n", chips.size()));
  if (args.flag("--explain")) {
    print_bullets(session, report::chip_list_sources(chips, query.format));
  }
  return 0;
}

Result<report::Chips> chips_named(const Args& args) {
  report::Chips chips;
  for (const std::string& name : args.positionals().subspan(1)) {
    chips.push_back(TRY(hardware::find_chip(name)));
  }
  if (!chips.empty()) return chips;
  return fail(Code::usage, fmt::format("hardware {}: a chip is missing", args.positional(0)),
              "`pfsday hardware list` shows what there is");
}

void print_sheet(Session& session, const report::ChipSheet& sheet) {
  session.print(fmt::format("{}\n\n", sheet.title));
  session.print(to_table(sheet.facts));
  session.print("\n");
  session.print(to_table(sheet.peaks));
  print_bullets(session, sheet.notes);
  session.print("\n");
  for (const std::string& source : sheet.sources) session.print(source + "\n");
}

Result<int> show(Session& session, const Args& args) {
  const report::Chips chips = TRY(chips_named(args));
  if (args.flag("--json")) {
    session.print(report::hardware_json(chips));
    return 0;
  }
  for (std::size_t i = 0; i < chips.size(); ++i) {
    if (i > 0) session.print("\n");
    print_sheet(session, report::chip_sheet(*chips[i]));
  }
  return 0;
}

Result<int> compare(Session& session, const Args& args) {
  const report::Chips chips = TRY(chips_named(args));
  const auto rows = TRY(report::compare_chips(chips, args.value("--format")));
  if (args.flag("--json")) {
    session.print(report::hardware_json(rows));
    return 0;
  }
  session.print(to_table(report::comparison_grid(rows)));
  if (args.flag("--explain")) print_bullets(session, report::comparison_explanation(rows));
  return 0;
}

Result<int> run(Session& session, const Args& args) {
  const std::string_view what = args.positional(0);
  if (what == "list") return list(session, args);
  if (what == "show") return show(session, args);
  if (what == "compare") return compare(session, args);
  return fail(Code::usage, fmt::format("hardware: \"{}\" is none of list, show, compare", what),
              "pfsday hardware list; pfsday hardware show CHIP...");
}

}  // namespace

extern constinit const Command hardware{
    .name = "hardware",
    .usage = "hardware list|show|compare [CHIP...] [options]",
    .summary = "List, show and compare accelerators: peaks, memory, power, prices, with sources.",
    .details =
        "A chip is named by its id, or as drivers and logs call it: h100-sxm, \"NVIDIA H100 80GB "
        "HBM3\". A name that several variants share, such as H100, is an error that lists them.\n"
        "Peaks are dense and of the matrix units where the chip has them for the format; "
        "fp16-vector is what the others do. TPP is the total processing performance of the US "
        "export rule: dense TOPS x bits, the largest over the formats.\n"
        "docs/hardware.md describes the catalogue and how to add a chip.",
    .example = "pfsday hardware compare h100-sxm a100-sxm4-80gb",
    .options = options,
    .run = run,
};

}  // namespace pfsday::cli
