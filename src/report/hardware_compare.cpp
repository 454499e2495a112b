#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "report/hardware.h"
#include "report/hardware_text.h"
#include "units/print.h"

namespace pfsday::report {
namespace {

using hardware::Chip;
using hardware::Figure;
using hardware::Peak;

std::optional<double> over(double rate, const std::optional<Figure>& figure) {
  return figure ? std::optional(rate / figure->value) : std::nullopt;
}

std::string number(double value) { return units::to_significant(value); }

/// One row of the table: what it says of a chip.
struct Line {
  std::string label;
  std::function<std::string(const ChipRatios&)> cell;
};

std::string peak_cell(const Chip& chip, std::string_view format) {
  const auto found = std::ranges::find(chip.peaks, format, &Peak::format);
  if (found == chip.peaks.end()) return "-";
  return rate_text(found->operations_per_second, format);
}

bool any_has(std::span<const ChipRatios> rows, std::string_view format) {
  return std::ranges::any_of(rows, [&](const ChipRatios& row) {
    return std::ranges::find(row.chip->peaks, format, &Peak::format) != row.chip->peaks.end();
  });
}

std::vector<Line> lines_of_chips() {
  return {
      {"released", [](const ChipRatios& row) { return date_text(row.chip->released); }},
      {"memory", [](const ChipRatios& row) { return text_or_dash(row.chip->memory, memory_text); }},
      {"bandwidth",
       [](const ChipRatios& row) { return text_or_dash(row.chip->bandwidth, bandwidth_text); }},
      {"power",
       [](const ChipRatios& row) { return text_or_dash(row.chip->tdp_watts, watts_text); }},
      {"price",
       [](const ChipRatios& row) { return text_or_dash(row.chip->price_dollars, price_text); }},
      {"TPP",
       [](const ChipRatios& row) {
         return units::to_significant(total_processing_performance(*row.chip), 5);
       }},
  };
}

std::vector<Line> lines_of_ratios(std::string_view first) {
  return {
      {"compared in", [](const ChipRatios& row) { return std::string(row.peak.format); }},
      {fmt::format("peak over {}", first),
       [](const ChipRatios& row) { return number(row.to_first); }},
      {"operations per byte",
       [](const ChipRatios& row) { return text_or_dash(row.per_byte, number); }},
      {"operations/s per watt",
       [](const ChipRatios& row) { return text_or_dash(row.per_joule, number); }},
      {"operations/s per dollar",
       [](const ChipRatios& row) { return text_or_dash(row.per_dollar, number); }},
  };
}

/// "h100-sxm: 989.4 TFLOP/s in bf16 / 3.35 TB/s = 295.3 operations per byte"
void explain(std::vector<std::string>& lines, const ChipRatios& row,
             const std::optional<double>& ratio, const std::optional<Figure>& figure,
             std::string (*to_text)(const Figure&), std::string_view what) {
  if (!ratio || !figure) return;
  lines.push_back(fmt::format("{}: {} in {} / {} = {} {}", row.chip->id,
                              rate_text(row.peak.operations_per_second, row.peak.format),
                              row.peak.format, to_text(*figure), number(*ratio), what));
}

}  // namespace

Result<std::vector<ChipRatios>> compare_chips(ChipSpan chips,
                                              std::optional<std::string_view> format) {
  std::vector<ChipRatios> rows;
  for (const Chip* chip : chips) {
    const Peak peak = TRY(hardware::find_peak(*chip, format));
    const double rate = peak.operations_per_second;
    const double first = rows.empty() ? rate : rows.front().peak.operations_per_second;
    rows.push_back({.chip = chip,
                    .peak = peak,
                    .to_first = rate / first,
                    .per_byte = over(rate, chip->bandwidth),
                    .per_joule = over(rate, chip->tdp_watts),
                    .per_dollar = over(rate, chip->price_dollars)});
  }
  return rows;
}

Grid comparison_grid(std::span<const ChipRatios> rows) {
  Grid grid{.headings = {""}};
  for (const ChipRatios& row : rows) grid.headings.emplace_back(row.chip->id);
  const auto add = [&](const Line& line) {
    std::vector<std::string> cells = {line.label};
    for (const ChipRatios& row : rows) cells.push_back(line.cell(row));
    grid.rows.push_back(std::move(cells));
  };
  for (const Line& line : lines_of_chips()) add(line);
  for (const hardware::Format& format : hardware::formats()) {
    if (!any_has(rows, format.name)) continue;
    add({std::string(format.name),
         [&](const ChipRatios& row) { return peak_cell(*row.chip, format.name); }});
  }
  for (const Line& line : lines_of_ratios(rows.front().chip->id)) add(line);
  return grid;
}

std::vector<std::string> comparison_explanation(std::span<const ChipRatios> rows) {
  std::vector<std::string> lines;
  for (const ChipRatios& row : rows) {
    const Chip& chip = *row.chip;
    explain(lines, row, row.per_byte, chip.bandwidth, bandwidth_text, "operations per byte");
    explain(lines, row, row.per_joule, chip.tdp_watts, watts_text, "operations/s per watt");
    explain(lines, row, row.per_dollar, chip.price_dollars, price_text, "operations/s per dollar");
    lines.push_back(fmt::format("{}: TPP {}", chip.id, processing_performance_text(chip)));
    lines.push_back(fmt::format("{}: the {} peak is of {}, {}", chip.id, row.peak.format,
                                row.peak.source->what, row.peak.source->url));
  }
  return lines;
}

}  // namespace pfsday::report
