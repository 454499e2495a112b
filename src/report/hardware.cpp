#include "report/hardware.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "base/stable_order.h"
#include "base/text.h"
#include "report/hardware_text.h"
#include "units/count.h"

namespace pfsday::report {
namespace {

using hardware::Chip;
using hardware::Figure;
using hardware::Peak;
using hardware::Source;

bool same_word(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Null where the chip has no such peak.
const Peak* peak_in(const Chip& chip, std::optional<std::string_view> format) {
  const std::string_view wanted = format.value_or(chip.default_format);
  const auto found = std::ranges::find_if(
      chip.peaks, [&](const Peak& peak) { return same_word(peak.format, wanted); });
  return found == chip.peaks.end() ? nullptr : &*found;
}

Result<void> check_vendor(std::string_view vendor) {
  std::vector<std::string> vendors;
  for (const Chip& chip : hardware::chips()) {
    if (same_word(chip.vendor, vendor)) return {};
    if (vendors.empty() || vendors.back() != chip.vendor) vendors.emplace_back(chip.vendor);
  }
  return fail(Code::usage, fmt::format("the catalogue has no vendor \"{}\"", vendor),
              fmt::format("one of {}", join(vendors, ", ")));
}

Result<void> check_format(std::string_view format) {
  std::vector<std::string> names;
  for (const hardware::Format& known : hardware::formats()) {
    if (same_word(known.name, format)) return {};
    names.emplace_back(known.name);
  }
  return fail(Code::usage, fmt::format("no format is called \"{}\"", format),
              fmt::format("one of {}", join(names, ", ")));
}

bool fits(const Chip& chip, const ChipQuery& query) {
  return (!query.vendor || same_word(chip.vendor, *query.vendor)) &&
         (!query.since || chip.released.date >= *query.since) &&
         peak_in(chip, query.format) != nullptr;
}

double value_or_last(const std::optional<Figure>& figure) {
  return figure ? figure->value : std::numeric_limits<double>::infinity();
}

double sort_key(const Chip& chip, const ChipQuery& query) {
  switch (query.order) {
    case ChipOrder::date:
      return chip.released.date.days;
    case ChipOrder::peak:
      return -peak_in(chip, query.format)->operations_per_second;
    case ChipOrder::watt:
      return value_or_last(chip.tdp_watts);
    case ChipOrder::price:
      return value_or_last(chip.price_dollars);
  }
  std::unreachable();
}

std::string peak_text(const Peak& peak) {
  return rate_text(peak.operations_per_second, peak.format);
}

/// Numbers the sources of one sheet in the order in which figures refer to them.
class SourceList {
 public:
  std::string number(const Source* source) {
    auto place = std::ranges::find(sources_, source);
    if (place == sources_.end()) place = sources_.insert(place, source);
    return fmt::format("[{}]", place - sources_.begin() + 1);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      all.push_back(fmt::format("[{}] {}, {}", i + 1, sources_[i]->what, sources_[i]->url));
    }
    return all;
  }

 private:
  std::vector<const Source*> sources_;
};

void add_fact(ChipSheet& sheet, std::string_view label, std::string value,
              std::string source = {}) {
  sheet.facts.rows.push_back({std::string(label), std::move(value), std::move(source)});
}

void add_figure(ChipSheet& sheet, SourceList& sources, std::string_view label,
                const std::optional<Figure>& figure, std::string (*to_text)(const Figure&)) {
  if (!figure) return;
  add_fact(sheet, label, to_text(*figure), sources.number(figure->source));
  if (!figure->note.empty()) sheet.notes.push_back(fmt::format("{}: {}", label, figure->note));
}

void add_facts(ChipSheet& sheet, SourceList& sources, const Chip& chip) {
  add_fact(sheet, "id", std::string(chip.id));
  add_fact(sheet, "vendor", std::string(chip.vendor));
  add_fact(sheet, "family", std::string(chip.family));
  if (!chip.variant.empty()) add_fact(sheet, "variant", std::string(chip.variant));
  add_fact(sheet, "released", date_text(chip.released), sources.number(chip.released.source));
  if (chip.memory) {
    add_fact(sheet, "memory", fmt::format("{} {}", memory_text(*chip.memory), chip.memory->kind),
             sources.number(chip.memory->source));
  }
  add_figure(sheet, sources, "bandwidth", chip.bandwidth, bandwidth_text);
  add_figure(sheet, sources, "power", chip.tdp_watts, watts_text);
  add_figure(sheet, sources, "price", chip.price_dollars, price_text);
  add_fact(sheet, "default format", std::string(chip.default_format));
  add_fact(sheet, "TPP", processing_performance_text(chip));
}

void add_peaks(ChipSheet& sheet, SourceList& sources, const Chip& chip) {
  const auto number = [](double value) {
    return units::to_grouped(units::Count(std::llround(value)));
  };
  for (const Peak& peak : chip.peaks) {
    const auto rate = [&](double value) { return rate_text(value, peak.format); };
    sheet.peaks.rows.push_back(
        {std::string(peak.format), rate(peak.operations_per_second),
         text_or_dash(peak.sparse, rate), text_or_dash(peak.clock_mhz, number),
         text_or_dash(peak.operations_per_cycle, number), sources.number(peak.source)});
    if (!peak.note.empty()) sheet.notes.push_back(fmt::format("{}: {}", peak.format, peak.note));
  }
}

}  // namespace

Result<Chips> select_chips(const ChipQuery& query) {
  if (query.vendor) TRY(check_vendor(*query.vendor));
  if (query.format) TRY(check_format(*query.format));
  Chips found;
  for (const Chip& chip : hardware::chips()) {
    if (fits(chip, query)) found.push_back(&chip);
  }
  sort_stably(found, [&](const Chip* chip) { return sort_key(*chip, query); });
  return found;
}

Grid chip_list(ChipSpan chips, std::optional<std::string_view> format) {
  Grid grid{.text_columns = 4,
            .headings = {"chip", "vendor", "released", "format", "peak", "memory", "bandwidth",
                         "power", "price"}};
  for (const Chip* chip : chips) {
    const Peak& peak = *peak_in(*chip, format);
    grid.rows.push_back(
        {std::string(chip->id), std::string(chip->vendor), date_text(chip->released),
         std::string(peak.format), peak_text(peak), text_or_dash(chip->memory, memory_text),
         text_or_dash(chip->bandwidth, bandwidth_text), text_or_dash(chip->tdp_watts, watts_text),
         text_or_dash(chip->price_dollars, price_text)});
  }
  return grid;
}

std::vector<std::string> chip_list_sources(ChipSpan chips, std::optional<std::string_view> format) {
  std::vector<std::string> lines;
  for (const Chip* chip : chips) {
    const Peak& peak = *peak_in(*chip, format);
    lines.push_back(fmt::format("{}: {} {}: {}, {}", chip->id, peak.format, peak_text(peak),
                                peak.source->what, peak.source->url));
  }
  return lines;
}

ChipSheet chip_sheet(const Chip& chip) {
  ChipSheet sheet{
      .title = std::string(chip.name),
      .facts = {.text_columns = 3, .headings = {"", "", ""}},
      .peaks = {.headings = {"format", "dense", "sparse", "clock, MHz", "per cycle", "source"}}};
  SourceList sources;
  add_facts(sheet, sources, chip);
  add_peaks(sheet, sources, chip);
  if (!chip.note.empty()) sheet.notes.emplace_back(chip.note);
  if (!chip.aliases.empty()) {
    const std::vector<std::string> names(chip.aliases.begin(), chip.aliases.end());
    sheet.notes.push_back(fmt::format("also called {}", join(names, "; ")));
  }
  sheet.sources = sources.lines();
  return sheet;
}

}  // namespace pfsday::report
